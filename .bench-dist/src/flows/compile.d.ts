import type { Problem } from './problem.js';
import type { Revision } from './revision.js';
/** The file of a flows folder that names all the others. */
export declare const ROUTING_FILE = "routing.yaml";
/** A revision, or everything that is wrong, sorted by file, line and column. */
export type Compiled = {
    readonly warnings: readonly Problem[];
    /** Every file that was read, by its name relative to the folder; problems or not. */
    readonly files: ReadonlyMap<string, Buffer>;
} & ({
    readonly ok: true;
    readonly revision: Revision;
} | {
    readonly ok: false;
    readonly problems: readonly Problem[];
});
/**
 * Reads a flows folder and makes a revision of it. Rejects never: whatever is wrong with the files or the folder
 * is a problem. All files are as they were at one time: none changed while they were read.
 */
export declare function compile(folder: string): Promise<Compiled>;
