import type { CallContext } from './types.js';
/** An untrusted claim of a call that would have counted. */
export interface Hearsay {
    /** A header as people write it, `caller_number`, or `verstat`: what an admin would put under `trust`. */
    readonly what: string;
    readonly value: string;
    readonly for: readonly Purpose[];
    readonly why: string;
}
export type Purpose = 'vip' | 'rules' | 'callee_from';
/**
 * The untrusted claims of a call, each once. A header counts where the revision refers to it and the call has it;
 * one that every call has, only where a condition names its value. A caller number, Asterisk's or an asserted one,
 * counts only where it would have made a VIP call or a `caller` condition names it, and a header of `callee_from`
 * only where it holds another number: otherwise every call of an untrusted trunk would claim something.
 */
export declare function hearsayOf(context: CallContext): readonly Hearsay[];
