import type { State } from '../conversation/state.js';
import type { Routing } from '../routing/types.js';
import type { Diagnostics } from './problem.js';
import { type RoutingSource } from './schema.js';
import { type FlowSource } from './source.js';
/**
 * Follows the names in `routing.yaml`, reads the files of numbers, and reports what is wrong. The result is only of
 * use where nothing was reported, here or by `checkShape`.
 */
export declare function readRouting(source: RoutingSource, files: FlowSource, diagnostics: Diagnostics): Omit<Routing, 'index'>;
/** The headers that the placeholders of a state name. */
export declare function headersOfState(state: State): readonly string[];
