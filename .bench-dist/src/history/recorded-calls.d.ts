import type { CallFacts, State } from '../routing/types.js';
import type { Verification } from '../sip/attestation.js';
import type { CallQuery, StoredCall } from '../store/database.js';
import type { StoreReads } from '../store/store.js';
import type { DecisionRecord } from './decision-record.js';
/** A recorded call: its decision record, and what is needed besides to decide it again. */
export interface CallRecord extends DecisionRecord {
    /** As Asterisk had it, before any number was read. */
    readonly callerId: {
        readonly number: string;
        readonly name: string;
    };
    /** The extension that was dialled, as it was dialled. */
    readonly dialled: string;
    readonly verification: Verification | null;
    /** The state that the call came with; left out where there was none. */
    readonly state?: State;
}
/** A call as the database has it. */
export interface NumberedCall extends CallRecord {
    /** Counts the recorded calls of a data folder; `doorman why` takes it. */
    readonly number: number;
}
/** A call for the database. */
export declare function storedCall(facts: CallFacts, decided: DecisionRecord): StoredCall;
/** The facts of a recorded call, to be decided again. */
export declare function factsOfCall(record: CallRecord): CallFacts;
/**
 * The newest recorded calls that match, newest first, read as they are iterated. Iterating rejects with StoreError
 * where the database cannot be read.
 */
export declare function findCalls(store: Pick<StoreReads, 'findCalls'>, { limit, ...query }: CallQuery): AsyncGenerator<NumberedCall, void, undefined>;
/**
 * The visits of a call to Doorman, the first one first; empty where none is recorded.
 * @param named the unique id of its channel, its SIP Call-ID, its number, or `last` for the newest call
 */
export declare function findVisits(store: Pick<StoreReads, 'findCalls'>, named: string): Promise<readonly NumberedCall[]>;
