import type { CallContext, Routing, RoutingIndex, RuleIndex } from './types.js';
/** All that is derived from the rules of a revision; takes some tens of milliseconds for 10,000 rules. */
export declare function indexRouting(routing: Omit<Routing, 'index'>): RoutingIndex;
/**
 * The first of the items that `matches`, of those that the call's properties lead to; they are tried in order.
 *
 * @param items what the index was built over.
 */
export declare function firstMatch<T>(index: RuleIndex, items: readonly T[], context: CallContext, matches: (item: T) => boolean): T | undefined;
