import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { CallHandler, type HandlerParts } from '../../src/call/handler.js'
import { type FinishedCall, recordOf } from '../../src/call/record.js'
import type { FunctionResult } from '../../src/flows/functions/function-thread.js'
import type { Revision } from '../../src/flows/revision.js'
import { type DecisionRecord, OUTCOMES, type Outcome } from '../../src/history/decision-record.js'
import { contextOf } from '../../src/routing/context-of.js'
import { revisionOf } from '../flows/temp-folder.js'
import { FakeGreetings } from '../support/fake-greetings.js'
import { FakePbx, type Fault, type Step } from '../support/fake-pbx.js'

const FLOW_FILES = {
  'routing.yaml': `
default_country: US
trunks: { carrier-a: { trust: [caller_number, X-VIP] } }
vip: { headers: { X-VIP: gold } }
branches: { North: { numbers: ["+15557654321"], state: { city: Albany } } }
flows:
  vip: { context: vip-support }
  main: { context: main }
  kept: { context: kept, extension: dialled }
  desk: { context: desk }
rules:
  - { name: VIP callers, when: { vip: true }, goto: vip, state: { greeting: Welcome } }
  - { name: Code, when: { callee: "+15550*" }, run: triage.js }
  - { name: Kept, when: { callee: "+15559*" }, goto: kept }
otherwise: main
`,
  'triage.js': 'export default function triage(conv) { conv.gotoFlow("main") }\n',
}

const GOLD = { passed: { named: [['x-vip', 'gold']], listsAll: true } } as const
const CODE = { passed: { dialled: '+15550000001', named: [['x-vip', '']], listsAll: true } } as const
const PLAIN = { passed: { listsAll: true } } as const
const NUMBERS = '+15551234567^+15557654321^'
const VIP_LOCATION = `doorman-go,=^${NUMBERS}vip-support,s,1,1`
const FALLBACK = 'doorman-fallback,s,1'

let revision: Revision

/** A PBX that is a fake and a handler that is not, with what it recorded. */
class Lab {
  readonly pbx = new FakePbx()
  readonly finished: FinishedCall[] = []
  readonly said: string[] = []
  readonly kept = new Map<string, Revision>()
  revision = revision
  result: FunctionResult = { kind: 'chose', flow: 'main', state: { seen: true }, log: [] }
  readonly calls: CallHandler

  constructor(parts: Partial<HandlerParts> = {}) {
    this.calls = new CallHandler({
      pbx: this.pbx,
      functions: { run: async () => this.result },
      instance: 'doorman',
      revision: () => this.revision,
      earlierRevision: async (id) => this.kept.get(id),
      now: () => new Date('2030-01-01T12:00:00Z'),
      context: (facts, { revision: { routing }, at }) => contextOf(facts, routing, at),
      greetings: new FakeGreetings(),
      finished: (finished) => void this.finished.push(finished),
      flowLog: (_callId, { message }) => void this.said.push(message),
      takeMessage: ({ values }) => (values.includes('office') ? 'ok' : 'refused'),
      ...parts,
    })
    this.pbx.listen(this.calls)
  }

  get records(): readonly DecisionRecord[] {
    return this.finished.map(recordOf)
  }

  /** Lets all time pass that anything waits for, until no call is active. */
  async settle(): Promise<void> {
    await jest.runAllTimersAsync()
    await this.calls.finish()
  }

  /** The one record of the one call. */
  async only(): Promise<DecisionRecord> {
    await this.settle()
    const [record, ...more] = this.records
    if (record === undefined || more.length > 0) throw new Error(`${this.records.length} records of one call`)
    return record
  }
}

/** A revision in which something is broken that no check of the flow files can see. */
function brokenRevision(): Revision {
  const index = {
    get branches(): never {
      throw new Error('the index is broken')
    },
  }
  return { ...revision, routing: { ...revision.routing, index: index as never } }
}

const failed: FunctionResult = {
  kind: 'failed',
  reason: 'threw',
  message: 'triage.js:1:7: it threw',
  log: [],
}

