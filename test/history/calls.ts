import type { CallRecord } from '../../src/history/call-record.js'

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
    ...parts,
  }
}

/** So many calls, each with an id of its own: `call 1`, `call 2` … */
export function recordedCalls(count: number, parts: (n: number) => Partial<CallRecord> = () => ({})) {
  return Array.from({ length: count }, (_, at) => recorded({ call: `call ${at + 1}`, ...parts(at + 1) }))
}

/** Calls as lines of a call log. */
export function callLines(calls: readonly CallRecord[]): string {
  return calls.map((call) => `${JSON.stringify(call)}\n`).join('')
}
