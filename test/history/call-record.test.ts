import { describe, expect, test } from '@jest/globals'
import { callRecordOf, factsOfCall, isCallRecord } from '../../src/history/call-record.js'
import type { DecisionRecord } from '../../src/history/decision-record.js'
import { call } from '../routing/support/make.js'

const decided: DecisionRecord = {
  at: '2030-01-01T12:00:00.000Z',
  call: '1700000000.7',
  sipCallId: 'id@example.com',
  trunk: 'carrier-a',
  callerNumber: '+15551234567',
  calleeNumber: '+15557654321',
  vip: true,
  branch: 'North Branch',
  headers: [],
  readBy: 'dialplan',
  revision: '0123456789ab',
  rule: 'VIP callers',
  flow: 'vip_support_flow',
  outcome: 'routed',
  faults: [],
  reasons: [],
  reasonsOmitted: 0,
  provenance: [],
  hearsay: [],
  ms: {},
}

describe('a recorded call', () => {
  test('has what is needed to decide it again, after a way through JSON', () => {
    const facts = call({
      from: '(555) 123-4567',
      name: 'Ada',
      to: '0015557654321',
      headers: [
        ['X-VIP', 'gold'],
        ['X-Account', 'a'],
        ['x-account', 'b'],
      ],
      verification: { attestation: 'A', verified: true },
      state: { city: 'Albany', deep: { list: [1, null] } },
    })
    const record: unknown = JSON.parse(JSON.stringify(callRecordOf(facts, decided)))
    expect(isCallRecord(record)).toBe(true)
    if (!isCallRecord(record)) return
    const again = factsOfCall(record)
    expect({ ...again, headers: again.headers.toList() }).toEqual({
      ...facts,
      headers: facts.headers.toList(),
    })
  })

  test('has what came of it, and neither reasons nor times', () => {
    expect(callRecordOf(call({ trunk: undefined }), decided)).toEqual({
      at: '2030-01-01T12:00:00.000Z',
      call: '1700000000.7',
      sipCallId: 'id@example.com',
      trunk: null,
      callerId: { number: '+15551234567', name: '' },
      dialled: '+15557654321',
      headers: [],
      verification: null,
      flow: 'vip_support_flow',
      rule: 'VIP callers',
      vip: true,
      branch: 'North Branch',
      revision: '0123456789ab',
      outcome: 'routed',
    })
  })

  test('leaves out a state of more than 4 KB', () => {
    const long = (length: number) => callRecordOf(call({ state: { text: 'é'.repeat(length) } }), decided)
    expect(long(2_000).state).toEqual({ text: 'é'.repeat(2_000) })
    expect('state' in long(2_100)).toBe(false)
  })

  test.each([
    ['null', null],
    ['a list', []],
    [
      'a call without headers',
      { at: '', call: '', dialled: '', flow: '', callerId: { number: '', name: '' } },
    ],
    [
      'a header that is no pair',
      { at: '', call: '', dialled: '', flow: '', callerId: { number: '', name: '' }, headers: ['x'] },
    ],
  ])('is not %s', (_what, value) => {
    expect(isCallRecord(value)).toBe(false)
  })
})