/** For each outcome one call that has it. */
const WAYS: Readonly<Record<Outcome, (lab: Lab) => void>> = {
  routed: ({ pbx }) => void pbx.enter(PLAIN),
  routed_without_state: ({ pbx }) => {
    pbx.fail('setVariables', 'unreachable')
    pbx.enter(PLAIN)
  },
  undecidable: ({ pbx }) => void pbx.enter({ passed: { dialled: '1):0:0' } }),
  fallback_unread: ({ pbx }) => {
    pbx.fail('readVariable', 'unreachable')
    pbx.enter({ args: '' })
  },
  fallback_function: (lab) => {
    lab.result = failed
    lab.pbx.enter(CODE)
  },
  fallback_place: ({ pbx }) => {
    pbx.enter({ passed: { dialled: '+15559'.padEnd(79, '1') } })
  },
  fallback_error: (lab) => {
    lab.revision = brokenRevision()
    lab.pbx.enter(PLAIN)
  },
  fallback_visits: ({ pbx }) => void pbx.enter({ passed: { isOverLimit: true } }),
  fallback_stopping: (lab) => {
    lab.pbx.before('setVariables', () => lab.calls.abort())
    lab.pbx.enter(PLAIN)
  },
  taken_out: ({ pbx }) => {
    const { id } = pbx.enter(PLAIN)
    pbx.before('continueInDialplan', () => pbx.leave(id, 'continued'))
    pbx.fail('continueInDialplan', 'gone')
  },
  hung_up: ({ pbx }) => {
    const { id } = pbx.enter(PLAIN)
    pbx.before('setVariables', () => pbx.leave(id, 'hung_up'))
  },
  unconfirmed: ({ pbx }) => {
    pbx.confirmsLeaving = false
    pbx.enter(PLAIN)
  },
}

beforeAll(async () => {
  const compiled = await revisionOf(FLOW_FILES)
  revision = { ...compiled, routing: { ...compiled.routing, undecidable: 'desk' } }
})
beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }))
afterEach(() => void jest.useRealTimers())

describe('outcomes', () => {
  const outcomes = Object.keys(OUTCOMES) as Outcome[]

  test.each(outcomes)('a call can leave as %s, and then has this one record', async (outcome) => {
    const lab = new Lab()
    WAYS[outcome](lab)
    expect((await lab.only()).outcome).toBe(outcome)
  })
})

describe('a call for which all goes well', () => {
  test('reaches the location of its flow with its decision and state on the channel', async () => {
    const lab = new Lab()
    const channel = lab.pbx.enter(GOLD)
    await lab.settle()
    expect(lab.pbx.sentTo).toEqual([VIP_LOCATION])
    expect(lab.pbx.requests.map(({ step }) => step)).toEqual(['setVariables', 'continueInDialplan'])
    expect(Object.fromEntries(channel.variables)).toMatchObject({
      ...{ DOORMAN_FLOW: 'vip', DOORMAN_RULE: 'VIP callers', DOORMAN_VIP: '1', DOORMAN_BRANCH: 'North' },
      ...{ DOORMAN_REVISION: revision.id, DOORMAN_DECIDED: revision.id, DOORMAN_INSTANCE: 'doorman' },
      ...{ CONV_city: 'Albany', CONV_greeting: 'Welcome' },
    })
  })

  test('keeps the number that was dialled where its flow says so', async () => {
    const lab = new Lab()
    lab.pbx.enter({ passed: { dialled: '+15559000001', listsAll: true } })
    await lab.settle()
    expect(lab.pbx.sentTo).toEqual(['doorman-go,=^+15551234567^+15559000001^kept,+15559000001,1,1'])
  })

  test('has a record that says why it went there, and the time of each stage', async () => {
    const lab = new Lab()
    const channel = lab.pbx.enter(GOLD)
    const record = await lab.only()
    expect(record).toMatchObject({
      ...{ at: '2030-01-01T12:00:00.000Z', call: channel.id, sipCallId: `${channel.id}@test.invalid` },
      ...{ trunk: 'carrier-a', callerNumber: '+15551234567', calleeNumber: '+15557654321' },
      ...{ vip: true, branch: 'North', headers: [['x-vip', 'gold']], revision: revision.id },
      ...{ rule: 'VIP callers', flow: 'vip', outcome: 'routed', faults: [], reasonsOmitted: 0 },
      readBy: 'dialplan',
      reasons: expect.arrayContaining([
        expect.objectContaining({ rule: 'VIP callers', matched: true, condition: 'vip: true' }),
      ]),
      provenance: expect.arrayContaining([
        expect.objectContaining({ fact: 'vip', value: 'yes', from: 'header X-VIP', trusted: true }),
      ]),
    })
    const { total = 0, ...stages } = record.ms
    expect(Object.keys(stages)).toEqual(['read', 'look_up', 'decide', 'write', 'continue', 'leave'])
    expect(total).toBeGreaterThanOrEqual(Math.max(...Object.values(stages).map(Number)))
  })

  test('is no VIP for a header of a trunk that is not trusted for it', async () => {
    const lab = new Lab()
    lab.pbx.enter({ ...GOLD, name: 'PJSIP/carrier-b-00000001' })
    expect(await lab.only()).toMatchObject({ vip: false, flow: 'main', rule: 'otherwise', outcome: 'routed' })
  })

  test('need not be PJSIP: a local channel has no headers and is decided all the same', async () => {
    const lab = new Lab()
    lab.pbx.enter({ passed: { named: [] }, name: 'Local/5557654321@test-00000001;2' })
    expect(await lab.only()).toMatchObject({ trunk: null, headers: [], flow: 'main', outcome: 'routed' })
  })
})

