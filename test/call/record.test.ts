import { expect, jest, test } from '@jest/globals'
import type { Arrival } from '../../src/asterisk/pbx.js'
import { ActiveCall } from '../../src/call/active-call.js'
import { type FinishedCall, RecordQueue, recordOf } from '../../src/call/record.js'
import { finalDecision } from '../../src/flows/final-decision.js'
import type { Revision } from '../../src/flows/revision.js'
import { contextOf } from '../../src/routing/context-of.js'
import { revisionOf } from '../flows/temp-folder.js'
import { AT, call } from '../routing/support/make.js'

const ROUTING = `
trunks: { carrier-a: { trust: [caller_number, X-VIP] } }
vip: { headers: { X-VIP: gold } }
flows: { main: { context: main } }
otherwise: main
`

const ARRIVAL: Arrival = {
  ...{ channelId: '1.1', channel: 'PJSIP/carrier-b-00000001', sipCallId: 'id@phone' },
  ...{
    callerId: { number: '+15551234567', name: '' },
    extension: 's',
    args: '',
    at: 0,
    isUndescribed: false,
  },
}

async function recorded(trunk: string, more = '') {
  const revision = await revisionOf({ 'routing.yaml': ROUTING + more })
  const facts = call({ trunk, headers: [['X-VIP', 'gold']] })
  const functions = { run: () => Promise.reject(new Error('no code flow runs')) }
  const final = await finalDecision(contextOf(facts, revision.routing, AT), {
    revision,
    functions,
    callId: '1.1',
  })
  const data = {
    ...{ facts, readBy: 'ari' as const, undecidable: undefined, faults: [] },
  }
  return recordOf({ call: new ActiveCall(ARRIVAL, revision, AT), data, final, outcome: 'routed' })
}

test('the record of a call says where each fact comes from, and what was hearsay', async () => {
  const { provenance, hearsay } = await recorded('carrier-b')
  expect(provenance).toContainEqual({
    ...{ fact: 'header X-VIP', value: 'gold', from: 'trunk carrier-b', trusted: false },
    why: 'trunk carrier-b is not trusted for X-VIP',
  })
  expect(hearsay).toMatchObject([{ what: 'X-VIP', value: 'gold', for: ['vip'] }])
})

test('the record of a trusted call has the same facts and no hearsay', async () => {
  const { provenance, hearsay } = await recorded('carrier-a')
  expect(provenance).toContainEqual(expect.objectContaining({ fact: 'vip', value: 'yes', trusted: true }))
  expect(hearsay).toEqual([])
})

test('the record of a call has the hours at its own instant', async () => {
  const hours =
    'hours: { office: { zone: UTC, open: off, also_open: [{ date: 2030-01-01, hours: "12:00-12:01" }] } }'
  const { reasons } = await recorded(
    'carrier-a',
    `${hours}\nrules: [{ name: Open, when: { open: office }, goto: main }]\n`,
  )
  expect(reasons.at(-1)).toMatchObject({ rule: 'Open', matched: true, value: 'open', why: 'office is open' })
})

test('the record of a call that could not be read has neither, but the trunk and the caller', () => {
  const revision = { id: 'abc', routing: { rules: [], otherwise: 'main' } } as unknown as Revision
  const call = new ActiveCall(ARRIVAL, revision, AT)
  const record = recordOf({ call, data: undefined, final: undefined, outcome: 'fallback_unread' })
  expect([record.provenance, record.hearsay]).toEqual([[], []])
  expect(record).toMatchObject({ trunk: 'carrier-b', callerNumber: '+15551234567', rule: null })
})

test('the queue of records has one timer, however fast calls come, and goes on after finish', async () => {
  jest.useFakeTimers()
  try {
    const emitted: FinishedCall[] = []
    const queue = new RecordQueue((one) => void emitted.push(one))
    const finished = { call: { ms: {} } } as unknown as FinishedCall
    for (let at = 0; at < 300; at++) {
      queue.add(finished)
      await jest.advanceTimersByTimeAsync(3)
      expect(jest.getTimerCount()).toBeLessThanOrEqual(1)
    }
    queue.finish()
    expect([emitted.length, jest.getTimerCount()]).toEqual([300, 0])
    queue.add(finished)
    await jest.advanceTimersByTimeAsync(200)
    expect(emitted).toHaveLength(301)
  } finally {
    jest.useRealTimers()
  }
})

test('records are made in the order of their calls, however long each took to leave', async () => {
  jest.useFakeTimers()
  try {
    const made: unknown[] = []
    const queue = new RecordQueue(({ call }) => void made.push(call.ms.continue))
    for (const ms of [300, 1]) queue.add({ call: { ms: { continue: ms } } } as unknown as FinishedCall)
    await jest.advanceTimersByTimeAsync(250)
    expect(made).toEqual([])
    await jest.advanceTimersByTimeAsync(250)
    expect(made).toEqual([300, 1])
  } finally {
    jest.useRealTimers()
  }
})
