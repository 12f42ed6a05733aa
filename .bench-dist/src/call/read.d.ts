import { type Pbx } from '../asterisk/pbx.js';
import type { Revision } from '../flows/revision.js';
import type { CallFacts } from '../routing/types.js';
import type { ActiveCall } from './active-call.js';
/** What was read of a call. */
export interface CallData {
    readonly facts: CallFacts;
    /** Whether the dialplan passed all that the revision needs, or ARI was asked for headers. */
    readonly readBy: 'dialplan' | 'ari';
    /** Id of the revision that decided this call on an earlier visit; empty on the first. */
    readonly decidedBy: string;
    /** Whether the call has been here too often. */
    readonly isOverLimit: boolean;
    /** Whether Asterisk has lost the call's shared variables. */
    readonly hasLostVariables: boolean;
    /** Why no rule can be applied, in a sentence: Asterisk cannot hand the call over whole. */
    readonly undecidable: string | undefined;
    /** What is missing without keeping the call from being decided, in sentences. */
    readonly faults: readonly string[];
}
/** Reads channel variables and, where the dialplan does not pass them, headers. */
export interface ChannelReader {
    variable(name: string): Promise<string>;
    header(name: string): Promise<string | undefined>;
}
/** Does not ask once the channel has left: the answer would be of no use. */
export declare function channelReader(call: ActiveCall, pbx: Pbx): ChannelReader;
/**
 * All that the revision needs of a call. The arguments of `Stasis()` have it; ARI is asked for the rest of values
 * with more than three closing parentheses, for a long state, and for headers that the running dialplan does not pass.
 * @throws PbxError
 */
export declare function readCall({ arrival, args }: Pick<ActiveCall, 'arrival' | 'args'>, revision: Revision, reader: ChannelReader): Promise<CallData>;