describe('a channel that brings a message', () => {
  test.each([
    ['office', 'ok'],
    ['ofice', 'refused'],
  ])('with %s is continued with the result %s, and is no call', async (name, result) => {
    const lab = new Lab()
    lab.pbx.enter({ args: `message#override#${name}#closed#1800` })
    await lab.settle()
    expect([lab.pbx.sentTo, lab.records]).toEqual([[`doorman-message,${result},1`], []])
  })
})

describe('what Asterisk cannot hand over whole', () => {
  const cannot = (args: string) => args.replace(/&end$/, '')

  test.each([
    ['a dialled number with other characters', { passed: { dialled: '5&6' } }],
    ['a dialled number that is not UTF-8', { passed: { dialled: '5\ufffd' } }],
    ['a dialled number with a line break', { passed: { dialled: '5\n6' } }],
    [
      'values that are longer than Asterisk passes',
      { passed: { named: [['x-vip', 'a'.repeat(4_093)] as const] } },
    ],
    ['more headers than are listed', { args: '3&KEYS=DIALLED&COUNT=251&1/1%0A///&end' }],
  ])('%s takes the flow under `undecidable`, and its record says so', async (_what, parts) => {
    const lab = new Lab()
    const { variables } = lab.pbx.enter(parts)
    const record = await lab.only()
    expect(record).toMatchObject({ outcome: 'undecidable', flow: 'desk', rule: null })
    expect(record.faults).toHaveLength(1)
    expect(lab.pbx.sentTo).toEqual(['doorman-go,=^^^desk,s,1,1'])
    expect([
      variables.get('DOORMAN_FLOW'),
      variables.get('DOORMAN_RULE'),
      variables.get('DOORMAN_VIP'),
    ]).toEqual([...['desk', 'undecidable', '0']])
  })

  test('a channel that Asterisk cannot describe has its variables all the same', async () => {
    const lab = new Lab()
    const { variables } = lab.pbx.enter({ isUndescribed: true })
    expect(await lab.only()).toMatchObject({ outcome: 'undecidable', flow: 'desk' })
    expect([variables.get('DOORMAN_FLOW'), variables.get('DOORMAN_RULE')]).toEqual(['desk', 'undecidable'])
  })

  test('still has a limit of visits, and shared variables that Asterisk has lost are published again', async () => {
    const [often, lost] = [new Lab(), new Lab()]
    often.pbx.enter({ passed: { dialled: '5&6', isOverLimit: true } })
    lost.pbx.enter({ passed: { dialled: '5&6', hasLostVariables: true } })
    expect([(await often.only()).outcome, often.pbx.sentTo]).toEqual(['fallback_visits', [FALLBACK]])
    expect([(await lost.only()).outcome, lost.pbx.forgotten]).toEqual(['undecidable', 1])
  })

  test('the rest of a value that is not UTF-8 takes it, too', async () => {
    const lab = new Lab()
    lab.pbx.fail('readVariable', 'refused')
    lab.pbx.enter({ passed: { named: [['x-vip', 'a)b)c)d)e']] } })
    expect(await lab.only()).toMatchObject({ outcome: 'undecidable' })
  })

  test('a value with many parentheses is read whole', async () => {
    const lab = new Lab()
    lab.pbx.enter({ passed: { named: [['x-vip', 'a)b)c)d)e)']], listsAll: true } })
    expect((await lab.only()).headers).toEqual([['x-vip', 'a)b)c)d)e)']])
  })

  test('headers that had no room in the arguments are read from the channel', async () => {
    const lab = new Lab()
    const { passed } = GOLD
    const pbx = new FakePbx()
    const { variables } = pbx.enter({ passed })
    expect(variables.get('DOORMAN_PASSED_1')).toBe('1/%2B15557654321%0Agold%0A///')
    lab.pbx.enter({ ...GOLD, args: cannot('3&ALL=1&KEYS=DIALLED/x-vip&COUNT=0&1/%2B15557654321%0Ago') })
    expect(await lab.only()).toMatchObject({ vip: true, outcome: 'routed' })
  })
})

