import { type AmiAccess } from './ami-connection.js';
/** One step of the dialplan, as the PBX says it executed it (AMI event Newexten). */
export interface DialplanStep {
    readonly context: string;
    readonly extension: string;
    readonly priority: number;
    readonly application: string;
    /** The application's arguments after substitution of variables. */
    readonly data: string;
}
/** What the PBX has told of one channel so far. */
export interface Trace {
    readonly channel: string;
    readonly uniqueId: string;
    readonly linkedId: string;
    /** The SIP Call-ID; undefined on a channel that is not PJSIP. */
    readonly callId: string | undefined;
    /** Caller number as Asterisk has it. */
    readonly caller: string;
    readonly steps: readonly DialplanStep[];
    /** Last value of each variable that was set on the channel, names without the `_` of inheritance. */
    readonly variables: Readonly<Record<string, string>>;
    readonly hungUp: boolean;
}
/** Where a call ended up, by the PBX's own account. */
export interface CallResult extends Trace {
    readonly context: string;
    readonly extension: string;
    /** Contexts in the order in which they were entered, this one and what came after it included. */
    readonly path: readonly string[];
    /** What the applications of the context were given, so far. */
    readonly appData: readonly string[];
}
/** Which call: by its SIP Call-ID, or by whatever its trace shows. */
export type Which = string | ((trace: Trace) => boolean);
export interface ObserverAccess {
    readonly ami: AmiAccess;
    readonly ari: {
        readonly url: string;
        readonly username: string;
        readonly password: string;
    };
}
/**
 * Watches a PBX and tells where it executed a call's dialplan: the PBX's own account, which owes nothing to what
 * Doorman claims. Open it before the call is placed. AMI's events tell the steps and ARI's, from the first step on,
 * the SIP Call-ID: asking for it would come too late for a short call on a busy machine.
 */
export declare class Observer {
    #private;
    static open({ ami, ari }: ObserverAccess): Promise<Observer>;
    close(): void;
    /** All channels seen so far, oldest first. */
    traces(): readonly Trace[];
    /** Resolves as soon as the call reaches its flow's context; rejects when it hangs up before, or in time. */
    result(which: Which, limit_ms: number): Promise<CallResult>;
    /** Resolves when the call has hung up, with everything that happened on it. */
    ended(which: Which, limit_ms: number): Promise<Trace>;
    /** Resolves as soon as the call executes this application (`Stasis`, say), with everything that happened so far. */
    executes(which: Which, application: string, limit_ms: number): Promise<Trace>;
    /** The state on a channel that is up, straight from the PBX; undefined where there is none. */
    state(channel: string): Promise<unknown>;
}
/**
 * The first flow context that the call entered after Doorman's hand-over or fallback context; or the fallback
 * context itself where the call hung up in it. Undefined while it is on its way, and for one that never got there.
 */
export declare function callResultOf(trace: Trace): CallResult | undefined;
