import type { Revision } from '../flows/revision.js';
import type { Log } from '../lib/log.js';
import type { Metrics } from '../observability/metrics.js';
import type { Candidate, ReloadOptions, ReloadResult } from './candidate.js';
type ReloadLog = Pick<Log, 'error' | 'info'>;
/** @param current the revision that decides after it. */
export declare function logReload(log: ReloadLog, { way, by, files }: ReloadOptions & {
    readonly way: string;
}, result: ReloadResult, ms: number, current: Revision): void;
/** Announces a changed flows folder that does not decide. */
export declare function logCandidate(log: ReloadLog, candidate: Candidate, current: Revision): void;
export declare function countReload(metrics: Pick<Metrics, 'reload'>, way: string, result: ReloadResult, ms: number): void;
export {};
