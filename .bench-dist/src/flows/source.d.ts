import type { ProblemCode } from './problem.js';
/** A YAML document takes about 45 times its size of memory while it is read. */
declare const MOST_MB: {
    readonly yaml: 10;
    readonly code: 10;
    readonly numbers: 200;
};
/** Why a file has no content. */
export interface Unreadable {
    readonly code: ProblemCode;
    readonly message: string;
}
/**
 * The files of a flows folder, each read once: whatever is saved later belongs to the next revision. Reading is
 * synchronous, because flow files are compiled in a worker thread or by a command.
 */
export declare class FlowSource {
    #private;
    readonly folder: string;
    /** What was read, by name relative to the folder. */
    readonly files: Map<string, Buffer<ArrayBufferLike>>;
    constructor(folder: string);
    /** The content of a file, in shared memory where it is one of numbers: they can be many megabytes. */
    read(written: string, kind: keyof typeof MOST_MB): Buffer | Unreadable;
    /** Whether the folder has something under this name, readable or not: also a link that leads nowhere. */
    has(name: string): boolean;
    /** Names of files that changed since they were read. */
    changed(): readonly string[];
}
/** `./vips.csv` and `vips.csv` are the same file, under one name. */
export declare function fileName(written: string): string;
/** Why a name can't be that of a flow file. Only the name is checked: a symbolic link may lead anywhere. */
export declare function fileNameProblem(written: string): string | undefined;
/**
 * SHA-256, in hex, over sorted names and contents. Each is preceded by its length, so that no content can
 * pass for the next name.
 */
export declare function hashOf(files: ReadonlyMap<string, Buffer>): string;
export {};