test('headers that are called like the keys of STIR/SHAKEN attest nothing', async () => {
  const lab = new Lab()
  const listed = [
    ['VERIFICATIONS', '1'],
    ['ATTESTATION', 'A'],
    ['RESULT', 'success'],
  ] as const
  lab.pbx.enter({ passed: { named: [['x-vip', '']], listed, listsAll: true } })
  await lab.settle()
  expect(lab.finished[0]?.data?.facts.verification).toBeUndefined()
  expect(lab.finished[0]?.data?.facts.headers.get('Attestation')).toBe('A')
})

describe('a dialplan of other flow files', () => {
  test('has ARI asked for the headers that it does not pass, and the record says so', async () => {
    const lab = new Lab()
    lab.pbx.enter({ passed: { named: [] }, headers: new Map([['x-vip', 'gold']]) })
    const record = await lab.only()
    expect(record).toMatchObject({ outcome: 'routed', vip: true, readBy: 'ari' })
    expect(record.faults).toEqual([expect.stringContaining('doorman dialplan --write')])
  })

  test('without arguments, has the dialled number read from its variable', async () => {
    const lab = new Lab()
    lab.pbx.enter({ args: '', variables: new Map() })
    expect(await lab.only()).toMatchObject({ calleeNumber: '+15557654321', branch: 'North' })
  })
})

describe('when a stage fails', () => {
  test.each(['unreachable', 'gone', 'hang'] as const)(
    'reading by %s, the call takes the fallback',
    async (fault) => {
      const lab = new Lab()
      lab.pbx.fail('readVariable', fault)
      lab.pbx.enter({ args: '' })
      const record = await lab.only()
      expect(record).toMatchObject({ outcome: 'fallback_unread', rule: null, flow: 'main', reasons: [] })
      expect(record.faults).toHaveLength(1)
      expect(lab.pbx.sentTo).toEqual([FALLBACK])
    },
  )

  test('deciding, the call takes the fallback', async () => {
    const lab = new Lab()
    lab.revision = brokenRevision()
    lab.pbx.enter(PLAIN)
    expect(await lab.only()).toMatchObject({ outcome: 'fallback_error', faults: ['the index is broken'] })
    expect(lab.pbx.sentTo).toEqual([FALLBACK])
  })

  test('a code flow, the call goes to otherwise, and what it logged is kept', async () => {
    const lab = new Lab()
    lab.result = { ...failed, log: [{ level: 'info', message: 'on my way' }] }
    const channel = lab.pbx.enter(CODE)
    const record = await lab.only()
    expect(record).toMatchObject({ outcome: 'fallback_function', rule: 'Code', flow: 'main' })
    expect(record.reasons.at(-1)).toMatchObject({
      rule: '(function)',
      matched: false,
      condition: 'run: triage.js',
    })
    expect(channel.variables.get('DOORMAN_FLOW')).toBe('main')
    expect(lab.said).toEqual(['on my way'])
  })

  test.each(['unreachable', 'refused', 'hang'] as const)(
    'setting variables by %s, the call still reaches its flow, and its record says what is missing',
    async (fault) => {
      const lab = new Lab()
      lab.pbx.fail('setVariables', fault)
      lab.pbx.enter(GOLD)
      const record = await lab.only()
      expect(record).toMatchObject({ outcome: 'routed_without_state', flow: 'vip' })
      expect(record.faults).toHaveLength(1)
      expect(lab.pbx.sentTo).toEqual([VIP_LOCATION])
    },
  )

  test('because the state is too large, the call reaches its flow', async () => {
    const lab = new Lab()
    lab.result = { kind: 'chose', flow: 'vip', state: { notes: 'x'.repeat(400_000) }, log: [] }
    lab.pbx.enter(CODE)
    expect(await lab.only()).toMatchObject({
      outcome: 'routed_without_state',
      faults: [expect.stringContaining('state is')],
    })
  })
})

