import type { Asterisk } from '../support/asterisk.js';
import type { RunningDoorman } from '../support/doorman.js';
import type { Observer } from '../support/observer.js';
/** One call of the demo, and what must become of it. */
export interface DemoCall {
    /** What the call shows, in a few words. */
    readonly title: string;
    readonly from: string;
    readonly to: string;
    readonly trunk: 'carrier-a' | 'carrier-b';
    /** What the caller sends beside the usual headers. */
    readonly headers: Readonly<Record<string, string>>;
    readonly expected: {
        /** The dialplan context of the flow. */
        readonly context: string;
        readonly rule: string;
        /** What the state must hold, among other things; `null` for what it must not hold. */
        readonly state: Readonly<Record<string, unknown>>;
    };
}
/** What became of a call. */
export interface Result {
    readonly call: DemoCall;
    /** What the PBX says; undefined where the call reached no flow. */
    readonly reached: {
        readonly context: string;
        readonly rule: string;
        readonly state: unknown;
    } | undefined;
    /** The headers that the caller sent and that are untrusted, by Doorman's decision record. */
    readonly hearsay: readonly string[];
    /** Why the call reached no flow. */
    readonly error: string | undefined;
}
/** Both sides, and the PBX's own account of its calls. */
export interface Demo {
    readonly asterisk: Asterisk;
    readonly observer: Observer;
    readonly doorman: RunningDoorman;
}
/** In the order of the table. */
export declare const CALLS: readonly DemoCall[];
/** Places a call and says where the PBX put it. Never rejects. */
export declare function place(call: DemoCall, { asterisk, observer, doorman }: Demo): Promise<Result>;
/** Whether the call reached its context, by its rule, with its state. */
export declare function isOk({ call: { expected }, reached }: Pick<Result, 'call' | 'reached'>): boolean;
