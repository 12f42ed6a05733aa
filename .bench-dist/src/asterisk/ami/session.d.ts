/** Where the manager interface (AMI) is, and as whom to log in. */
export interface AmiAccess {
    readonly host: string;
    readonly port: number;
    readonly username: string;
    readonly secret: string;
}
/** Name and parameters, by their names in Asterisk's documentation, in any case. */
export type AmiAction = Readonly<Record<string, string> & {
    action: string;
}>;
/** An answer or an event: keys in lower case; a key that came several times has its values on a line each. */
export type AmiAnswer = Readonly<Record<string, string>>;
/** Actions, each with a time limit. */
export interface AmiSession {
    /** @throws PbxError: `gone` without such a channel, `refused` with what Asterisk said, `unreachable` on silence. */
    action(action: AmiAction): Promise<AmiAnswer>;
    /**
     * For actions that are answered with a list of events (ShowDialPlan, PJSIPShowEndpoints …): the events, without the
     * one that says that the list is complete. Asterisk refuses some of them for an empty list ("Did not find …").
     */
    list(action: AmiAction): Promise<readonly AmiAnswer[]>;
}
export interface OpenSession extends AmiSession {
    /** Resolves when the connection has ended. */
    readonly ended: Promise<void>;
}
/**
 * Connects, logs in, turns events off. `signal` ends the connection, now or later: asterisk-manager's own `disconnect`
 * ends its half only, and a connection to a peer that was stopped would stay for ever.
 *
 * @throws Error with one sentence: who did not answer, or who refused whom.
 */
export declare function openSession(access: AmiAccess, signal: AbortSignal): Promise<OpenSession>;
/**
 * Logs in, works, and disconnects, whatever becomes of the work.
 * @throws PbxError `unreachable` where there is no answer or the user is not let in; else what `work` throws.
 */
export declare function withAmi<T>(access: AmiAccess, work: (session: AmiSession) => Promise<T>): Promise<T>;
/** asterisk-manager sends what it is given: a line end in a value would begin another action. @throws RangeError */
export declare function refuseUnsendable(action: AmiAction): void;