describe('a code flow', () => {
  test('has the last word on flow and state, and its reason in the record', async () => {
    const lab = new Lab()
    lab.result = { kind: 'chose', flow: 'vip', state: { seen: true }, log: [] }
    const channel = lab.pbx.enter(CODE)
    const record = await lab.only()
    expect(record).toMatchObject({ outcome: 'routed', flow: 'vip', rule: 'Code' })
    expect(record.reasons.at(-1)).toMatchObject({ rule: '(function)', matched: true, value: 'vip' })
    expect(channel.variables.get('CONV_seen')).toBe('true')
  })
})

describe('a flow that is not in the dialplan', () => {
  test('makes the record of its call say so, once doorman-go has asked', async () => {
    const lab = new Lab()
    const channel = lab.pbx.enter(GOLD)
    setTimeout(() => lab.pbx.arrive({ ...channel, args: '3&MISSING=1&end' }), 5)
    const record = await lab.only()
    expect(record).toMatchObject({ outcome: 'fallback_place', flow: 'vip', rule: 'VIP callers' })
    expect(record.faults).toEqual([expect.stringContaining('vip-support,s,1')])
    expect(lab.pbx.sentTo).toEqual([VIP_LOCATION, FALLBACK])
  })

  test('has a record of its own where that of the decision is made already', async () => {
    const lab = new Lab()
    const channel = lab.pbx.enter(GOLD)
    await lab.settle()
    lab.pbx.arrive({ ...channel, args: '3&MISSING=1&end' })
    await lab.settle()
    expect(lab.records.map(({ outcome }) => outcome)).toEqual(['routed', 'fallback_place'])
  })
})

