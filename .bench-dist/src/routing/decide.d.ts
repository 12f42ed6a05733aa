import type { CallFacts, Decision, Routing } from './types.js';
/**
 * What a revision says of a call: the first rule that matches, else `otherwise`. Pure and total: the same
 * facts, rules and instant give the same decision, and every call gets one. `explain` says why.
 *
 * @param _at the instant of the call, for conditions on time.
 */
export declare function decide(facts: CallFacts, routing: Routing, _at: Date): Decision;
