import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { answerCalls, type CallParts, type Calls } from '../../src/call/handler.js'
import { KnownPlaces } from '../../src/call/known-places.js'
import { readPlans } from '../../src/call/read-plan.js'
import type { FunctionResult } from '../../src/flows/functions/function-result.js'
import type { Revision } from '../../src/flows/revision.js'
import type { DecisionRecord } from '../../src/history/decision-record.js'
import { OUTCOMES, type Outcome } from '../../src/history/decision-record.js'
import { revisionOf } from '../flows/temp-folder.js'
import { briefed } from '../support/fake-expression.js'
import { type FakeChannel, FakePbx, type Fault } from '../support/fake-pbx.js'

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
rules:
  - { name: VIP callers, when: { vip: true }, goto: vip, state: { greeting: Welcome } }
  - { name: Code, when: { callee: "+15550*" }, run: triage.js }
  - { name: Kept, when: { callee: "+15559*" }, goto: kept }
otherwise: main
`,
  'triage.js': 'export default function triage(conv) { conv.gotoFlow("main") }\n',
}

const GOLD = { headers: [['X-VIP', 'gold']] as const }
const CODE = { extension: '+15550000001' }
const VIP_PLACE = 'doorman-go,=vip-support,s,1,1'
const MAIN_PLACE = 'doorman-go,=main,s,1,1'
const FALLBACK = 'doorman-fallback,s,1'

let revision: Revision

/** A PBX that is a fake and a Doorman that is not, with whatever it recorded. */
class Lab {
  readonly pbx = new FakePbx()
  readonly records: DecisionRecord[] = []
  readonly defects: unknown[] = []
  readonly said: string[] = []
  readonly kept = new Map<string, Revision>()
  revision = revision
  result: FunctionResult = { kind: 'chose', flow: 'main', state: { seen: true }, log: [] }
  readonly calls: Calls

  constructor(parts: Partial<CallParts> = {}) {
    this.calls = answerCalls({
      pbx: this.pbx,
      functions: { run: async () => this.result },
      places: new KnownPlaces(),
      revision: () => this.revision,
      earlierRevision: async (id) => this.kept.get(id),
      now: () => new Date('2030-01-01T12:00:00Z'),
      left: (makeRecord) => void this.records.push(makeRecord()),
      flowSaid: (_callId, { message }) => void this.said.push(message),
      defect: (error) => void this.defects.push(error),
      ...parts,
    })
    this.pbx.listen(this.calls)
  }

  /** Lets all time pass that anybody waits for, until no call is in hand. */
  async settle(): Promise<void> {
    await jest.runAllTimersAsync()
    await this.calls.done()
  }

  /** The one record of the one call. */
  async only(): Promise<DecisionRecord> {
    await this.settle()
    expect(this.defects).toEqual([])
    const [record, ...more] = this.records
    if (record === undefined || more.length > 0) throw new Error(`${this.records.length} records of one call`)
    return record
  }
}

/** What its own entry context tells of a call with a gold card. */
function briefedGold(variables = new Map<string, string>()): Partial<FakeChannel> {
  return briefedAs({ ...GOLD, variables })
}

/** The same for a call without one. */
function briefedTo(extension: string): Partial<FakeChannel> {
  return briefedAs({ extension, variables: new Map() })
}

function briefedAs(parts: Partial<FakeChannel>): Partial<FakeChannel> {
  const briefing = readPlans(revision).pjsip.telling?.briefing
  if (briefing === undefined) throw new Error('This revision has no briefing.')
  const channel = { ...parts, name: 'PJSIP/carrier-a-00000001', endpoint: 'carrier-a' }
  return { ...parts, briefing: briefed(briefing, { ...new FakePbx().enter(), ...channel }) }
}

/** A revision in which something is broken that no check of the flow files can see. */
function brokenRevision(): Revision {
  const broken = {
    get rules(): never {
      throw new Error('the index is broken')
    },
  }
  return { ...revision, routing: { ...revision.routing, index: broken as never } }
}

const failed: FunctionResult = {
  kind: 'failed',
  reason: 'threw',
  message: 'triage.js:1:7: it threw',
  log: [],
}

/** For each way in which a call can leave Doorman: one call that leaves so. */
const WAYS: Readonly<Record<Outcome, (lab: Lab) => void>> = {
  routed: ({ pbx }) => void pbx.enter(),
  routed_without_state: ({ pbx }) => {
    pbx.fail('write', 'unreachable')
    pbx.enter()
  },
  fallback_unread: ({ pbx }) => {
    pbx.fail('read', 'refused')
    pbx.enter()
  },
  fallback_function: (lab) => {
    lab.result = failed
    lab.pbx.enter(CODE)
  },
  fallback_place: ({ pbx }) => {
    pbx.missing.add('main,s,1')
    pbx.enter()
  },
  fallback_error: (lab) => {
    lab.revision = brokenRevision()
    lab.pbx.enter()
  },
  fallback_stopping: (lab) => {
    lab.pbx.before('read', () => lab.calls.letGo())
    lab.pbx.enter()
  },
  taken_out: ({ pbx }) => {
    const { id } = pbx.enter()
    pbx.before('continueAt', () => pbx.leave(id, 'went-on'))
    pbx.fail('continueAt', 'refused')
  },
  hung_up: ({ pbx }) => {
    const { id } = pbx.enter()
    pbx.before('write', () => pbx.leave(id, 'hung-up'))
  },
  unconfirmed: ({ pbx }) => {
    pbx.confirmsLeaving = false
    pbx.enter()
  },
}

beforeAll(async () => {
  revision = await revisionOf(FLOW_FILES)
})
beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }))
afterEach(() => void jest.useRealTimers())

describe('how a call can leave Doorman', () => {
  test.each(OUTCOMES)('a call can leave as %s, and then has this one record', async (outcome) => {
    const lab = new Lab()
    WAYS[outcome](lab)
    expect((await lab.only()).outcome).toBe(outcome)
  })

  test('the list of outcomes has a call for each and no other', () => {
    expect(Object.keys(WAYS)).toEqual([...OUTCOMES])
  })
})

describe('a call for which all goes well', () => {
  test('reaches the place of its flow through the hand-over', async () => {
    const lab = new Lab()
    lab.pbx.enter(GOLD)
    await lab.settle()
    expect(lab.pbx.sentTo).toEqual([VIP_PLACE])
  })

  test('keeps the number that was dialled where its flow says so', async () => {
    const lab = new Lab()
    lab.pbx.enter({ extension: '+15559000001' })
    await lab.settle()
    expect(lab.pbx.sentTo).toEqual(['doorman-go,=kept,+15559000001,1,1'])
  })

  test('has its decision and its state on the channel before it is sent on', async () => {
    const lab = new Lab()
    const channel = lab.pbx.enter(GOLD)
    await lab.settle()
    expect(Object.fromEntries(channel.variables)).toMatchObject({
      ...{ DOORMAN_FLOW: 'vip', DOORMAN_RULE: 'VIP callers', DOORMAN_VIP: '1', DOORMAN_BRANCH: 'North' },
      ...{ DOORMAN_REVISION: revision.id, CONV_city: 'Albany', CONV_greeting: 'Welcome' },
    })
    const steps = lab.pbx.requests.map(({ step }) => step)
    expect(steps.indexOf('write')).toBeLessThan(steps.indexOf('continueAt'))
  })

  test('passes its variables on to the channels that a Dial creates', async () => {
    const lab = new Lab()
    lab.pbx.enter(GOLD)
    await lab.settle()
    const names = lab.pbx
      .requestsOf('write')
      .flatMap(({ variables = [] }) => variables.map(({ name }) => name))
    expect(names).not.toEqual([])
    expect(names.filter((name) => !name.startsWith('__'))).toEqual([])
  })

  test('is read in one request', async () => {
    const lab = new Lab()
    lab.pbx.enter(GOLD)
    await lab.settle()
    expect(lab.pbx.requestsOf('read')).toHaveLength(1)
  })

  test('has a record that says why it went there', async () => {
    const lab = new Lab()
    const channel = lab.pbx.enter(GOLD)
    expect(await lab.only()).toMatchObject({
      ...{ at: '2030-01-01T12:00:00.000Z', call: channel.id, sipCallId: channel.sipCallId },
      ...{ trunk: 'carrier-a', callerNumber: '+15551234567', calleeNumber: '+15557654321' },
      ...{ vip: true, branch: 'North', headers: [['x-vip', 'gold']], revision: revision.id },
      ...{ rule: 'VIP callers', flow: 'vip', outcome: 'routed', faults: [], reasonsOmitted: 0 },
      reasons: expect.arrayContaining([
        expect.objectContaining({ rule: '(vip)', matched: true, value: 'gold', trusted: true }),
        expect.objectContaining({ rule: 'VIP callers', matched: true, condition: 'vip: true' }),
      ]),
    })
  })

  test('has a record with the milliseconds of each step', async () => {
    const lab = new Lab()
    lab.pbx.enter()
    const { ms } = await lab.only()
    expect(Object.keys(ms).sort()).toEqual(['continue', 'decide', 'leave', 'read', 'write'])
    expect(Object.values(ms).every((each) => Number.isFinite(each) && each >= 0)).toBe(true)
  })

  test('is no VIP for what somebody wrote on a trunk that is not believed', async () => {
    const lab = new Lab()
    lab.pbx.enter({ ...GOLD, endpoint: 'carrier-b' })
    expect(await lab.only()).toMatchObject({ vip: false, flow: 'main', rule: 'otherwise', outcome: 'routed' })
    expect(lab.pbx.sentTo).toEqual([MAIN_PLACE])
  })

  test('need not be PJSIP: a local channel has no headers and is decided all the same', async () => {
    const lab = new Lab()
    lab.pbx.enter({ ...GOLD, name: 'Local/5557654321@test-00000001;2' })
    expect(await lab.only()).toMatchObject({ trunk: null, headers: [], flow: 'main', outcome: 'routed' })
  })
})

describe('reading fails', () => {
  test.each(['unreachable', 'gone', 'refused', 'hang'] as const)(
    'by %s: the call goes to the fallback, and its record says what happened',
    async (fault) => {
      const lab = new Lab()
      lab.pbx.fail('read', fault)
      lab.pbx.enter(GOLD)
      const record = await lab.only()
      expect(record).toMatchObject({ outcome: 'fallback_unread', rule: null, flow: 'main', reasons: [] })
      expect(record).toMatchObject({ callerNumber: '+15551234567', calleeNumber: '+15557654321' })
      expect(record.faults).toHaveLength(1)
      expect(lab.pbx.sentTo).toEqual([FALLBACK])
    },
  )

  test('of a state alone: the call is decided without it, and its record says so', async () => {
    const lab = new Lab()
    lab.pbx.enter({ variables: new Map([['CONV_STATE', 'not base64url!']]) })
    const record = await lab.only()
    expect(record).toMatchObject({ outcome: 'routed', flow: 'main' })
    expect(record.faults).toEqual([expect.stringContaining('CONV_STATE')])
  })
})

describe('deciding fails', () => {
  test('in Doorman itself: the call goes to the fallback, and its record says so', async () => {
    const lab = new Lab()
    lab.revision = brokenRevision()
    lab.pbx.enter()
    expect(await lab.only()).toMatchObject({ outcome: 'fallback_error', faults: ['the index is broken'] })
    expect(lab.pbx.sentTo).toEqual([FALLBACK])
  })

  test('in a flow function: the call goes to otherwise with what the rules left on it', async () => {
    const lab = new Lab()
    lab.result = failed
    const channel = lab.pbx.enter(CODE)
    const record = await lab.only()
    expect(record).toMatchObject({ outcome: 'fallback_function', rule: 'Code', flow: 'main' })
    expect(record.faults).toEqual(['triage.js:1:7: it threw'])
    expect(record.reasons.at(-1)).toMatchObject({
      rule: '(function)',
      matched: false,
      condition: 'run: triage.js',
    })
    expect(lab.pbx.sentTo).toEqual([MAIN_PLACE])
    expect(channel.variables.get('DOORMAN_FLOW')).toBe('main')
  })
})

describe('a flow function', () => {
  test('has the last word on flow and state, and its reason in the record', async () => {
    const lab = new Lab()
    lab.result = { kind: 'chose', flow: 'vip', state: { seen: true }, log: [] }
    const channel = lab.pbx.enter(CODE)
    const record = await lab.only()
    expect(record).toMatchObject({ outcome: 'routed', flow: 'vip', rule: 'Code' })
    expect(record.reasons.at(-1)).toMatchObject({ rule: '(function)', matched: true, value: 'vip' })
    expect(channel.variables.get('CONV_seen')).toBe('true')
    expect(lab.pbx.sentTo).toEqual([VIP_PLACE])
  })

  test('is heard when it logs, also when it fails afterwards', async () => {
    const lab = new Lab()
    lab.result = { ...failed, log: [{ level: 'info', message: 'on my way' }] }
    lab.pbx.enter(CODE)
    await lab.settle()
    expect(lab.said).toEqual(['on my way'])
  })
})

describe('a flow function on a channel without headers', () => {
  test('is run all the same', async () => {
    const lab = new Lab()
    lab.pbx.enter({ ...CODE, name: 'Local/+15550000001@test-00000001;2' })
    expect(await lab.only()).toMatchObject({ outcome: 'routed', rule: 'Code', headers: [] })
  })
})

describe('writing fails', () => {
  test.each(['unreachable', 'refused', 'hang'] as const)(
    'by %s: the call still reaches the right flow, and its record says that its state is missing',
    async (fault) => {
      const lab = new Lab()
      lab.pbx.fail('write', fault)
      lab.pbx.enter(GOLD)
      const record = await lab.only()
      expect(record).toMatchObject({ outcome: 'routed_without_state', flow: 'vip' })
      expect(record.faults).toHaveLength(1)
      expect(lab.pbx.sentTo).toEqual([VIP_PLACE])
    },
  )

  test('because the state is larger than a call can keep: the call reaches its flow', async () => {
    const lab = new Lab()
    lab.result = { kind: 'chose', flow: 'vip', state: { notes: 'x'.repeat(400_000) }, log: [] }
    lab.pbx.enter(CODE)
    expect(await lab.only()).toMatchObject({
      outcome: 'routed_without_state',
      faults: [expect.stringContaining('state is')],
    })
    expect(lab.pbx.sentTo).toEqual([VIP_PLACE])
  })
})

describe('the place of the flow', () => {
  test('is not in the dialplan: the call goes to the fallback, and its record names the place', async () => {
    const lab = new Lab()
    lab.pbx.missing.add('vip-support,s,1')
    lab.pbx.enter(GOLD)
    const record = await lab.only()
    expect(record).toMatchObject({ outcome: 'fallback_place', flow: 'vip' })
    expect(record.faults).toEqual([expect.stringContaining('vip-support,s,1')])
    expect(lab.pbx.sentTo).toEqual([FALLBACK])
  })

  test.each([
    ['too long to be handed over', `+1555900${'0'.repeat(80)}`],
    ['not clean enough to be handed over', '+15559,1'],
  ])('is %s: the call goes to the fallback', async (_why, extension) => {
    const lab = new Lab()
    lab.revision = { ...revision, routing: { ...revision.routing, otherwise: 'kept' } }
    lab.pbx.enter({ extension })
    expect(await lab.only()).toMatchObject({ outcome: 'fallback_place', flow: 'kept' })
    expect(lab.pbx.sentTo).toEqual([FALLBACK])
  })

  test.each(['unreachable', 'refused', 'hang'] as const)(
    'is not known (%s): the hand-over looks for itself, so the call is sent there',
    async (fault) => {
      const lab = new Lab()
      lab.pbx.fail('hasPlace', fault)
      lab.pbx.enter(GOLD)
      expect(await lab.only()).toMatchObject({ outcome: 'routed' })
      expect(lab.pbx.sentTo).toEqual([VIP_PLACE])
    },
  )
})

describe('sending a call on', () => {
  test('is tried once more when Asterisk refuses', async () => {
    const lab = new Lab()
    lab.pbx.fail('continueAt', 'refused')
    lab.pbx.enter(GOLD)
    expect(await lab.only()).toMatchObject({ outcome: 'routed', faults: ['fake continueAt: refused'] })
    expect(lab.pbx.sentTo).toEqual([VIP_PLACE])
  })

  test('is left to the time limit of the dialplan when it fails twice', async () => {
    const lab = new Lab()
    lab.pbx.fail('continueAt', 'refused', 'refused')
    const { id } = lab.pbx.enter(GOLD)
    setTimeout(() => lab.pbx.leave(id, 'went-on'), 400)
    expect(await lab.only()).toMatchObject({ outcome: 'taken_out' })
    expect(lab.pbx.requestsOf('continueAt')).toHaveLength(2)
  })

  test('is unconfirmed when it fails twice and nothing more is heard of the call', async () => {
    const lab = new Lab()
    lab.pbx.fail('continueAt', 'hang', 'hang')
    lab.pbx.enter(GOLD)
    const record = await lab.only()
    expect(record.outcome).toBe('unconfirmed')
    expect(record.faults).toHaveLength(2)
  })

  test('is unconfirmed when Asterisk accepts it and never says that the call left', async () => {
    const lab = new Lab()
    lab.pbx.confirmsLeaving = false
    lab.pbx.enter(GOLD)
    expect(await lab.only()).toMatchObject({ outcome: 'unconfirmed', faults: [] })
  })
})

describe('races with the caller and with the time limit', () => {
  test.each(['read', 'write', 'hasPlace', 'continueAt'] as const)(
    'a caller who hangs up just before %s is answered has hung up, whatever it answers',
    async (step) => {
      const lab = new Lab()
      const { id } = lab.pbx.enter(GOLD)
      // The read was asked for as the call entered, and is not answered yet.
      if (step === 'read') lab.pbx.leave(id, 'hung-up')
      else lab.pbx.before(step, () => lab.pbx.leave(id, 'hung-up'))
      expect((await lab.only()).outcome).toBe('hung_up')
      expect(lab.pbx.sentTo).toEqual([])
    },
  )

  test('a caller who hangs up after Asterisk accepted the call has hung up', async () => {
    const lab = new Lab()
    lab.pbx.confirmsLeaving = false
    const { id } = lab.pbx.enter(GOLD)
    setTimeout(() => lab.pbx.leave(id, 'hung-up'), 10)
    expect((await lab.only()).outcome).toBe('hung_up')
  })

  test('a call that the time limit took out while it was read is not sent anywhere any more', async () => {
    const lab = new Lab()
    lab.pbx.fail('read', 'hang')
    const { id } = lab.pbx.enter(GOLD)
    setTimeout(() => lab.pbx.leave(id, 'went-on'), 100)
    expect((await lab.only()).outcome).toBe('taken_out')
    expect(lab.pbx.requestsOf('continueAt')).toEqual([])
  })

  test('a call of which nothing is in hand may leave without harm', async () => {
    const lab = new Lab()
    lab.pbx.leave('1700000000.99', 'went-on')
    lab.pbx.enter()
    expect((await lab.only()).outcome).toBe('routed')
  })

  test('what hangs holds nobody longer than the dialplan would', async () => {
    const fault = fc.option(fc.constantFrom<Fault>('unreachable', 'gone', 'refused', 'hang'), {
      nil: undefined,
    })
    const faults = fc.array(fault, { maxLength: 4 })
    const steps = fc.record({ read: faults, write: faults, hasPlace: faults, continueAt: faults })
    const calls = fc.constantFrom(GOLD, CODE, {
      headers: Array.from({ length: 5 }, () => ['X-VIP', 'a'] as const),
    })
    await fc.assert(
      fc.asyncProperty(steps, calls, async (failing, call) => {
        const lab = new Lab()
        for (const [step, list] of Object.entries(failing))
          lab.pbx.fail(step as keyof typeof failing, ...list)
        const start = performance.now()
        lab.pbx.enter(call)
        const record = await lab.only()
        expect(OUTCOMES).toContain(record.outcome)
        expect(lab.pbx.requestsOf('continueAt')).not.toEqual([])
        const ends = lab.pbx.requests.map(({ atMs, timeoutMs }) => atMs + timeoutMs - start)
        expect(Math.max(...ends)).toBeLessThan(2_000)
      }),
      { numRuns: 300 },
    )
  })
})

describe('several calls', () => {
  test('that come at once do not mix', async () => {
    const lab = new Lab()
    const gold = lab.pbx.enter(GOLD)
    const plain = lab.pbx.enter({ callerId: { number: '+15550009999', name: '' } })
    await lab.settle()
    const flows = new Map(lab.records.map(({ call, flow }) => [call, flow]))
    expect(flows).toEqual(
      new Map([
        [gold.id, 'vip'],
        [plain.id, 'main'],
      ]),
    )
    expect(gold.variables.get('DOORMAN_FLOW')).toBe('vip')
    expect(plain.variables.get('DOORMAN_FLOW')).toBe('main')
  })

  test('do not wait for one that hangs', async () => {
    const lab = new Lab()
    lab.pbx.fail('read', 'hang')
    const stuck = lab.pbx.enter(GOLD)
    const other = lab.pbx.enter(GOLD)
    await lab.settle()
    expect(lab.records.map(({ call, outcome }) => [call, outcome])).toEqual([
      [other.id, 'routed'],
      [stuck.id, 'fallback_unread'],
    ])
  })

  test('end on the revision that they began with', async () => {
    const lab = new Lab()
    const next: Revision = { ...revision, id: 'next' }
    lab.pbx.enter(GOLD)
    lab.revision = next
    lab.pbx.enter(GOLD)
    await lab.settle()
    expect(lab.records.map((record) => record.revision).sort()).toEqual([revision.id, 'next'].sort())
  })

  test('are not hurt by a record that could not be written', async () => {
    const records: string[] = []
    const lab = new Lab({
      left: (makeRecord) => {
        const { call } = makeRecord()
        if (records.push(call) === 1) throw new Error('the disk is full')
      },
    })
    lab.pbx.enter(GOLD)
    await lab.settle()
    lab.pbx.enter(GOLD)
    await lab.settle()
    expect(lab.pbx.sentTo).toEqual([VIP_PLACE, VIP_PLACE])
    expect(records).toHaveLength(2)
    expect(lab.defects).toEqual([new Error('the disk is full')])
  })
})

describe('the same channel a second time', () => {
  test('keeps its state and the number that was dialled first', async () => {
    const lab = new Lab()
    const channel = lab.pbx.enter(GOLD)
    await lab.settle()
    channel.variables.set('DOORMAN_DIALLED', channel.extension)
    lab.pbx.arrive({ ...channel, extension: 's' })
    await lab.settle()
    expect(lab.records).toHaveLength(2)
    expect(lab.records[1]).toMatchObject({ calleeNumber: '+15557654321', branch: 'North', faults: [] })
    expect(channel.variables.get('CONV_city')).toBe('Albany')
  })

  test('loses the CONV_ variable of a value that its state has lost', async () => {
    const lab = new Lab()
    const channel = lab.pbx.enter(GOLD)
    await lab.settle()
    lab.result = { kind: 'chose', flow: 'main', state: {}, log: [] }
    channel.variables.set('DOORMAN_DIALLED', CODE.extension)
    lab.pbx.arrive({ ...channel })
    lab.revision = {
      ...revision,
      routing: { ...revision.routing, vip: { ...revision.routing.vip, headers: new Map() } },
    }
    lab.pbx.arrive({ ...channel })
    await lab.settle()
    expect(channel.variables.get('CONV_greeting')).toBe('')
  })

  test('ends on the revision that decided it first, where that one is kept', async () => {
    const lab = new Lab()
    const channel = lab.pbx.enter(GOLD)
    await lab.settle()
    lab.kept.set(revision.id, revision)
    lab.revision = { ...revision, id: 'next', routing: { ...revision.routing, otherwise: 'vip' } }
    lab.pbx.arrive({ ...channel, callerId: { number: '', name: '' } })
    await lab.settle()
    expect(lab.records.map((record) => record.revision)).toEqual([revision.id, revision.id])
  })

  test('ends on the revision of now where the one that decided it is not kept, and its record says so', async () => {
    const lab = new Lab()
    const channel = lab.pbx.enter(GOLD)
    await lab.settle()
    lab.revision = { ...revision, id: 'next' }
    lab.pbx.arrive(channel)
    await lab.settle()
    expect(lab.records[1]).toMatchObject({ revision: 'next', outcome: 'routed' })
    expect(lab.records[1]?.faults).toEqual([expect.stringContaining(revision.id)])
  })

  test('may enter in the moment in which it left: each visit has its own end and its own record', async () => {
    const lab = new Lab()
    lab.pbx.confirmsLeaving = false
    const channel = lab.pbx.enter(GOLD)
    setTimeout(() => {
      lab.pbx.leave(channel.id, 'went-on')
      lab.pbx.arrive(channel)
    }, 10)
    setTimeout(() => lab.pbx.leave(channel.id, 'hung-up'), 20)
    await lab.settle()
    expect(lab.records.map(({ outcome }) => outcome)).toEqual(['routed', 'hung_up'])
  })
})

describe('done', () => {
  test('waits for the calls in hand, and for no others', async () => {
    const lab = new Lab()
    lab.pbx.confirmsLeaving = false
    const { id } = lab.pbx.enter(GOLD)
    let isDone = false
    const done = lab.calls.done().then(() => {
      isDone = true
    })
    await jest.advanceTimersByTimeAsync(100)
    expect(isDone).toBe(false)
    lab.pbx.leave(id, 'went-on')
    await done
    expect(lab.records).toHaveLength(1)
    await new Lab().calls.done()
  })
})

describe('a call of which the entry context has told', () => {
  test('is read without a request, and leaves while its variables are still being written', async () => {
    const lab = new Lab()
    lab.pbx.fail('write', 'hang')
    const { variables } = lab.pbx.enter(briefedGold())
    expect(await lab.only()).toMatchObject({ outcome: 'routed_without_state', readBy: 'dialplan' })
    expect(lab.pbx.requestsOf('read')).toEqual([])
    const [write, sent] = [lab.pbx.requestsOf('write')[0], lab.pbx.requestsOf('continueAt')[0]]
    expect((sent?.atMs ?? Number.POSITIVE_INFINITY) - (write?.atMs ?? 0)).toBeLessThan(write?.timeoutMs ?? 0)
    expect(variables.has('DOORMAN_WRITTEN')).toBe(false)
  })

  test('is waited for in the hand-over until the last of its variables is there', async () => {
    const lab = new Lab()
    const { variables } = lab.pbx.enter(briefedGold())
    expect(await lab.only()).toMatchObject({ outcome: 'routed' })
    expect(lab.pbx.sentTo).toEqual([`doorman-go,~${variables.get('DOORMAN_WRITTEN')}vip-support,s,1,1`])
    expect(lab.pbx.requestsOf('write')[0]?.variables?.at(-1)?.name).toBe('DOORMAN_WRITTEN')
  })

  test('is not waited for where nothing can be written', async () => {
    const lab = new Lab()
    lab.pbx.canWrite = false
    lab.pbx.fail('write', 'unreachable')
    lab.pbx.enter(briefedGold())
    expect(await lab.only()).toMatchObject({ outcome: 'routed_without_state' })
    expect(lab.pbx.sentTo).toEqual([VIP_PLACE])
  })
})

describe('a call whose variables go with it in a note', () => {
  const NOTED = /^doorman-go,\*([0-9a-f]{12})vip-support,s,1,1$/

  function noting(parts: Partial<FakeChannel> = {}) {
    const lab = new Lab()
    lab.pbx.takesNotes = true
    return { lab, channel: lab.pbx.enter({ ...briefedGold(), ...parts }) }
  }

  test('has all of them when it goes on, and nothing is written', async () => {
    const { lab, channel } = noting()
    expect(await lab.only()).toMatchObject({ outcome: 'routed', faults: [] })
    expect(lab.pbx.sentTo).toEqual([expect.stringMatching(NOTED)])
    expect(lab.pbx.requests.map(({ step }) => step)).toEqual(['hasPlace', 'continueAt'])
    expect(Object.fromEntries(channel.variables)).toMatchObject({
      ...{ DOORMAN_FLOW: 'vip', DOORMAN_RULE: 'VIP callers', DOORMAN_VIP: '1', DOORMAN_BRANCH: 'North' },
      ...{ DOORMAN_REVISION: revision.id, CONV_city: 'Albany', CONV_greeting: 'Welcome' },
    })
    expect(channel.variables.has('DOORMAN_WRITTEN')).toBe(false)
  })

  test('goes on within the very event that brings it, once its place is known', async () => {
    const { lab } = noting()
    await lab.settle()
    lab.pbx.enter(briefedGold())
    expect(lab.pbx.requests.map(({ step }) => step)).toEqual(['hasPlace', 'continueAt', 'continueAt'])
    await lab.settle()
    expect(lab.records).toHaveLength(2)
    const [waited, atOnce] = lab.records.map(({ call: _call, sipCallId: _id, ms: _ms, ...rest }) => rest)
    expect(atOnce).toEqual(waited)
  })

  test('and another that is left the same have one note', async () => {
    const { lab } = noting()
    await lab.settle()
    lab.pbx.enter(briefedGold())
    await lab.settle()
    expect(new Set(lab.pbx.sentTo).size).toBe(1)
    expect(lab.pbx.sentTo).toHaveLength(2)
  })

  test('is written to where its state is too much for one', async () => {
    const { lab, channel } = noting(briefedTo('+15550000001'))
    lab.result = { kind: 'chose', flow: 'vip', state: { notes: 'x'.repeat(4_000) }, log: [] }
    expect(await lab.only()).toMatchObject({ outcome: 'routed', rule: 'Code' })
    expect(lab.pbx.sentTo).toEqual([
      `doorman-go,~${channel.variables.get('DOORMAN_WRITTEN')}vip-support,s,1,1`,
    ])
    expect(channel.variables.get('CONV_STATE')).toMatch(/^parts=/)
  })

  test('is written to where its state is too large for any call, and its record says so', async () => {
    const { lab } = noting(briefedTo('+15550000001'))
    lab.result = { kind: 'chose', flow: 'vip', state: { notes: 'x'.repeat(400_000) }, log: [] }
    expect(await lab.only()).toMatchObject({
      outcome: 'routed_without_state',
      faults: [expect.stringContaining('state is')],
    })
  })

  test('is written to where its place and the name of a note are too long together', async () => {
    const extension = `+15559${'0'.repeat(55)}`
    const { lab, channel } = noting(briefedTo(extension))
    await lab.settle()
    expect(lab.pbx.sentTo).toEqual([expect.stringMatching(/^doorman-go,~....kept,/)])
    expect(channel.variables.get('DOORMAN_FLOW')).toBe('kept')
  })

  test('has no note while AMI is down: what to do with one that is missing could not be done', async () => {
    const lab = new Lab()
    lab.pbx.takesNotes = true
    lab.pbx.canWrite = false
    lab.pbx.fail('write', 'unreachable')
    lab.pbx.enter(briefedGold())
    expect(await lab.only()).toMatchObject({ outcome: 'routed_without_state' })
    expect(lab.pbx.sentTo).toEqual([VIP_PLACE])
  })

  test('is written to where it goes to the fallback, which knows no notes', async () => {
    const { lab, channel } = noting()
    lab.pbx.missing.add('vip-support,s,1')
    expect(await lab.only()).toMatchObject({ outcome: 'fallback_place' })
    expect(lab.pbx.sentTo).toEqual([FALLBACK])
    expect(channel.variables.get('DOORMAN_FLOW')).toBe('vip')
  })

  test('has none where nobody knows whether the dialplan can read it', async () => {
    const { lab } = noting({ briefing: [] })
    await lab.only()
    expect(lab.pbx.sentTo).toEqual([VIP_PLACE])
  })

  test('comes back where its note was missing, is decided again on its revision, and written to', async () => {
    const { lab, channel } = noting()
    await lab.settle()
    lab.kept.set(revision.id, revision)
    lab.revision = { ...revision, id: 'next' }
    channel.variables.clear()
    channel.variables.set('DOORMAN_REVISION', `-${revision.id}`)
    lab.pbx.enter({ ...channel, ...briefedGold(channel.variables) })
    await lab.settle()
    const [, again] = lab.records
    expect(again).toMatchObject({ outcome: 'routed', flow: 'vip', revision: revision.id })
    expect(again?.faults).toEqual([expect.stringContaining('note of this call was not at the PBX')])
    expect(lab.pbx.sentTo.at(-1)).toMatch(/^doorman-go,~....vip-support,s,1,1$/)
    expect(channel.variables.get('CONV_city')).toBe('Albany')
    expect(lab.pbx.missingNotes).toBe(1)
  })

  test('keeps its note when it has to be sent on a second time', async () => {
    const { lab, channel } = noting()
    lab.pbx.fail('continueAt', 'unreachable')
    expect(await lab.only()).toMatchObject({ outcome: 'routed' })
    expect(channel.variables.get('CONV_city')).toBe('Albany')
  })
})
