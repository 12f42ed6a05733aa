import type { Variable } from '../asterisk/pbx.js';
import type { FinalDecision } from '../flows/final-decision.js';
import type { Revision } from '../flows/revision.js';
import type { Flow } from '../routing/types.js';
import type { CallData } from './read.js';
/**
 * The variables of a decided call, in the order in which they are set. Two underscores before a name make Asterisk pass
 * the variable on to the channels that a Dial creates, and on from there. `DOORMAN_DECIDED` and `DOORMAN_INSTANCE` are
 * the channel's own: by the first a channel knows whether the state on it is its own.
 *
 * @param instance the Stasis application of this instance.
 * @throws RangeError where the state is larger than a call can keep.
 */
export declare function variablesOf({ decision, flow, state }: FinalDecision, revision: Revision, { facts, hasLostVariables }: CallData, instance: string): readonly Variable[];
/** Those of a call that no rule decided. */
export declare function undecidableVariables(flow: Flow, revision: Revision, instance: string): readonly Variable[];
