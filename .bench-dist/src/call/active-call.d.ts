import { type StasisArguments } from '../asterisk/dialplan/arguments.js';
import type { Arrival, Departure } from '../asterisk/pbx.js';
import type { Revision } from '../flows/revision.js';
import type { Stages } from '../history/decision-record.js';
/** One call from its arrival to its departure. */
export declare class ActiveCall {
    #private;
    readonly arrival: Arrival;
    /** What the entry context passed; undefined where it is another layout. */
    readonly args: StasisArguments | undefined;
    /** The time of its arrival. */
    readonly at: Date;
    /** The revision that decides it: that of its first visit, where it has been here before. */
    revision: Revision;
    /** What went wrong on the way, in sentences. */
    readonly faults: string[];
    /** Milliseconds of each stage so far, and in the end of all. */
    readonly ms: {
        -readonly [stage in keyof Stages]: number;
    };
    departure: Departure | undefined;
    constructor(arrival: Arrival, revision: Revision, at: Date);
    get id(): string;
    /** Doorman has no time left for it: it goes to the fallback. */
    abort(): void;
    /** The work's result, or undefined as soon as the call is aborted. */
    unlessAborted<T>(work: Promise<T>): Promise<T | undefined>;
    /** A stage's own limit in milliseconds, or what the call has left where that is less; at least 1. */
    atMost(ms: number): number;
    get leftMs(): number;
    /** Asterisk says that the channel has left our application. */
    depart(departure: Departure): void;
    /** Resolves when the channel departs, or after the time. */
    departs(withinMs: number): Promise<void>;
    /** Does the work of a stage and keeps how long it took, also when it fails. */
    stage<T>(stage: keyof Stages, work: () => T | Promise<T>): Promise<T>;
    /** It has left, or is given up. */
    finish(): void;
    fault(error: unknown): void;
}
