import { describe, expect, test } from '@jest/globals'
import { MOST_REASONS, shortened } from '../../src/history/decision-record.js'
import { type CallRecord, factsOfCall, findCalls, storedCall } from '../../src/history/recorded-calls.js'
import type { Reason } from '../../src/routing/types.js'
import { call } from '../routing/support/make.js'
import { inDataFolder, withStore } from '../store/open-store.js'
import { decided, recordCalls, recordedCalls } from './calls.js'

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
    const again = factsOfCall(JSON.parse(storedCall(facts, decided()).record) as CallRecord)
    expect({ ...again, headers: again.headers.toList() }).toEqual({
      ...facts,
      headers: facts.headers.toList(),
    })
  })

  test('has its decision record, and what a search needs beside it', () => {
    const decision = decided({ headers: [], rule: 'VIP callers', outcome: 'hung_up' })
    const { record, ...columns } = storedCall(call({ trunk: undefined }), decision)
    expect(columns).toEqual({
      ...{
        at: Date.parse('2030-01-01T12:00:00.000Z'),
        channelId: '1700000000.1',
        sipCallId: 'a@example.com',
      },
      ...{ caller: '+15550000001', callee: '+15557654321' },
      ...{ rule: 'VIP callers', flow: 'main', outcome: 'hung_up' },
    })
    expect(JSON.parse(record)).toEqual({
      ...decision,
      ...{ callerId: { number: '+15551234567', name: '' }, dialled: '+15557654321', verification: null },
    })
  })
})

describe('finding recorded calls', () => {
  const idsOf = async (calls: AsyncIterable<CallRecord>) => {
    const ids: string[] = []
    for await (const { call } of calls) ids.push(call)
    return ids
  }

  test('reads them page by page, newest first, up to the limit', () =>
    inDataFolder(async (folder) => {
      await recordCalls(
        folder,
        recordedCalls(1_203, (n) => ({ flow: n % 2 === 0 ? 'even' : 'odd' })),
      )
      await withStore(folder, async (store) => {
        const all = await idsOf(findCalls(store, { limit: 5_000 }))
        expect([all.length, new Set(all).size, all[0], all.at(-1)]).toEqual([
          1_203,
          1_203,
          'call 1203',
          'call 1',
        ])
        expect(await idsOf(findCalls(store, { limit: 600 }))).toEqual(all.slice(0, 600))
        expect(await idsOf(findCalls(store, { flow: 'even', limit: 2 }))).toEqual(['call 1202', 'call 1200'])
      })
    }))

  test('passes over a record that a failing disk has changed', async () => {
    const store = {
      findCalls: async () => [
        { id: 2, record: '{"call":"torn' },
        { id: 1, record: '{"call":"a"}' },
      ],
    }
    expect(await idsOf(findCalls(store, { limit: 10 }))).toEqual(['a'])
  })
})

const reason = (rule: string): Reason => ({
  ...{ rule, matched: false, condition: 'vip: true', value: null, trusted: true, why: 'no' },
})

describe('the reasons of a record', () => {
  test('stay whole up to the limit', () => {
    const reasons = Array.from({ length: MOST_REASONS }, (_, index) => reason(`rule ${index}`))
    expect(shortened(reasons)).toEqual({ reasons, reasonsOmitted: 0 })
  })

  test('keep their end beyond it, where the match stands, and say how many are missing', () => {
    const reasons = Array.from({ length: 10_000 }, (_, index) => reason(`rule ${index}`))
    const { reasons: kept, reasonsOmitted } = shortened(reasons)
    expect(kept).toHaveLength(MOST_REASONS)
    expect(reasonsOmitted).toBe(10_000 - MOST_REASONS)
    expect(kept.at(-1)?.rule).toBe('rule 9999')
  })
})
