import { expect, test } from '@jest/globals'
import type { Arrival } from '../../src/asterisk/pbx.js'
import { CallInHand } from '../../src/call/call-in-hand.js'
import { choose } from '../../src/call/choose.js'
import { recordOf } from '../../src/call/record.js'
import type { Revision } from '../../src/flows/revision.js'
import { revisionOf } from '../flows/temp-folder.js'
import { AT, call } from '../routing/support/make.js'

const ROUTING = `
trunks: { carrier-a: { trust: [caller_number, X-VIP] } }
vip: { headers: { X-VIP: gold } }
flows: { main: { context: main } }
otherwise: main
`

const ARRIVAL: Arrival = {
  ...{ channelId: '1.1', channel: 'PJSIP/carrier-b-00000001', sipCallId: 'id@phone', extension: '1001' },
  ...{ callerId: { number: '+15551234567', name: '' }, briefing: [] },
}

async function recorded(trunk: string) {
  const revision = await revisionOf({ 'routing.yaml': ROUTING })
  const facts = call({ trunk, headers: [['X-VIP', 'gold']] })
  const functions = { run: () => Promise.reject(new Error('no function is asked')) }
  const parts = { revision, functions, callId: '1.1', at: AT, allHeaders: async () => facts.headers }
  const choice = await choose(facts, parts)
  const reading = {
    ...{ facts, sipCallId: 'id@phone', readBy: 'ari' as const, decidedBy: '', stateFault: undefined },
    noteWasMissing: false,
  }
  return recordOf(new CallInHand(ARRIVAL, revision, AT), { reading, choice }, 'routed')
}

test('the record of a call says where each fact comes from, and what was hearsay', async () => {
  const { provenance, hearsay } = await recorded('carrier-b')
  expect(provenance).toContainEqual({
    ...{ fact: 'header X-VIP', value: 'gold', from: 'trunk carrier-b', trusted: false },
    why: 'trunk carrier-b is not trusted for X-VIP',
  })
  expect(hearsay).toMatchObject([{ what: 'X-VIP', value: 'gold', for: ['vip'] }])
})

test('the record of a call that is believed has the same facts and no hearsay', async () => {
  const { provenance, hearsay } = await recorded('carrier-a')
  expect(provenance).toContainEqual(expect.objectContaining({ fact: 'vip', value: 'yes', trusted: true }))
  expect(hearsay).toEqual([])
})

test('the record of a call that could not be read has neither', () => {
  const revision = { id: 'abc', routing: { rules: [], otherwise: 'main' } } as unknown as Revision
  const nothing = { reading: undefined, choice: undefined }
  const record = recordOf(new CallInHand(ARRIVAL, revision, AT), nothing, 'fallback_unread')
  expect([record.provenance, record.hearsay]).toEqual([[], []])
})