describe('continue', () => {
  test('is tried again when Asterisk refuses', async () => {
    const lab = new Lab()
    lab.pbx.fail('continueInDialplan', 'refused')
    lab.pbx.enter(GOLD)
    expect(await lab.only()).toMatchObject({
      outcome: 'routed',
      faults: ['fake continueInDialplan: refused'],
    })
  })

  test('is posted, and that the channel leaves is the answer', async () => {
    const lab = new Lab()
    lab.pbx.takesPosts = true
    lab.pbx.enter(GOLD)
    expect(await lab.only()).toMatchObject({ outcome: 'routed', faults: [] })
    expect([lab.pbx.requestsOf('continueInDialplan'), lab.pbx.sentTo]).toEqual([[], [VIP_LOCATION]])
  })

  test('is sent over HTTP where the channel stays after it was posted', async () => {
    const lab = new Lab()
    lab.pbx.takesPosts = true
    lab.pbx.fail('postContinue', 'unreachable')
    lab.pbx.enter(GOLD)
    expect(await lab.only()).toMatchObject({ outcome: 'routed', faults: [] })
    expect(lab.pbx.sentTo).toEqual([VIP_LOCATION])
  })

  test('of a channel that Asterisk cannot describe is not posted, as no StasisEnd tells that it left', async () => {
    const lab = new Lab()
    lab.pbx.takesPosts = true
    lab.pbx.enter({ ...GOLD, isUndescribed: true })
    expect((await lab.only()).outcome).toBe('undecidable')
    expect(lab.pbx.requestsOf('postContinue')).toEqual([])
  })

  test('that was posted is unconfirmed where the StasisEnd was lost', async () => {
    const lab = new Lab()
    lab.pbx.takesPosts = true
    lab.pbx.confirmsLeaving = false
    const { id } = lab.pbx.enter(GOLD)
    setTimeout(() => lab.calls.onDeparture(id, { kind: 'continued', at: undefined }), 300)
    expect((await lab.only()).outcome).toBe('unconfirmed')
  })

  test('that was posted may have been carried out though the channel is gone for HTTP', async () => {
    const lab = new Lab()
    lab.pbx.takesPosts = true
    lab.pbx.fail('postContinue', 'unreachable')
    lab.pbx.fail('continueInDialplan', 'gone')
    const { id } = lab.pbx.enter(GOLD)
    const at = performance.now() + 300
    setTimeout(() => lab.pbx.leave(id, 'continued', at), 400)
    expect(await lab.only()).toMatchObject({ outcome: 'routed', faults: [] })
  })

  test('is tried now and then, and not in a loop, where the connection is refused', async () => {
    const lab = new Lab()
    lab.pbx.fail('continueInDialplan', ...Array.from({ length: 5_000 }, () => 'unreachable' as const))
    lab.pbx.enter(GOLD)
    expect(await lab.only()).toMatchObject({
      outcome: 'unconfirmed',
      faults: ['fake continueInDialplan: unreachable'],
    })
    expect(lab.pbx.requestsOf('continueInDialplan').length).toBeLessThan(30)
  })

  test('is left to the time limit of the dialplan when it is refused twice', async () => {
    const lab = new Lab()
    lab.pbx.fail('continueInDialplan', 'refused', 'refused')
    const { id } = lab.pbx.enter(GOLD)
    setTimeout(() => lab.pbx.leave(id, 'continued'), 400)
    expect(await lab.only()).toMatchObject({ outcome: 'taken_out' })
    expect(lab.pbx.requestsOf('continueInDialplan')).toHaveLength(2)
  })

  test.each([
    [300, 'routed'],
    [1_060, 'taken_out'],
    [1_150, 'taken_out'],
  ])('whose answer is lost was carried out by the channel leaving after %i ms: %s', async (ms, outcome) => {
    const lab = new Lab()
    lab.pbx.fail('continueInDialplan', 'hang', 'hang', 'hang', 'hang')
    const { id } = lab.pbx.enter(GOLD)
    setTimeout(() => lab.pbx.leave(id, 'continued'), ms)
    expect((await lab.only()).outcome).toBe(outcome)
  })

  test.each([
    [490, 'routed'],
    [510, 'unconfirmed'],
  ])('that was accepted counts by what the dialplan had left (700 ms): %i ms, %s', async (ms, outcome) => {
    const lab = new Lab()
    lab.pbx.confirmsLeaving = false
    const { id } = lab.pbx.enter({ passed: { ...GOLD.passed, leftMs: 700 } })
    setTimeout(() => lab.pbx.leave(id, 'continued'), ms)
    expect((await lab.only()).outcome).toBe(outcome)
  })

  // A StasisStart that is read late, after Doorman stood still: the time limit may come before what was accepted.
  test.each([
    [750, 'routed'],
    [790, 'unconfirmed'],
  ])('that is accepted before the channel leaves %i ms after its arrival: %s', async (ms, outcome) => {
    const lab = new Lab()
    lab.pbx.confirmsLeaving = false
    const { id } = lab.pbx.enter(GOLD)
    const at = performance.now() + ms
    setTimeout(() => lab.pbx.leave(id, 'continued', at), 10)
    expect((await lab.only()).outcome).toBe(outcome)
  })

  test('is confirmed by a StasisEnd that waited to be read while Doorman stood still', async () => {
    const lab = new Lab()
    lab.pbx.confirmsLeaving = false
    const { id } = lab.pbx.enter(GOLD)
    await jest.advanceTimersByTimeAsync(0)
    // Timers run before anything is read.
    await jest.advanceTimersToNextTimerAsync()
    lab.pbx.leave(id, 'continued', performance.now() - 900)
    expect((await lab.only()).outcome).toBe('routed')
  })

  test('to the fallback comes to the same as the time limit, and keeps its reason', async () => {
    const lab = new Lab()
    lab.revision = brokenRevision()
    lab.pbx.confirmsLeaving = false
    const { id } = lab.pbx.enter(PLAIN)
    const at = performance.now() + 1_090
    setTimeout(() => lab.pbx.leave(id, 'continued', at), 10)
    expect((await lab.only()).outcome).toBe('fallback_error')
  })

  test('is unconfirmed where a lost StasisEnd does not tell when the channel left', async () => {
    const lab = new Lab()
    lab.pbx.fail('continueInDialplan', 'hang', 'hang', 'hang', 'hang')
    const { id } = lab.pbx.enter(GOLD)
    setTimeout(() => lab.calls.onDeparture(id, { kind: 'continued', at: undefined }), 300)
    expect((await lab.only()).outcome).toBe('unconfirmed')
  })
})

