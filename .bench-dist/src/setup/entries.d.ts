import type { Findings } from './inspect.js';
/**
 * A context that leads to Doorman, for trunks whose calls come in on `before`. A trunk gets it in place of `before`: a
 * line in that context would compete with the patterns that are there, and calls that go on there would come back.
 */
export interface Entry {
    readonly name: string;
    readonly before: string;
}
/** The entries for the contexts of all trunks; those that are there already stay as they are. */
export declare function entriesFor(findings: Findings): readonly Entry[];
/** Where the calls of a context went before a trunk was pointed at Doorman. */
export declare function contextBefore(entries: readonly Entry[], context: string): string;
/** The entries in the block of extensions.conf. */
export declare function existingEntries({ targets }: Pick<Findings, 'targets'>): readonly Entry[];
/** The dialplan of an entry. */
export declare function entryLines({ name, before }: Entry): readonly string[];
