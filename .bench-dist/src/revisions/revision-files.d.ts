import type { StoreReads } from '../store/store.js';
/** Contents by name relative to their folder. */
export type FlowFiles = ReadonlyMap<string, string | Uint8Array>;
/** Why these files cannot be uploaded as a draft; undefined where they can. */
export declare function draftProblem(files: FlowFiles): string | undefined;
/** Does something with the files of a stored revision, which are in a temporary folder meanwhile. */
export declare function withFilesOf<T>(store: Pick<StoreReads, 'files'>, { number }: {
    readonly number: number;
}, use: (folder: string) => Promise<T>): Promise<T>;
/** Does something with files that are in a temporary folder meanwhile. No name leads out of it. */
export declare function inTemporaryFolder<T>(files: FlowFiles, use: (folder: string) => Promise<T>): Promise<T>;
