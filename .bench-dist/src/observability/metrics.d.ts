import { type ObservedCall } from './observed-call.js';
/** What is read at the moment at which the metrics are. */
export interface MetricsSources {
    readonly ari: {
        readonly isUp: boolean;
    };
    readonly ami: {
        readonly isUp: boolean;
    };
    activeCalls(): number;
    database(): {
        readonly isUp: boolean;
        readonly bytes: number;
        readonly queued: number;
        readonly failures: number;
        readonly dropped: number;
    };
}
/** What the flow files name. */
export interface FlowFileNames {
    readonly flows: ReadonlyMap<string, unknown>;
    readonly rules: readonly {
        readonly name: string;
    }[];
    readonly branches: readonly {
        readonly name: string;
    }[];
    readonly index: {
        readonly referenced: {
            readonly trunks: ReadonlySet<string>;
        };
    };
}
/**
 * Prometheus metrics. Labels are closed lists or names from the flow files; no text of a call is in them. Calls are
 * counted by one name at a time: a counter by all of them would have a series for each combination.
 */
export declare class Metrics {
    #private;
    constructor({ ari, ami, activeCalls, database }: MetricsSources);
    /** @param names those of the current flow files; only they become labels. */
    call({ outcome, readBy, flow, rule, branch, trunk, hearsay, ms }: ObservedCall, names: FlowFileNames): void;
    /** @param ms how long it took. */
    reload(way: string, result: 'taken' | 'unchanged' | 'waiting' | 'refused', ms: number): void;
    candidate(isWaiting: boolean): void;
    /** The text format of Prometheus. */
    text(): Promise<string>;
}
