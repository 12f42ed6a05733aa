import type { AsteriskInstall } from '../support/install.js';
import { type Counts } from './counts.js';
import { type Fault } from './fault.js';
/** What a fault did to the callers of one Asterisk. */
export interface FaultResult extends Counts {
    readonly fault: string;
    readonly asterisk: string;
    /** How long after the load good calls were routed by their rules again. */
    readonly recovery_ms: number | undefined;
    /** What was not as promised, in sentences. */
    readonly problems: readonly string[];
}
/** The time limit of the entry (2 s) and half a second for everything else. */
export declare const LONGEST_WAIT_MS = 2500;
/**
 * One fault on a fixture of its own, from the first call to the last.
 * @param calmMs how long calls come before the fault, and after it
 */
export declare function runFault(fault: Fault, install: AsteriskInstall, { perSecond, calmMs }: {
    readonly perSecond: number;
    readonly calmMs?: number;
}): Promise<FaultResult>;
