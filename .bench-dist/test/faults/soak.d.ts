import type { AsteriskInstall } from '../support/install.js';
import { type Counts } from './counts.js';
/** What a process holds, as the system sees it. */
interface Holdings {
    readonly rss_mb: number;
    /** Sockets are files. */
    readonly files: number;
    readonly threads: number;
}
export interface SoakSample extends Holdings {
    /** After so many calls. */
    readonly calls: number;
}
export interface SoakReport {
    readonly asterisk: string;
    readonly samples: readonly SoakSample[];
    readonly counts: Counts;
    readonly seconds: number;
    readonly problems: readonly string[];
}
interface SoakOptions {
    readonly calls: number;
    readonly perSecond: number;
    /** How many samples are taken; the last is compared with the first. */
    readonly looks?: number;
    /** How much more memory there may be at the end, as a share; 0.05 by default. */
    readonly growth?: number;
    /** After so many milliseconds Asterisk closes an idle connection; 15,000 by default. */
    readonly idleMs?: number;
    readonly onSample?: (sample: SoakSample) => void;
}
/** Many calls, and what Doorman still holds between them. */
export declare function soak(install: AsteriskInstall, options: SoakOptions): Promise<SoakReport>;
/** From /proc. */
export declare function holdingsOf(pid: number): Holdings;
export {};
