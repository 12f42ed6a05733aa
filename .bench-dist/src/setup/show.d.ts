import type { FileState } from './files.js';
interface Shown {
    readonly path: string;
    readonly why: string;
    readonly before: FileState | undefined;
    readonly after: FileState | undefined;
}
/** The change of a file as a unified diff with its secrets hidden, below its owner, mode and reason. */
export declare function showChange(change: Shown, isVerbose: boolean): string;
export {};
