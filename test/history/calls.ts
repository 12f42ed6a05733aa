import type { DecisionRecord } from '../../src/history/decision-record.js'
import { type CallRecord, factsOfCall, storedCall } from '../../src/history/recorded-calls.js'
import type { StoredCall } from '../../src/store/queries.js'
import { withStore } from '../store/open-store.js'

/** The record of a decision: from +15550000001 to +15557654321 over carrier-a into `main`, unless told otherwise. */
export function decided(parts: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    ...{
      at: '2030-01-01T12:00:00.000Z',
      call: '1700000000.1',
      sipCallId: 'a@example.com',
      trunk: 'carrier-a',
    },
    ...{ callerNumber: '+15550000001', calleeNumber: '+15557654321', vip: false, branch: null },
    headers: [['from', '<sip:+15550000001@example.com>']],
    ...{ readBy: 'dialplan', revision: '0123456789ab', rule: 'otherwise', flow: 'main', outcome: 'routed' },
    ...{ faults: [], reasons: [], reasonsOmitted: 0, provenance: [], hearsay: [], ms: {} },
    ...parts,
  }
}

/** The same, recorded with what is needed to decide it again. */
export function recorded(parts: Partial<CallRecord> = {}): CallRecord {
  const callerId = { number: '+15550000001', name: '' }
  return { ...decided(), callerId, dialled: '+15557654321', verification: null, ...parts }
}

/** So many calls, each with an id of its own: `call 1`, `call 2` … */
export function recordedCalls(count: number, parts: (n: number) => Partial<CallRecord> = () => ({})) {
  return Array.from({ length: count }, (_, at) => recorded({ call: `call ${at + 1}`, ...parts(at + 1) }))
}

/** A call for the database. */
export function stored(call: CallRecord): StoredCall {
  return storedCall(factsOfCall(call), call)
}

/** Puts calls into the database of a data folder, in their order. */
export async function recordCalls(data: string, calls: readonly CallRecord[]): Promise<void> {
  await withStore(data, async (store) => {
    for (const call of calls) store.recordCall(stored(call))
    // A stop waits for two seconds only; a busy machine may need longer.
    await store.flush()
  })
}
