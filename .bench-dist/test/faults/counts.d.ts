import type { PlacedCall } from '../support/calls.js';
import { type Kind } from './flow-files.js';
/** A call that was placed, and what its caller saw. */
export interface CallOfKind {
    readonly kind: Kind;
    readonly call: PlacedCall;
}
/** What became of the calls of one fault. */
export interface Counts {
    /** Calls that Asterisk took; each is one of the next three. */
    readonly offered: number;
    readonly routed: number;
    readonly fallback: number;
    readonly lost: number;
    readonly longest_wait_ms: number;
    /** The longest wait from the first INVITE on, before Asterisk took the call. */
    readonly longest_from_first_ms: number;
    /** Calls that Asterisk never took: it was down, or was going down. */
    readonly not_taken: number;
    /** What the lost calls saw: answer → how many. */
    readonly lost_how: Readonly<Record<string, number>>;
}
/** When Asterisk was going down, by `performance.now()`. */
export interface GoingDown {
    readonly from: number;
    readonly to: number;
}
export declare function countsOf(calls: readonly CallOfKind[], down?: GoingDown): Counts;
