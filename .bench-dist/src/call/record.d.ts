import { type FinalDecision } from '../flows/final-decision.js';
import { type DecisionRecord, type Outcome } from '../history/decision-record.js';
import type { ActiveCall } from './active-call.js';
import type { CallData } from './read.js';
/** A call that has departed; what failed is missing. */
export interface FinishedCall {
    readonly call: ActiveCall;
    readonly data: CallData | undefined;
    readonly final: FinalDecision | undefined;
    outcome: Outcome;
}
/** Makes the records of finished calls, a little later and a few at a time, so that no call waits for them. */
export declare class RecordQueue {
    #private;
    constructor(emit: (finished: FinishedCall) => void);
    /** A StasisStart that tells of a missing flow is as late as the StasisEnd was; Asterisk 16 takes up to 200 ms. */
    add(finished: FinishedCall): void;
    /** The last finished visit of a channel whose record is not made yet. */
    find(channelId: string): FinishedCall | undefined;
    /** Makes all that are left. */
    finish(): void;
}
export declare function recordOf({ call, data, final, outcome }: FinishedCall): DecisionRecord;
