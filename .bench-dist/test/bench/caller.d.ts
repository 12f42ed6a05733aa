import { type SipCallResult } from '../../src/testcall/user-agent.js';
import { type OfferedCall } from './calls.js';
import { type Spread } from './percentile.js';
/** What the caller is asked for: so many calls a second for so long, from one address to the PBX. */
export interface RunOrder {
    /** Call-IDs begin with it; no two runs of a bench share it. */
    readonly name: string;
    /** By this address the PBX knows the trunk. */
    readonly from: string;
    readonly sipPort: number;
    readonly perSecond: number;
    readonly seconds: number;
    /** How many VIP numbers the calls are picked from. */
    readonly vips: number;
    /** A run is given up once so large a share of its calls was slower than `slow_ms`, or went wrong. */
    readonly giveUp?: {
        readonly share: number;
        readonly slow_ms: number;
    };
}
/** What the caller saw. Times in milliseconds. */
export interface RunReport {
    readonly offered: number;
    /** Answered, and landed where they had to. */
    readonly right: number;
    /** Answered from another place, refused, or ended by the PBX; the first few in words. */
    readonly wrong: number;
    readonly wrongSamples: readonly string[];
    /** Not answered at all. */
    readonly lost: number;
    /** INVITEs that had to be sent again. */
    readonly repeated: number;
    readonly latency_ms: Spread;
    /** How much later than due the caller sent: how far its own clock can be believed. */
    readonly lateness_ms: Spread;
    readonly isGivenUp: boolean;
    /** Of the caller's own process, over the run. */
    readonly cpu_ms: number;
}
/** The caller, in a process of its own so that nothing else of the bench delays its clock. */
export declare class CallerProcess {
    #private;
    run(order: RunOrder): Promise<RunReport>;
    stop(): void;
}
/** Every call has all headers that the job reads. */
export declare function inviteOf(call: OfferedCall, host: string): {
    from: string;
    to: string;
    displayName: string;
    headers: readonly (readonly [string, string])[];
};
/** The calls of one run, counted when they are over. */
export declare class Tally {
    #private;
    private readonly order;
    constructor(order: Pick<RunOrder, 'giveUp' | 'perSecond' | 'seconds'>);
    add({ landing }: OfferedCall, due_ms: number, result: Pick<SipCallResult, 'sentAt' | 'answer' | 'cancelledAt' | 'hungUpBy'>): void;
    /** Whether the run cannot come out well any more. */
    get isHopeless(): boolean;
    report(): Omit<RunReport, 'isGivenUp' | 'cpu_ms'>;
}
