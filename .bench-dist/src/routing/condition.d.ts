import type { CallContext, Condition, HeaderTest, Leaf, NumberPattern } from './types.js';
/**
 * The value of a condition for a call. `unknown` stands for hearsay: a header that is there, or a caller number,
 * for which the trunk is not trusted.
 */
export type Truth = 'yes' | 'no' | 'unknown';
/** Whether a condition is satisfied. `unknown` is not. */
export declare function evaluate(condition: Condition, context: CallContext): boolean;
/**
 * Three-valued (Kleene's) logic, so that hearsay never grants anything, not even by its negation: `not` of
 * `unknown` is `unknown`, and with an untrusted X-Blocked neither `header: { X-Blocked: yes }` nor its `not` is
 * satisfied. Only what is there can be hearsay: a header that is missing is plainly missing, from any trunk.
 * `vip`, `branch`, `trunk`, `callee` and `attestation` are never unknown, because they are derived from trusted
 * facts alone: hearsay can't take a call out of a rule for `vip: false` or for `attestation: none`. Nor is
 * `claimed_caller`, which looks at claims whoever makes them: its rules may only turn a call away.
 */
export declare function truthOf(condition: Condition, context: CallContext): Truth;
/** Whether one value of a header passes; of a repeated header each value counts by itself. */
export declare function passes(test: HeaderTest, value: string): boolean;
/** Whether a number, as `readNumber` gives it, is one of those that a pattern means. */
export declare function matchesNumber({ exact, prefixes, tables }: NumberPattern, number: string): boolean;
export declare function leavesOf(condition: Condition): readonly Leaf[];
