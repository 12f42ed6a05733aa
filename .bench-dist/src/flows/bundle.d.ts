import type { Problem } from './problem.js';
import type { FlowFunction } from './revision.js';
import type { FlowSource } from './source.js';
/**
 * Bundles one code flow, with what it imports, to a CommonJS script, or returns what is wrong. Imported files are
 * read from `source` too, so that the revision's hash covers them.
 */
export declare function bundle(source: FlowSource, file: string): Promise<FlowFunction | readonly Problem[]>;