describe('races with the caller and with the time limit', () => {
  test.each(['setVariables', 'continueInDialplan'] as const)(
    'a caller who hangs up just before %s is answered has hung up',
    async (step) => {
      const lab = new Lab()
      const { id } = lab.pbx.enter(GOLD)
      lab.pbx.before(step, () => lab.pbx.leave(id, 'hung_up'))
      expect((await lab.only()).outcome).toBe('hung_up')
      expect(lab.pbx.sentTo).toEqual([])
    },
  )

  test('a call that the time limit took out while it was read is not continued', async () => {
    const lab = new Lab()
    lab.pbx.fail('readVariable', 'hang')
    const { id } = lab.pbx.enter({ args: '' })
    setTimeout(() => lab.pbx.leave(id, 'continued'), 100)
    expect((await lab.only()).outcome).toBe('taken_out')
    expect(lab.pbx.requestsOf('continueInDialplan')).toEqual([])
  })

  test('whatever hangs, Doorman is done before the promised two seconds', async () => {
    const fault = fc.option(fc.constantFrom<Fault>('unreachable', 'gone', 'refused', 'hang'), {
      nil: undefined,
    })
    const faults = fc.array(fault, { maxLength: 4 })
    const steps = fc.record({ readVariable: faults, setVariables: faults, continueInDialplan: faults })
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom(GOLD, CODE, { args: '' }), async (failing, call) => {
        const lab = new Lab()
        for (const [step, list] of Object.entries(failing)) lab.pbx.fail(step as Step, ...list)
        const start = performance.now()
        lab.pbx.enter(call)
        expect(OUTCOMES).toHaveProperty((await lab.only()).outcome)
        expect(lab.pbx.requestsOf('continueInDialplan')).not.toEqual([])
        const ends = lab.pbx.requests.map(({ atMs, timeoutMs }) => atMs + timeoutMs - start)
        expect(Math.max(...ends)).toBeLessThan(2_000)
      }),
      { numRuns: 200 },
    )
  })
})

describe('several calls', () => {
  test('do not mix, and do not wait for one that hangs', async () => {
    const lab = new Lab()
    lab.pbx.fail('setVariables', 'hang')
    const stuck = lab.pbx.enter(GOLD)
    const other = lab.pbx.enter(PLAIN)
    await lab.settle()
    expect(lab.records.map(({ call, flow, outcome }) => [call, flow, outcome])).toEqual([
      [other.id, 'main', 'routed'],
      [stuck.id, 'vip', 'routed_without_state'],
    ])
    expect(other.variables.get('DOORMAN_FLOW')).toBe('main')
  })

  test('end on the revision that they began with', async () => {
    const lab = new Lab()
    lab.pbx.enter(GOLD)
    lab.revision = { ...revision, id: 'next' }
    lab.pbx.enter(GOLD)
    await lab.settle()
    expect(lab.records.map((record) => record.revision).sort()).toEqual([revision.id, 'next'].sort())
  })
})

