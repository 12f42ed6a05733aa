import type { Routing } from '../routing/types.js';
import type { FlowFunction, Needs } from './revision.js';
/** What rules and code flows look at, so that the generated dialplan passes it with each call. */
export declare function needsOf(routing: Omit<Routing, 'index'>, functions: Iterable<FlowFunction>): Needs;
