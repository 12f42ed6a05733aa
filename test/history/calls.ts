import type { CallRecord } from '../../src/history/recorded-calls.js'
import type { StoredCall } from '../../src/store/database.js'
import { withStore } from '../store/open-store.js'

/** A recorded call: from +15550000001 to +15557654321 over carrier-a into `main`, unless told otherwise. */
export function recorded(parts: Partial<CallRecord> = {}): CallRecord {
  return {
    at: '2030-01-01T12:00:00.000Z',
    call: '1700000000.1',
    sipCallId: 'a@example.com',
    trunk: 'carrier-a',
    callerId: { number: '+15550000001', name: '' },
    dialled: '+15557654321',
    headers: [['from', '<sip:+15550000001@example.com>']],
    verification: null,
    flow: 'main',
    rule: 'otherwise',
    vip: false,
    branch: null,
    revision: '0123456789ab',
    outcome: 'routed',
    ...{ callerNumber: '+15550000001', calleeNumber: '+15557654321', readBy: 'dialplan' },
    ...{ faults: [], reasons: [], reasonsOmitted: 0, provenance: [], hearsay: [], ms: {} },
    ...parts,
  }
}

/** So many calls, each with an id of its own: `call 1`, `call 2` … */
export function recordedCalls(count: number, parts: (n: number) => Partial<CallRecord> = () => ({})) {
  return Array.from({ length: count }, (_, at) => recorded({ call: `call ${at + 1}`, ...parts(at + 1) }))
}

/** A call for the database, as if it were recorded now. */
export function stored(call: CallRecord): StoredCall {
  return {
    at: Date.now(),
    ...{ channelId: call.call, sipCallId: call.sipCallId, rule: call.rule, flow: call.flow },
    ...{ caller: call.callerNumber, callee: call.calleeNumber, outcome: call.outcome },
    record: JSON.stringify(call),
  }
}

/** Puts calls into the database of a data folder, in their order. */
export async function recordCalls(data: string, calls: readonly CallRecord[]): Promise<void> {
  await withStore(data, async (store) => {
    for (const call of calls) store.recordCall(stored(call))
  })
}
