import type { Compiled } from '../../src/flows/compile.js';
import type { Revision } from '../../src/flows/revision.js';
import type { ReloadResult } from '../../src/revisions/candidate.js';
import { Revisions, type RevisionsParts } from '../../src/revisions/revisions.js';
import type { RevisionEntry } from '../../src/store/database.js';
/** A revision whose rules are told apart by their name: its hash, its id, and what its otherwise leads to. */
export declare function revision(name: string): Revision;
export declare function loaded(name: string): Compiled & {
    ok: true;
};
export declare function broken(message: string): Compiled & {
    ok: false;
};
export declare function entry(number: number, name: string, parts?: Partial<RevisionEntry>): RevisionEntry;
type FakeParts = Partial<Omit<RevisionsParts, 'store'>> & {
    readonly store?: Partial<RevisionsParts['store']>;
};
/** The revisions of a Doorman over fakes: its flows folder holds `folder`, its database `entries`. */
export declare class FakeDoorman {
    #private;
    folder: Compiled;
    readonly entries: RevisionEntry[];
    /** What the log and the metrics got. */
    readonly lines: string[];
    /** What the gauge of the waiting candidate shows. */
    isWaiting: boolean;
    /** The revisions whose code flows were loaded to run for calls. */
    readonly prepared: string[];
    constructor(entries?: readonly RevisionEntry[]);
    /** @param parts other parts than the fakes; of the store also some of its methods alone. */
    start({ store, ...parts }?: FakeParts): Promise<this>;
    get revisions(): Revisions;
    /** The name of the revision that decides. */
    get deciding(): string;
    /** Reloads by command, with other files where a name is given. */
    reload(name?: string, options?: Parameters<Revisions['reload']>[1]): Promise<ReloadResult>;
    /** The flows folder now holds these files, and the watch has seen it. */
    save(folder: string | Compiled): Promise<ReloadResult>;
    /** Reloads a draft by command. */
    draft(name: string): Promise<ReloadResult>;
    rollback(to?: number): Promise<ReloadResult>;
}
/** The messages of the problems of a refused reload. */
export declare function problemsOf(result: ReloadResult): readonly string[];
export {};
