import type { CallContext, CallFacts, Routing } from './types.js';
export declare function contextOf(facts: CallFacts, routing: Routing): CallContext;
