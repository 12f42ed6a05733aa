import type { Problem } from './problem.js';
import type { FlowFunction } from './revision.js';
/** A problem for each flow that does not exist, where the code has its name as a literal. */
export declare function unknownFlows(fn: FlowFunction, flows: Iterable<string>): readonly Problem[];
