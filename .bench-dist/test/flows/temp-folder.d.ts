import type { Revision } from '../../src/flows/revision.js';
export type Files = Readonly<Record<string, string | Buffer>>;
/** A flows folder for as long as `use` takes; it is removed whatever happens. */
export declare function inFolder<T>(files: Files, use: (folder: string) => Promise<T>): Promise<T>;
/** The revision of files that have no problems. */
export declare function revisionOf(files: Files): Promise<Revision>;
/** `routing.yaml` from its lines; a flow and `otherwise` stand at the end, so that tests show only what counts. */
export declare function routing(...lines: readonly string[]): Files;
