import { type Found } from './bench.js';
import type { DecideFigures } from './decide.bench.js';
import type { BenchOptions } from './options.js';
import type { ReloadFigures } from './reload.bench.js';
import { type SystemName } from './systems.js';
/** What results.json holds. */
export type Results = ReturnType<typeof resultsOf>;
/** One system. */
export type SystemFigures = ReturnType<typeof systemFigures>;
/** What was measured beside the calls; null where it was not. */
interface Others {
    readonly asterisk: string;
    readonly decide: DecideFigures | null;
    readonly reload: ReloadFigures | null;
}
export declare function resultsOf(found: Found, options: BenchOptions, { asterisk, decide, reload }: Others): {
    date: string;
    knees_date: string;
    mode: "quick" | "whole";
    commit: string;
    versions: {
        asterisk: string;
        node: string;
    };
    cores: number;
    cpu: string;
    rounds: number;
    seconds: number;
    seconds_at_100: number;
    rules: number;
    vips: number;
    systems: Partial<Record<"ari_client" | "dialplan" | "doorman" | "doorman_before" | "fastagi", {
        p50_ms_at_100: number;
        p99_ms_at_100: number;
        knee_cps: number | null;
        asterisk_cpu_ms_per_call: number;
        controller_cpu_ms_per_call: number;
        rss_mb: number;
        asterisk_rss_mb: number;
        rounds_at_100: {
            p50_ms: number;
            p99_ms: number;
            controller_cpu_ms_per_call: number;
        }[];
        cold: {
            p50_ms: number;
            p90_ms: number;
            p99_ms: number;
            max_ms: number;
            asterisk_cpu_ms_per_call: number;
            controller_cpu_ms_per_call: number;
            caller_late_p99_ms: number;
            offered: number;
            right: number;
        };
        knees_cps: readonly number[];
        rates: {
            [k: string]: {
                p50_ms: number;
                p90_ms: number;
                p99_ms: number;
                max_ms: number;
                asterisk_cpu_ms_per_call: number;
                controller_cpu_ms_per_call: number;
                caller_late_p99_ms: number;
                offered: number;
                right: number;
            };
        };
    }>>;
    floors: Partial<Record<"doorman_own" | "passage" | "passage_ami", {
        p50_ms_at_100: number;
        p99_ms_at_100: number;
        knee_cps: number | null;
        asterisk_cpu_ms_per_call: number;
        controller_cpu_ms_per_call: number;
        rss_mb: number;
        asterisk_rss_mb: number;
        rounds_at_100: {
            p50_ms: number;
            p99_ms: number;
            controller_cpu_ms_per_call: number;
        }[];
        cold: {
            p50_ms: number;
            p90_ms: number;
            p99_ms: number;
            max_ms: number;
            asterisk_cpu_ms_per_call: number;
            controller_cpu_ms_per_call: number;
            caller_late_p99_ms: number;
            offered: number;
            right: number;
        };
        knees_cps: readonly number[];
        rates: {
            [k: string]: {
                p50_ms: number;
                p90_ms: number;
                p99_ms: number;
                max_ms: number;
                asterisk_cpu_ms_per_call: number;
                controller_cpu_ms_per_call: number;
                caller_late_p99_ms: number;
                offered: number;
                right: number;
            };
        };
    }>>;
    steps_us: Readonly<Partial<Record<"continue" | "decide" | "read" | "write", number>>> | null;
    disturbed: boolean;
    records: {
        calls: number;
        routed: number;
    };
    decide: {
        p50_us: number;
        p99_us: number;
        p50_us_few_numbers: number;
        rules: number;
        vips: number;
        load_s: number;
        load_mb: number;
    } | null;
    reload: {
        reloads: number;
        reload_ms: number;
        p50_ms: number;
        p99_ms: number;
        max_ms: number;
    } | null;
};
/** Medians of the rounds; those without a rate in their name at 100 calls a second. */
declare function systemFigures(system: SystemName, { measured, knees }: Found): {
    p50_ms_at_100: number;
    p99_ms_at_100: number;
    knee_cps: number | null;
    asterisk_cpu_ms_per_call: number;
    controller_cpu_ms_per_call: number;
    rss_mb: number;
    asterisk_rss_mb: number;
    rounds_at_100: {
        p50_ms: number;
        p99_ms: number;
        controller_cpu_ms_per_call: number;
    }[];
    cold: {
        p50_ms: number;
        p90_ms: number;
        p99_ms: number;
        max_ms: number;
        asterisk_cpu_ms_per_call: number;
        controller_cpu_ms_per_call: number;
        caller_late_p99_ms: number;
        offered: number;
        right: number;
    };
    knees_cps: readonly number[];
    rates: {
        [k: string]: {
            p50_ms: number;
            p90_ms: number;
            p99_ms: number;
            max_ms: number;
            asterisk_cpu_ms_per_call: number;
            controller_cpu_ms_per_call: number;
            caller_late_p99_ms: number;
            offered: number;
            right: number;
        };
    };
};
export {};
