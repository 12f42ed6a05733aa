import { type FileState } from './files.js';
import { type Manifest } from './manifest.js';
/** A file as it is and as it will be; undefined for one that is not there. */
export interface UndoStep {
    readonly path: string;
    readonly why: string;
    readonly before: FileState | undefined;
    readonly after: FileState | undefined;
}
export interface Undo {
    /** In an order in which Asterisk can be restarted after each. */
    readonly steps: readonly UndoStep[];
    /** Files that others have changed since, and that stay. */
    readonly kept: readonly string[];
}
/**
 * How every file comes back: byte for byte, with owner and mode, unless it has changed since; of a changed one setup's
 * own block goes. Files that are right already need no step, as after an undo that was interrupted.
 */
export declare function planUndo({ files }: Manifest, stateOf: (path: string) => FileState | undefined, originalOf: (path: string) => Buffer | undefined): Undo;
