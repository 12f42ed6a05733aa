import type { Provenance } from '../routing/facts.js';
import type { Hearsay } from '../routing/hearsay.js';
import type { Reason } from '../routing/types.js';
/** How a call really left Doorman: the closed list that is also the only set of labels in logs and metrics. */
export declare const OUTCOMES: {
    readonly routed: 'it went on to its flow, with its state';
    readonly routed_without_state: 'the same, but its variables could not all be set';
    readonly fallback_unread: 'the channel could not be read; it went to `otherwise`';
    readonly fallback_function: 'its code flow failed; it went to `otherwise`';
    readonly fallback_place: 'the location of its flow is not in the dialplan, or is too long; it went to the fallback';
    readonly fallback_error: 'Doorman failed; it went to the fallback';
    readonly fallback_stopping: 'Doorman was told to stop at once; it went to the fallback';
    readonly taken_out: 'the time limit of the dialplan took it to the fallback before Doorman was done';
    readonly fallback_visits: 'it came back too often (10 times in 30 s, 100 in all); it went to the fallback';
    readonly hung_up: 'the caller hung up first';
    readonly undecidable: 'Asterisk could not hand the call over whole; it went to the flow under `undecidable`';
    readonly unconfirmed: 'Asterisk did not say that the call left, or whether Doorman or the time limit was first';
};
export type Outcome = keyof typeof OUTCOMES;
/** Milliseconds that a call spent in each stage; a stage that was not reached is missing. */
export interface Stages {
    readonly read?: number | undefined;
    readonly decide?: number | undefined;
    readonly write?: number | undefined;
    readonly continue?: number | undefined;
    readonly leave?: number | undefined;
    /** From its arrival to its departure. */
    readonly total?: number | undefined;
}
/** The answer to "why did this call go there?": one for each call. */
export interface DecisionRecord {
    readonly at: string;
    /** Unique id of the channel. */
    readonly call: string;
    readonly sipCallId: string;
    readonly trunk: string | null;
    readonly callerNumber: string;
    readonly calleeNumber: string;
    readonly vip: boolean;
    readonly branch: string | null;
    /** The headers that the revision refers to and the call has, repeats apart. */
    readonly headers: readonly (readonly [name: string, value: string])[];
    /** Whether the entry context passed the headers, or ARI read them. Null where the call could not be read. */
    readonly readBy: 'dialplan' | 'ari' | null;
    readonly revision: string;
    readonly rule: string | null;
    readonly flow: string;
    readonly outcome: Outcome;
    /** What went wrong on the way, if anything, in sentences. */
    readonly faults: readonly string[];
    readonly reasons: readonly Reason[];
    /** How many reasons were left out for their number. `doorman explain` shows those of every single rule. */
    readonly reasonsOmitted: number;
    /** Where each fact comes from, and whether it is trusted. Empty where nothing could be decided. */
    readonly provenance: readonly Provenance[];
    /** Untrusted claims of the call that would have counted from a trusted trunk. */
    readonly hearsay: readonly Hearsay[];
    readonly ms: Stages;
}
/**
 * A record is one log line. Up to this many rules, each has its reason in it. With more rules only those have one
 * that the index does not pass over, and of these the last before the match.
 */
export declare const MOST_REASONS = 200;
export declare function shortened(reasons: readonly Reason[]): Pick<DecisionRecord, 'reasons' | 'reasonsOmitted'>;
/** Outcomes that are as they should be; all others are warnings. */
export declare const EXPECTED: ReadonlySet<Outcome>;
