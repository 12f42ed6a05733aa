import fc from 'fast-check';
import type { CallFacts, Condition, Routing } from '../../../src/routing/types.js';
export declare const condition: fc.Arbitrary<Condition>;
export declare const facts: fc.Arbitrary<CallFacts>;
export declare const routing: fc.Arbitrary<Routing>;
