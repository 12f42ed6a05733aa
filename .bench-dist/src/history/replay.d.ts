import { type Functions } from '../flows/final-decision.js';
import type { Revision } from '../flows/revision.js';
import { type CallRecord } from './recorded-calls.js';
/** What a candidate makes of recorded calls. */
export interface ReplayResult {
    /** How many calls were decided again. */
    readonly calls: number;
    /** How many of them would go to another flow. */
    readonly changed: number;
    /** The changes by where from, where to and why, the largest group first. */
    readonly groups: readonly ReplayGroup[];
    /** How many calls a code flow decided: each was run once, and may have said something else the first time. */
    readonly functionRuns: number;
    /** Calls whose code flow did not run because the threads were busy; they are in no group. */
    readonly undecided: number;
    /** Headers (lower case) that the candidate refers to and no recorded call has. */
    readonly unseenHeaders: readonly string[];
}
/** Calls that would go from one flow to another, for one reason. */
export interface ReplayGroup {
    readonly from: string;
    readonly to: string;
    /** The candidate's rule that takes them there; `otherwise` where none does. */
    readonly rule: string;
    readonly count: number;
    /** The first five of them, by the unique id of their channel. */
    readonly examples: readonly string[];
}
export interface ReplayOptions {
    readonly candidate: Revision;
    /**
     * What decides calls now. A call that another revision decided is compared with what this one makes of it, so that
     * a change that was made before counts no more; without it, with the flow that the call took.
     */
    readonly current?: Revision | undefined;
    /** Runs code flows. In a running Doorman a runner of its own, so that no call waits for a replay. */
    readonly functions: Functions;
    /** Called now and then with how many calls are done. */
    readonly progress?: ((calls: number) => void) | undefined;
}
/**
 * Decides recorded calls again with a candidate, each at its own instant, and compares the flow with the one that
 * they take now. Code flows are run, and may do what they like.
 */
export declare function replay(calls: AsyncIterable<CallRecord> | Iterable<CallRecord>, { candidate, current, functions, progress }: ReplayOptions): Promise<ReplayResult>;
/** The share of calls that would change, from 0 to 1. */
export declare function changedShare({ calls, changed }: ReplayResult): number;
/** `12 of 4,318 calls would change: 9 general_support_flow → sales_flow by rule "Sales hours"; 3 …` */
export declare function replaySentence(result: ReplayResult): string;
/** The result on several lines, and what has to be known to read the numbers rightly. */
export declare function formatReplay(result: ReplayResult): string;
