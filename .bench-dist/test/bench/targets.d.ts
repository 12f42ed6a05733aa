import type { Results } from './results.js';
/** One thing that Doorman has to reach, and what it did. */
interface Target {
    readonly what: string;
    readonly wanted: string;
    readonly reached: string;
    /** What the code of commit c592c16 reached in the same run; empty where it is not measured. */
    readonly before: string;
    /** Undefined where it was not measured. */
    readonly isMet: boolean | undefined;
}
/** Ratios within one run; no verdict where the run was disturbed. */
export declare function targetsOf({ systems, decide, reload, disturbed }: Results): readonly Target[];
export {};
