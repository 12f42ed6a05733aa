import type { Compiled } from '../flows/compile.js';
import type { Problem } from '../flows/problem.js';
import type { Revision } from '../flows/revision.js';
import type { Metrics } from '../observability/metrics.js';
import { type RevisionEntry } from '../store/database.js';
import type { Store } from '../store/store.js';
import { type CandidateChecks, type ReloadOptions, type ReloadResult, type WaitingCandidate } from './candidate.js';
import { type StartupParts } from './startup.js';
/** What asks for a reload; `files` is the flows folder, which has changed. */
export type Way = 'files' | 'signal' | 'command' | 'http';
export interface RevisionsParts extends StartupParts, CandidateChecks {
    /** The flows folder. */
    readonly folder: string;
    readonly store: Pick<Store, 'revisions' | 'files' | 'addRevision'>;
    readonly metrics: Pick<Metrics, 'reload' | 'candidate'>;
    /** Compiles a folder only: a revision that decided before has been tried. */
    compile(folder: string): Promise<Compiled>;
    /** Loads code flows to run for calls, in place of the current ones; what is wrong with them. */
    prepare(revision: Revision): Promise<readonly Problem[]>;
    /** Resolves once the flows folder does not seem to be written to. */
    settled(): Promise<void>;
}
export declare class Revisions {
    #private;
    /** Finds the revision to start with. @throws FlowFilesError where there is none. */
    static start(parts: RevisionsParts): Promise<Revisions>;
    private constructor();
    get current(): Revision;
    /** The changed flows folder that does not decide calls, if there is one. */
    get waiting(): WaitingCandidate | undefined;
    /** A revision that decided calls before, where it is found in time. Never rejects. */
    earlier(id: string): Promise<Revision | undefined>;
    /** The stored revisions, ascending by number. */
    entries(): readonly RevisionEntry[];
    /** Takes the flows folder as it is now, or a draft. Never rejects. */
    reload(way: Way, options?: ReloadOptions): Promise<ReloadResult>;
    /** Brings back a stored revision; the one before the current if no number is given. Never rejects. */
    rollback(to: number | undefined, options?: ReloadOptions): Promise<ReloadResult>;
    /** Resolves when no request is being handled. */
    done(): Promise<void>;
}
