import type { DialplanLocation, Pbx } from '../asterisk/pbx.js';
import { type FinalDecision } from '../flows/final-decision.js';
import type { Outcome } from '../history/decision-record.js';
import type { ActiveCall } from './active-call.js';
import type { CallData } from './read.js';
/** Where a call goes, and what its outcome is if it gets there. */
export interface Destination {
    readonly location: DialplanLocation;
    readonly outcome: Outcome;
}
export declare function toFallback(outcome: Outcome): Destination;
/**
 * Sets the variables of a call, and says how it gets to its flow with them.
 *
 * @param final undefined where the call is undecidable.
 */
export declare function setVariables(call: ActiveCall, data: CallData, final: FinalDecision | undefined, { pbx, instance }: {
    readonly pbx: Pbx;
    readonly instance: string;
}): Promise<Destination>;
