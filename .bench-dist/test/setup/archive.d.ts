/** Files by their names. */
export type Files = Readonly<Record<string, string>>;
/** A text that holds several files, each below a line `-- name --`; a carriage return is ␍. */
export declare function parseArchive(text: string): Files;
export declare function formatArchive(files: Files): string;
export declare function writeFiles(folder: string, files: Files): void;
/** All files below a folder, in the order of their names. */
export declare function readFiles(folder: string): Files;
