import type { CallContext, Reason } from './types.js';
/**
 * Why `decide` decides as it does: where the numbers come from, VIP, branch, then each rule in turn up to the one
 * that matched. It tries the rules one by one, and so says what the index has to find.
 *
 * @param tried `candidates` leaves out the rules that the index leaves out: with ten thousand rules that is the
 *   difference between microseconds and ten milliseconds, and between a line in a log and a megabyte.
 */
export declare function explain(context: CallContext, tried?: 'all' | 'candidates'): readonly Reason[];
