import type { Counts } from './counts.js';
import type { Fixture, FixtureOptions } from './fixture.js';
/** One thing that goes wrong while calls come. */
export interface Fault extends Pick<FixtureOptions, 'flows' | 'applications' | 'surroundings'> {
    /** Its name in the results. */
    readonly name: string;
    /** What is done, for the reader of the results. */
    readonly what: string;
    /** Where the version makes no difference: runs on Asterisk 22 only. */
    readonly isOn22Only?: boolean;
    /** Where calls come back: the limit for all their visits together. */
    readonly longestWaitMs?: number;
    /** Breaks something, and mends what an admin or a supervisor would mend. Calls come all the time. */
    readonly act: (fixture: Fixture) => Promise<void>;
    /** What must be true beyond the promise that no call is lost: a sentence for each thing that is not. */
    readonly judge?: Judge;
}
export type Judge = (counts: Counts, fixture: Fixture) => readonly string[] | Promise<readonly string[]>;
type Step = (fixture: Fixture) => unknown;
/** An act: breaks something, waits, mends it where there is something to mend, and waits again. */
export declare function broken(breakIt: Step, ms: number, mend?: Step, afterMs?: number): Fault['act'];
/** The setting that loads a file of `hooks/` into Doorman's process. */
export declare function hook(name: string): Readonly<Record<string, string>>;
/** For faults that no caller may notice. */
export declare function allRouted({ offered, routed }: Counts, { records }: Fixture): readonly string[];
export declare function lostCalls({ lost, lost_how }: Counts): readonly string[];
/** For a limit: a sentence where `value` is above it. */
export declare function atMost(limit: number, value: number, what: string): readonly string[];
export {};
