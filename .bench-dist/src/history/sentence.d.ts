import type { Log } from '../lib/log.js';
import { type DecisionRecord } from './decision-record.js';
/** What of a record the sentence needs; `doorman explain` has it without a call. */
export type Decided = Pick<DecisionRecord, 'trunk' | 'callerNumber' | 'calleeNumber' | 'branch' | 'rule' | 'flow' | 'outcome' | 'faults' | 'reasons' | 'hearsay'>;
/**
 * Where a call went and why, in one sentence without a full stop:
 *
 *     +15551234567 via carrier-b to North Branch went to main by `otherwise`: its X-VIP: gold is untrusted on carrier-b
 *
 * @param went `would go` where there was no call.
 */
export declare function sentenceOf(record: Decided, went?: 'went' | 'would go'): string;
/** Writes a record as one line of the log, whose message is the sentence. */
export declare function logDecision(log: Log, record: DecisionRecord): void;
