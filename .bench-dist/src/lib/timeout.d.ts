/** Work that was not done in time. */
export declare class TimeoutError extends Error {
    readonly name = "TimeoutError";
}
/**
 * Settles as `work` does, or rejects with a `TimeoutError` after the time or as soon as it is `stopped`. ari-client's
 * requests never settle when the network fails, and asterisk-manager's never call back while it is down.
 */
export declare function within<T>(timeoutMs: number, what: string, work: Promise<T>, stopped?: AbortSignal): Promise<T>;
