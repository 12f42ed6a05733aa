import type { DecisionRecord } from '../../src/history/decision-record.js';
import { type CallRecord } from '../../src/history/recorded-calls.js';
import type { StoredCall } from '../../src/store/database.js';
/** The record of a decision: from +15550000001 to +15557654321 over carrier-a into `main`, unless told otherwise. */
export declare function decided(parts?: Partial<DecisionRecord>): DecisionRecord;
/** The same, recorded with what is needed to decide it again. */
export declare function recorded(parts?: Partial<CallRecord>): CallRecord;
/** So many calls, each with an id of its own: `call 1`, `call 2` … */
export declare function recordedCalls(count: number, parts?: (n: number) => Partial<CallRecord>): CallRecord[];
/** A call for the database. */
export declare function stored(call: CallRecord): StoredCall;
/** Puts calls into the database of a data folder, in their order. */
export declare function recordCalls(data: string, calls: readonly CallRecord[]): Promise<void>;
