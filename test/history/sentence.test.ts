import { describe, expect, test } from '@jest/globals'
import type { Arrival } from '../../src/asterisk/pbx.js'
import { ActiveCall } from '../../src/call/active-call.js'
import { recordOf } from '../../src/call/record.js'
import { type Example, factsOfExample } from '../../src/flows/examples.js'
import { finalDecision } from '../../src/flows/final-decision.js'
import { FunctionRunner } from '../../src/flows/functions/function-runner.js'
import { loadRevision } from '../../src/flows/load.js'
import type { DecisionRecord } from '../../src/history/decision-record.js'
import { logDecision, sentenceOf } from '../../src/history/sentence.js'
import type { LogFields } from '../../src/lib/log.js'
import { contextOf } from '../../src/routing/context-of.js'
import { inFolder } from '../flows/temp-folder.js'
import { decided } from './calls.js'

const RULES = {
  'routing.yaml': `
default_country: US
trunks: { carrier-a: { trust: [caller_number, X-VIP] }, carrier-b: { trust: [] } }
vip: { numbers: ["+15551234567"], headers: { X-VIP: [gold] } }
branches: { North Branch: { numbers: ["+15557654321"] } }
flows: { vip_flow: { context: vip }, main: { context: main }, sales: { context: sales } }
rules:
  - { name: VIP callers, when: { vip: true }, goto: vip_flow }
  - { name: Sales, when: { callee: "+15550000100" }, goto: sales }
  - { name: Triage, when: { callee: "+1555000*" }, run: triage.ts }
  - { name: Broken, when: { callee: "+1555999*" }, run: broken.ts }
otherwise: main
`,
  'triage.ts': 'export default (conv) => conv.gotoFlow("sales")\n',
  'broken.ts': 'export default () => {\n  throw new Error("out of order")\n}\n',
}

const arrivalOn = (trunk = ''): Arrival => ({
  ...{ channelId: '1.1', sipCallId: 'a@b', extension: 's', args: '', at: 0, isUndescribed: false },
  ...{ channel: trunk === '' ? 'Local/1@x-00000001;2' : `PJSIP/${trunk}-00000001` },
  callerId: { number: '', name: '' },
})

const NORTH = { from: '+15551234567', to: '5557654321' }

/** A call, and the sentence about its record. */
type Case = readonly [what: string, call: Example['call'], sentence: string]

const CASES: readonly Case[] = [
  [
    'an untrusted header',
    { from: '+15559990000', to: '5557654321', trunk: 'carrier-b', headers: { 'X-VIP': 'gold' } },
    '+15559990000 via carrier-b to North Branch went to main by `otherwise`: its X-VIP: gold is untrusted on carrier-b',
  ],
  [
    'an untrusted header and an untrusted number',
    { ...NORTH, trunk: 'carrier-b', headers: { 'X-VIP': 'gold' } },
    '+15551234567 via carrier-b to North Branch went to main by `otherwise`: its caller number and X-VIP: gold are untrusted on carrier-b',
  ],
  [
    'a VIP by number',
    { ...NORTH, trunk: 'carrier-a' },
    '+15551234567 via carrier-a to North Branch went to vip_flow by rule "VIP callers": caller number +15551234567 is in vip.numbers',
  ],
  [
    'a rule that matched although a claim did not count',
    { from: '+15559990000', to: '+15550000100', headers: { 'X-VIP': 'gold' } },
    '+15559990000 to +15550000100 went to sales by rule "Sales": callee number +15550000100 is in +15550000100; its X-VIP: gold is untrusted without a trunk',
  ],
  [
    'a code flow that chose',
    { from: '+15559990000', to: '+15550000200', trunk: 'carrier-a' },
    '+15559990000 via carrier-a to +15550000200 went to sales by triage.ts of rule "Triage": callee number +15550000200 is in +1555000*',
  ],
  [
    'a code flow that failed',
    { from: '+15559990000', to: '+15559990001', trunk: 'carrier-a' },
    '+15559990000 via carrier-a to +15559990001 went to main by `otherwise`: the code flow of rule "Broken" failed: broken.ts:2:9: Error: out of order (threw)',
  ],
  [
    'no rule and a caller without a number',
    { from: 'anonymous', to: '+442079460000' },
    'An anonymous caller to +442079460000 went to main by `otherwise`: no rule matched',
  ],
]