describe('a call that comes back', () => {
  const again = (state: string) => ({ ...GOLD.passed, state, decidedBy: revision.id })

  test('keeps its state, and loses the variable of a value that is gone', async () => {
    const lab = new Lab()
    const channel = lab.pbx.enter(GOLD)
    await lab.settle()
    lab.result = { kind: 'chose', flow: 'main', state: {}, log: [] }
    const state = channel.variables.get('CONV_STATE') ?? ''
    lab.pbx.arrive({ ...channel, passed: { ...again(state), ...CODE.passed } })
    await lab.settle()
    expect(lab.records[1]).toMatchObject({ rule: 'Code', faults: [] })
    expect(channel.variables.get('CONV_greeting')).toBe('')
  })

  test('is not taken for one by the state that a channel inherited from the one that dialled it', async () => {
    const lab = new Lab()
    const state = Buffer.from('{"city":"Boston"}').toString('base64url')
    const channel = lab.pbx.enter({ passed: { ...PLAIN.passed, state } })
    await lab.settle()
    expect(channel.variables.get('CONV_city')).toBe('Albany')
    expect(lab.finished[0]?.data?.facts.state).toEqual({})
  })

  test('without a readable state is decided without it, and its record says so', async () => {
    const lab = new Lab()
    lab.pbx.enter({ passed: again('not base64url!') })
    expect((await lab.only()).faults).toEqual([expect.stringContaining('CONV_STATE')])
  })

  test('ends on the revision that decided it first, where that one is kept', async () => {
    const lab = new Lab()
    lab.kept.set(revision.id, revision)
    lab.revision = { ...revision, id: 'next' }
    lab.pbx.enter({ passed: again('') })
    expect(await lab.only()).toMatchObject({ revision: revision.id, faults: [] })
  })

  test('ends on the active revision where the one that decided it is not kept, and its record says so', async () => {
    const lab = new Lab()
    lab.revision = { ...revision, id: 'next' }
    lab.pbx.enter({ passed: again('') })
    const record = await lab.only()
    expect(record).toMatchObject({ revision: 'next', outcome: 'routed' })
    expect(record.faults).toEqual([expect.stringContaining(revision.id)])
  })

  test('may arrive in the moment in which it left: each visit has its own end and its own record', async () => {
    const lab = new Lab()
    lab.pbx.confirmsLeaving = false
    const channel = lab.pbx.enter(GOLD)
    setTimeout(() => {
      lab.pbx.leave(channel.id, 'continued')
      lab.pbx.arrive(channel)
    }, 10)
    setTimeout(() => lab.pbx.leave(channel.id, 'hung_up'), 20)
    await lab.settle()
    expect(lab.records.map(({ outcome }) => outcome)).toEqual(['routed', 'hung_up'])
  })
})

describe('finish', () => {
  test('waits for the active calls', async () => {
    const lab = new Lab()
    lab.pbx.confirmsLeaving = false
    const { id } = lab.pbx.enter(GOLD)
    let isFinished = false
    const finished = lab.calls.finish().then(() => {
      isFinished = true
    })
    await jest.advanceTimersByTimeAsync(100)
    expect(isFinished).toBe(false)
    lab.pbx.leave(id, 'continued')
    await finished
    expect(lab.records).toHaveLength(1)
  })
})

describe('shared variables', () => {
  function sharing(parts: Parameters<FakePbx['enter']>[0] = GOLD) {
    const lab = new Lab()
    lab.pbx.sharesVariables = true
    return { lab, channel: lab.pbx.enter(parts) }
  }

  test('take the place of Setvar', async () => {
    const { lab, channel } = sharing()
    expect(await lab.only()).toMatchObject({ outcome: 'routed', faults: [] })
    expect(lab.pbx.sentTo).toEqual([`doorman-go,*0000000^${NUMBERS}vip-support,s,1,1`])
    expect(lab.pbx.requestsOf('setVariables')).toEqual([])
    expect(channel.variables.get('CONV_city')).toBe('Albany')
  })

  test('do not where their name and the location are too long together', async () => {
    const { lab } = sharing({ passed: { dialled: `+15559${'0'.repeat(61)}`, listsAll: true } })
    expect((await lab.only()).outcome).toBe('routed')
    expect(lab.pbx.sentTo).toEqual([expect.stringMatching(/^doorman-go,=\^\^\^kept,/)])
    expect(lab.pbx.requestsOf('setVariables')).toHaveLength(1)
  })

  test('that Asterisk has lost are published again, and the call gets its own by Setvar', async () => {
    const { lab } = sharing({ passed: { ...GOLD.passed, hasLostVariables: true } })
    const record = await lab.only()
    expect(record).toMatchObject({ outcome: 'routed', flow: 'vip' })
    expect(record.faults).toEqual([expect.stringContaining('global variables')])
    expect(lab.pbx.forgotten).toBe(1)
    expect(lab.pbx.requestsOf('setVariables')).toHaveLength(1)
  })
})
