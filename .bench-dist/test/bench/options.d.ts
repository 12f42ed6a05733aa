import { type SystemName } from './systems.js';
/** How long and how much is measured. */
export interface BenchOptions {
    readonly mode: 'whole' | 'quick';
    readonly systems: readonly SystemName[];
    readonly rounds: number;
    /** Calls a second beside 100, measured in the first round only. */
    readonly otherRates: readonly number[];
    readonly otherSeconds: number;
    /** At 100 calls a second, by which the systems are judged. */
    readonly seconds: number;
    /** V8 compiles most of a controller within its first thousands of calls: these come after the cold ones. */
    readonly warmUpSeconds: number;
    /** How long each step of the search for the knee lasts. */
    readonly kneeSeconds: number;
    readonly kneeOf: readonly SystemName[];
    readonly rules: number;
    readonly vips: number;
    readonly isWritten: boolean;
}
/** @throws Error with one sentence for an unknown option or system. */
export declare function benchOptions(args: readonly string[]): BenchOptions;
