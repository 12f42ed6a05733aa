/** Whose a file is, and its permission bits. */
export interface Ownership {
    readonly uid: number;
    readonly gid: number;
    readonly mode: number;
}
/**
 * Writes a file whole or not at all, also through a power cut: into a file beside it, which then takes its place in
 * one step. Where it is a link, what the link points to is replaced. Without `owned` an existing file keeps its owner
 * and mode, and a new one is the process's own with mode 644.
 *
 * @throws Error, of the file system or for an owner that only root can give; then nothing has changed
 */
export declare function replaceFile(file: string, content: string | Uint8Array, owned?: Ownership): Promise<void>;
/** Removes what a `replaceFile` left beside this file when its process was killed. */
export declare function removeLeftovers(file: string): Promise<void>;
/** A rename or a removal must outlive a power cut, too. Not every file system can be asked for that. */
export declare function flushFolder(folder: string): Promise<void>;
/** For `.catch`: stands in for a file that is missing; every other error is thrown on. */
export declare function ifMissing<T>(instead: T): (error: NodeJS.ErrnoException) => T;
