/** A line of a configuration file without its comment; lines that are empty then are left out. */
export interface ConfigLine {
    readonly file: string;
    /** Counts from 1. */
    readonly line: number;
    readonly text: string;
}
/** An `#include` or `#tryinclude`; a pattern such as `*.conf` is one for each file. */
export interface Inclusion extends ConfigLine {
    readonly isTry: boolean;
    /** Absolute. */
    readonly target: string;
    /** Why this process cannot read the target; undefined if it can. */
    readonly unread: string | undefined;
}
export interface ConfigFile {
    /** In the order in which Asterisk reads them, with those of included files in the place of the `#include`. */
    readonly lines: readonly ConfigLine[];
    readonly inclusions: readonly Inclusion[];
}
/**
 * A file of Asterisk's configuration and all that it includes. What `#exec` prints is left out.
 * @param folder Asterisk's configuration folder, which names of included files are relative to
 * @throws Error where the file itself cannot be read
 */
export declare function readConfig(folder: string, name: string): Promise<ConfigFile>;
/** The name of a section and what stands in parentheses behind it (`+`, `!`, templates); undefined for other lines. */
export declare function sectionOf({ text, }: ConfigLine): {
    readonly name: string;
    readonly options: string;
} | undefined;
