import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { CallHandler } from '../../src/call/handler.js'
import { type FinishedCall, recordOf } from '../../src/call/record.js'
import type { FunctionResult } from '../../src/flows/functions/function-thread.js'
import type { Revision } from '../../src/flows/revision.js'
import { contextOf } from '../../src/routing/context-of.js'
import { revisionOf } from '../flows/temp-folder.js'
import { FakeGreetings } from '../support/fake-greetings.js'
import { FakePbx } from '../support/fake-pbx.js'
import type { PassedCall } from '../support/stasis-arguments.js'

const FLOW_FILES = {
  'routing.yaml': `
trunks: { carrier-a: { trust: [caller_number] } }
vip: { files: [vips.csv] }
flows: { vip: { context: vip }, main: { context: main }, refuse: { context: refuse, turn_away: true } }
branches: { North: { numbers: ["+15557654321"], greet: Branch, play: early } }
rules:
  - { when: { vip: true }, goto: vip, greet: "Hello {caller.name|customer}" }
  - { when: { callee: "+15550000001" }, run: triage.js, play: flow }
  - { when: { callee: "+15550000002" }, goto: main }
  - { when: { caller: "+15559999999" }, goto: refuse }
otherwise: { goto: main, greet: "Otherwise {callerNumber|you}" }
`,
  'vips.csv': 'number,name\n+15551234567,Ada\n',
  'triage.js': 'export default function triage(conv) { conv.gotoFlow("main") }\n',
}
const STRANGER = { number: '+15550000009', name: '' }

let revision: Revision
beforeAll(async () => {
  revision = await revisionOf(FLOW_FILES)
})
beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }))
afterEach(() => void jest.useRealTimers())

/** Lets a call through, and says what it was greeted with. */
async function greeted(
  greetings: FakeGreetings,
  { passed = {}, said, ...parts }: { passed?: PassedCall; said?: string; callerId?: typeof STRANGER } = {},
) {
  const pbx = new FakePbx()
  const finished: FinishedCall[] = []
  const result: FunctionResult = { kind: 'chose', flow: 'main', state: {}, said, log: [] }
  const calls = new CallHandler({
    takeMessage: () => 'refused',
    ...{ pbx, greetings, instance: 'doorman', functions: { run: async () => result } },
    ...{ revision: () => revision, earlierRevision: async () => undefined, now: () => new Date() },
    ...{
      context: (facts, { revision: { routing }, at }) => contextOf(facts, routing, at),
      finished: (one) => void finished.push(one),
      flowLog: () => undefined,
    },
  })
  pbx.listen(calls)
  const { variables } = pbx.enter({ passed: { listsAll: true, ...passed }, ...parts })
  await jest.runAllTimersAsync()
  await calls.finish()
  const [record] = finished.map(recordOf)
  const file = variables.get('DOORMAN_GREETING')
  return {
    record,
    outcome: record?.outcome,
    greeting: record?.greeting,
    file,
    play: variables.get('DOORMAN_PLAY'),
  }
}

describe('the greeting of a call', () => {
  test('goes to the dialplan by the name of its file, and is in the record', async () => {
    expect(await greeted(new FakeGreetings(['Hello Ada']))).toMatchObject({
      ...{ outcome: 'routed', file: '/greetings/0', play: 'before_flow' },
      greeting: { status: 'played', text: 'Hello Ada', play: 'before_flow', file: '/greetings/0' },
    })
  })

  test('is waited for, a little', async () => {
    const greetings = new FakeGreetings([], new Map([['Hello Ada', 150]]))
    expect(await greeted(greetings)).toMatchObject({
      file: '/greetings/late',
      greeting: { status: 'played' },
    })
    expect(greetings.waits).toEqual([200])
  })

  test('is the one without values where it is late', async () => {
    const greetings = new FakeGreetings(['Hello customer'], new Map([['Hello Ada', 250]]))
    const { greeting, file, record } = await greeted(greetings)
    expect({ greeting, file }).toEqual({
      greeting: { status: 'default', text: 'Hello customer', play: 'before_flow', file },
      file: '/greetings/0',
    })
    expect(record?.ms.greet).toBeLessThan(250)
  })

  test.each([
    ['late', new FakeGreetings(), {}],
    ['failed', Object.assign(new FakeGreetings(), { problem: 'flite is not installed' }), {}],
    ['failed', Object.assign(new FakeGreetings(['Hello Ada']), { folder: '/a&b' }), {}],
    ['outdated', new FakeGreetings(['Hello Ada']), { passed: { greets: false } }],
  ])('is none, and the record says %s, but the call goes on', async (status, greetings, options) => {
    expect(await greeted(greetings, options)).toMatchObject({
      ...{ outcome: 'routed', file: '', play: undefined, greeting: { status, text: 'Hello Ada' } },
    })
  })

  test.each([
    ['its branch, where its rule has none', { dialled: '+15550000002' }, undefined, undefined],
    ['its branch', {}, { text: 'Otherwise +15550000009', play: 'before_flow' }, 'before_flow'],
    ['nothing', { dialled: '+15550000001' }, undefined, undefined],
  ])('is that of %s', async (_what, passed, greeting, play) => {
    const greetings = new FakeGreetings(['Otherwise +15550000009', 'Branch'])
    const made = await greeted(greetings, { passed, callerId: STRANGER })
    expect(made.greeting).toEqual(greeting && expect.objectContaining(greeting))
    expect(made.play).toBe(play)
  })

  test('is what a code flow says; with play: flow the dialplan plays nothing', async () => {
    const made = { passed: { dialled: '+15550000001' }, said: 'Good day', callerId: STRANGER }
    expect(await greeted(new FakeGreetings(['Good day']), made)).toMatchObject({
      ...{ file: '/greetings/0', play: undefined, greeting: { status: 'played', play: 'flow' } },
    })
  })

  test('is none of a flow that turns calls away, whatever its branch says', async () => {
    const callerId = { number: '+15559999999', name: '' }
    const made = await greeted(new FakeGreetings(['Branch']), { callerId })
    expect(made).toMatchObject({ file: '', play: undefined })
    expect(made.record).toMatchObject({ flow: 'refuse' })
    expect(made.record).not.toHaveProperty('greeting')
  })

  test('of an undecidable call is that of otherwise, without values', async () => {
    const made = await greeted(new FakeGreetings(['Otherwise you']), { passed: { dialled: '1):0:0' } })
    expect(made).toMatchObject({ outcome: 'undecidable', file: '/greetings/0', play: 'before_flow' })
  })
})
