import type { CallContext, Caller, Reason } from './types.js';
/** One thing that a decision is based on, and where it comes from, as records and `explain --json` have it. */
export interface Provenance {
    /** `caller number`, `callee number`, `vip`, `branch`, `attestation`, or `header X-VIP`. */
    readonly fact: string;
    /** Null where the call has none. */
    readonly value: string | null;
    /** `caller ID`, `P-Asserted-Identity`, `dialled`, `vips.csv:12`, `STIR/SHAKEN` … */
    readonly from: string;
    readonly trusted: boolean;
    readonly why: string;
}
export interface ProvenanceOptions {
    /** The headers that the revision needs; those that the call has are told. */
    readonly headers: readonly string[];
    /**
     * Whether more is told than a record needs, at more expense: the attestation where no rule asks for it, and the line
     * of a VIP file, for which a walk through the file takes tens of milliseconds where it has a million.
     */
    readonly thorough: boolean;
}
/** Where each fact of a call comes from, in the order in which a decision asks for them. */
export declare function provenanceOf(context: CallContext, options: ProvenanceOptions): readonly Provenance[];
/** The steps of an explanation before the rules. */
export declare function factReasons(context: CallContext): readonly Reason[];
/** What a trunk must be trusted for so that the caller number counts. */
export declare function callerItem({ source }: Caller): string;