test('the sentence about a call that Doorman decided says what settled it', async () => {
  const functions = new FunctionRunner({ deadlineMs: 5_000 })
  try {
    const told = await inFolder(RULES, async (folder) => {
      const loaded = await loadRevision(folder, functions)
      if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
      const { revision } = loaded
      return Promise.all(
        CASES.map(async ([what, call]) => {
          const facts = factsOfExample(call)
          const final = await finalDecision(contextOf(facts, revision.routing, new Date()), {
            revision,
            functions,
            callId: 'x',
          })
          const data = {
            ...{ facts, readBy: 'dialplan' as const, undecidable: undefined, faults: [] },
          }
          const outcome = final.failure === undefined ? 'routed' : 'fallback_function'
          const active = new ActiveCall(arrivalOn(call.trunk), revision, new Date())
          return [what, call, sentenceOf(recordOf({ call: active, data, final, outcome }))]
        }),
      )
    })
    expect(told).toEqual(CASES)
  } finally {
    await functions.stop()
  }
})

const SALES: Partial<DecisionRecord> = {
  ...{ trunk: 'carrier-a', branch: null, rule: 'Sales', flow: 'sales' },
  reasons: [{ rule: 'Sales', matched: true, condition: '', value: null, trusted: true, why: 'it is open' }],
}
const UNDECIDED: Partial<DecisionRecord> = { rule: null, flow: 'main' }
const SUBJECT = '+15550000001 via carrier-a to +15557654321'

test.each<[Partial<DecisionRecord>, string]>([
  [
    { ...SALES, outcome: 'routed_without_state', faults: ['AMI did not answer.'] },
    'went to sales by rule "Sales": it is open; its variables could not all be set: AMI did not answer',
  ],
  [
    { ...UNDECIDED, outcome: 'fallback_unread', faults: ['ARI did not answer.', 'Again.'] },
    'took the fallback: the channel could not be read: ARI did not answer; Again',
  ],
  [
    { ...SALES, outcome: 'fallback_place', faults: ['Flow sales (sales,s,1) is not in the dialplan.'] },
    'took the fallback instead of sales (rule "Sales"): Flow sales (sales,s,1) is not in the dialplan',
  ],
  [{ ...UNDECIDED, outcome: 'fallback_place' }, 'took the fallback instead of its flow'],
  [
    { ...UNDECIDED, outcome: 'fallback_error', faults: ['no flow'] },
    'took the fallback: Doorman failed: no flow',
  ],
  [{ ...UNDECIDED, outcome: 'fallback_stopping' }, 'took the fallback: Doorman was told to stop at once'],
  [
    { ...SALES, outcome: 'taken_out' },
    'took the fallback instead of sales (rule "Sales"): the dialplan\'s time limit ended first',
  ],
  [
    { ...UNDECIDED, outcome: 'fallback_visits' },
    'took the fallback: it came back too often (10 times in 30 s, 100 in all)',
  ],
  [{ ...SALES, outcome: 'hung_up' }, 'hung up on the way to sales (rule "Sales")'],
  [{ ...UNDECIDED, outcome: 'hung_up' }, 'hung up on the way to its flow'],
  [
    { ...UNDECIDED, outcome: 'undecidable', faults: ['The call has more than 250 headers.'] },
    'went to main by `undecidable`: Asterisk could not hand it over whole: The call has more than 250 headers',
  ],
  [
    { ...SALES, outcome: 'unconfirmed' },
    'was sent to sales (rule "Sales"); Asterisk did not confirm that it left',
  ],
])('the sentence about $outcome', (parts, predicate) => {
  expect(sentenceOf(decided(parts))).toBe(`${SUBJECT} ${predicate}`)
})

test('a text of the caller is clipped, and where there was no call the sentence says so', () => {
  const long = sentenceOf(decided({ callerNumber: 'x'.repeat(5_000), calleeNumber: 'y'.repeat(5_000) }))
  expect(long.length).toBeLessThan(500)
  expect(sentenceOf(decided(), 'would go')).toContain(' would go to main by `otherwise`')
})

describe('the record in the log', () => {
  function logged(given: DecisionRecord): readonly { level: string; message: string; fields: LogFields }[] {
    const lines: { level: string; message: string; fields: LogFields }[] = []
    const at = (level: string) => (message: string, fields: LogFields) =>
      void lines.push({ level, message, fields })
    logDecision({ error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') }, given)
    return lines
  }

  test('is one line with the sentence, the event "decision" and everything that is in the record', () => {
    const record = decided({ ms: { read: 1.25 } })
    const fields = { event: 'decision', ...record }
    expect(logged(record)).toEqual([{ level: 'info', message: sentenceOf(record), fields }])
  })

  test.each([
    ['info', 'hung_up'],
    ['info', 'fallback_stopping'],
    ['warn', 'fallback_function'],
    ['warn', 'unconfirmed'],
    ['warn', 'routed_without_state'],
    ['warn', 'taken_out'],
  ] as const)('is of level %s where the outcome is %s', (level, outcome) => {
    expect(logged(decided({ outcome }))).toMatchObject([{ level }])
  })
})
