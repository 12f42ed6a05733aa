export interface AriAccess {
    /** `http://127.0.0.1:8088`, without `/ari`. */
    readonly url: string;
    readonly username: string;
    readonly password: string;
}
/** One request to ARI. */
export interface AriRequest {
    readonly method: 'GET' | 'POST' | 'PUT';
    /** Below `/ari/`, each part of it percent-encoded: `channels/1700000000.1/variable`. */
    readonly path: string;
    readonly query?: Readonly<Record<string, string>>;
    /** JSON. */
    readonly body?: unknown;
}
/** The answer, whatever its status; `body` is parsed JSON, or undefined for none. */
export interface AriAnswer {
    readonly status: number;
    readonly body: unknown;
}
/**
 * Requests at the same time, and so connections. Asterisk takes 100 by default (`sessionlimit`), idle ones too, but
 * queues only 10 new ones (`listen` in tcptls.c); the kernel drops what comes beyond, and tries again after a second.
 */
export declare const MOST_REQUESTS = 10;
/**
 * ARI over HTTP, on a few connections that stay open. A request that is not answered in time is aborted and its socket
 * destroyed: it would keep its place among the few for ever.
 */
export declare class AriHttp {
    #private;
    constructor(access: AriAccess);
    /** @throws PbxError `unreachable` where no answer comes within the time, the wait for a connection included. */
    send(request: AriRequest, timeoutMs: number): Promise<AriAnswer>;
    /** Ends every connection, requests on their way included; the next request opens a new one. */
    reset(): void;
    /** Ends every connection: an idle one would keep one of Asterisk's HTTP sessions. */
    stop(): void;
}
/** What is not JSON (a page of another web server) stays the text that it is. */
export declare function parseJson(text: string): unknown;
/** Lets a number of requests run at a time. One that is aborted while it waits is never sent. */
export declare class RequestLimiter {
    #private;
    constructor(most: number);
    run<T>(signal: AbortSignal, send: () => Promise<T>): Promise<T>;
}
