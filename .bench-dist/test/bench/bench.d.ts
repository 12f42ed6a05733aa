import type { CallerProcess, RunReport } from './caller.js';
import type { Fixture } from './fixture.js';
import type { BenchOptions } from './options.js';
import { type SystemName } from './systems.js';
/** What is measured of one system at one rate. */
export interface Measured extends RunReport {
    readonly system: SystemName;
    readonly perSecond: number;
    /** The first 500 calls after a start. */
    readonly isCold: boolean;
    /** Per offered call; hanging up included. */
    readonly asterisk_cpu_ms: number;
    readonly controller_cpu_ms: number;
    readonly asterisk_rss_mb: number;
    readonly controller_rss_mb: number;
}
/** Milliseconds of one call in each stage, as in its decision record. */
export type Stages = Readonly<Partial<Record<(typeof STAGES)[number], number>>>;
export declare const STAGES: readonly ['read', 'decide', 'write', 'continue'];
export interface Found {
    readonly measured: Measured[];
    /** Of each turn. */
    readonly knees: Map<SystemName, readonly number[]>;
    /** Doorman's calls with the right result, and its decision records of routed calls. */
    readonly records: {
        calls: number;
        routed: number;
    };
    readonly stages: Stages[];
}
interface BenchParts {
    readonly options: BenchOptions;
    readonly fixture: Fixture;
    readonly caller: CallerProcess;
    readonly say: (line: string) => void;
    /** Knees of an earlier run, from which the search begins. */
    readonly near: (system: SystemName) => number;
}
/** In each round every system has a turn: the first 500 calls, a warm-up, 100 calls a second, the knee. */
export declare function runBench(parts: BenchParts): Promise<Found>;
interface Steps {
    /** Runs a rate and says whether it held. */
    hold(perSecond: number): Promise<boolean>;
    /** Removes what an overload left behind: Asterisk takes twice as long for a call for half a minute afterwards. */
    renew(): Promise<void>;
}
/**
 * The knee: the highest rate that held before the first that did not, 5 % above. Each turn of a system has one such
 * search; the median of the turns counts. 0 where no rate held.
 */
export declare function findKnee(near: number, { hold, renew }: Steps): Promise<number>;
export {};
