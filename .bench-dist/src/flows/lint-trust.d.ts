import { type Rules } from './implies.js';
import type { Diagnostics } from './problem.js';
import type { Needs } from './revision.js';
import type { RoutingSource } from './schema.js';
/** Warns of trust that has no effect, and of numbers and trunks to which trust is missing. */
export declare function lintTrust(source: RoutingSource, routing: Rules, needs: Needs, diagnostics: Diagnostics): void;
