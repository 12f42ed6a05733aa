import type { CallPlan } from '../support/calls.js';
export declare const FLOW_FILES: Readonly<Record<string, string>>;
/** The same, with a function whose state is too long for a shared variable set: its calls always need AMI. */
export declare const AMPLE_FLOW_FILES: Readonly<Record<string, string>>;
/** Every context has a final answer of its own, so that the caller knows where its call went. */
export declare const ANSWER_OF: {
    readonly one: 200;
    readonly two: 486;
    readonly three: 484;
    readonly last: 410;
    readonly loop: 480;
};
/** Hangup causes of ITU-T Q.850 that Asterisk answers with 486, 484, 410 and 480, before the call is answered. */
declare const CONTEXTS: {
    readonly one: readonly ['exten => s,1,Answer()', ' same => n,Wait(20)', ' same => n,Hangup()'];
    readonly two: readonly ['exten => s,1,Hangup(17)'];
    readonly three: readonly ['exten => s,1,Hangup(28)'];
    readonly last: readonly ['exten => s,1,Hangup(22)'];
    readonly loop: readonly ['exten => s,1,Goto(doorman,s,1)'];
};
export type FlowName = keyof typeof CONTEXTS;
/** The contexts of the flows; those in `without` are missing. */
export declare function flowContexts(without?: readonly FlowName[]): string;
/** A kind of call, and the flow whose answer it must get. */
export interface Kind {
    readonly name: string;
    readonly plan: CallPlan;
    readonly flow: FlowName;
}
/** Rules, headers and code: good calls of each kind in turn. */
export declare const GOOD: readonly Kind[];
/** Calls of which the function fails: the right place for them is `otherwise`. */
export declare const failing: (mode: 'bad' | 'endless') => Kind;
/** Calls that loop until the fallback takes them; every tenth loops in the fallback, too, until it is ended. */
export declare const LOOPING: readonly Kind[];
export {};
