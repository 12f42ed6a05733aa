import { type Compiled } from '../flows/compile.js';
import type { Position, Problem } from '../flows/problem.js';
import type { Revision } from '../flows/revision.js';
import type { Flow } from '../routing/types.js';
import { type Change } from './diff.js';
import type { FlowFiles } from './revision-files.js';
/** Flow files other than those of the current revision, and what a reload makes of them. */
export interface Candidate {
    /** The id of their revision; null where they cannot be compiled. */
    readonly revision: string | null;
    /** Why a reload refuses them; empty where it takes them. */
    readonly problems: readonly Problem[];
    readonly warnings: readonly Problem[];
    /** What is other than in the current revision. */
    readonly changes: readonly Change[];
    /** What the replay of recorded calls showed, where a limit asks for it. */
    readonly replay: string | null;
}
export type ReloadResult = ({
    readonly ok: true;
    /** False where the files are those of the current revision. */
    readonly changed: boolean;
    readonly number: number | null;
} & Omit<Candidate, 'problems'>) | ({
    readonly ok: false;
} & Candidate);
/** The codes of problems and warnings that a reload adds to those of the flow files, with what each means. */
export declare const RELOAD_CODES: {
    readonly 'reload.dialplan': 'Warning: the running dialplan was generated for other flow files.';
    readonly 'reload.failed': 'The reload failed for a reason that lies outside of the flow files.';
    readonly 'reload.location': 'A flow leads to a context or an extension that the running dialplan does not have.';
    readonly 'reload.max_change': 'More recorded calls would go to another flow than `--max-change` or `DOORMAN_MAX_CHANGE` allows.';
    readonly 'reload.not_stored': 'The revision to roll back to is not in the database.';
    readonly 'reload.pbx': 'Warning: Asterisk could not be asked for the locations of the flows.';
};
/** The changed flows folder, while it does not decide calls: it was refused, or DOORMAN_RELOAD is manual. */
export interface WaitingCandidate extends Candidate {
    /** Since when, in ISO 8601. */
    readonly at: string;
}
export interface ReloadOptions {
    /** The user who asks, where that is known. */
    readonly by?: string | undefined;
    /** The files of a draft, which take the place of the flows folder until that changes. */
    readonly files?: FlowFiles | undefined;
    /** Accept flows whose location the running dialplan does not have; their calls take the fallback. */
    readonly allowMissingContexts?: boolean | undefined;
    /** The largest share of recorded calls that may go to another flow, from 0 to 1. */
    readonly maxChange?: number | undefined;
}
/** What the running PBX and the recorded calls say about a candidate. */
export interface CandidateChecks {
    /** Which of these flows lead to a location that the running dialplan does not have. */
    missingLocations(flows: readonly Flow[]): Promise<readonly Flow[]>;
    /** Whether the generated contexts that run were made from this revision. */
    isDialplanCurrent(revision: Revision): Promise<boolean>;
    /** Decides recorded calls by both: the share that the candidate would move, and that as a sentence. */
    replay(candidate: Revision, current: Revision): Promise<{
        readonly share: number;
        readonly summary: string;
    }>;
}
/** Checks flow files that were loaded against the PBX and the recorded calls, and changes nothing. */
export declare function checkCandidate(loaded: Compiled, current: Revision, checks: CandidateChecks, { allowMissingContexts, maxChange }: Pick<ReloadOptions, 'allowMissingContexts' | 'maxChange'>): Promise<Candidate>;
/** What cannot be compiled, or not be found. */
export declare function unusable(problems: readonly Problem[], warnings?: readonly Problem[]): Candidate;
/** Without a position it is one of the reload as a whole, and in no file. */
export declare function problem(code: keyof typeof RELOAD_CODES, message: string, position?: Position): Problem;
export declare function messageOf(error: unknown): string;
