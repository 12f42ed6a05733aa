import { type Formula, type Literal, type Rules } from './implies.js';
import type { Diagnostics } from './problem.js';
import type { RoutingSource } from './schema.js';
/**
 * Warns of what is allowed in `routing.yaml` and hardly meant: rules that no call reaches, because they contradict
 * themselves or an earlier rule takes all their calls, and numbers that stand twice.
 */
export declare function lint(source: RoutingSource, routing: Rules, diagnostics: Diagnostics): void;
/** Why no call can satisfy a condition; undefined where one might. */
export declare function contradiction(formula: Formula, routing: Rules, around?: readonly Literal[]): string | undefined;
/** Trust for any of these lets a caller number count. */
export declare const NUMBER_TRUST: string[];
