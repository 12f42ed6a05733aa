import { describe, expect, test } from '@jest/globals'
import type { Functions } from '../../src/flows/final-decision.js'
import { FunctionRunner } from '../../src/flows/functions/function-runner.js'
import type { FunctionResult } from '../../src/flows/functions/function-thread.js'
import { recordedOutside } from '../../src/history/recorded-calls.js'
import {
  changedShare,
  formatReplay,
  type ReplayResult,
  replay,
  replaySentence,
} from '../../src/history/replay.js'
import { NO_OUTSIDE_DATA } from '../../src/routing/outside-data.js'
import { revisionOf } from '../flows/temp-folder.js'
import { tableOf } from '../routing/support/make.js'
import { recorded, recordedCalls } from './calls.js'

const RULES = {
  'routing.yaml': `
default_country: US
trunks: { carrier-a: { trust: [caller_number, X-New] } }
flows: { main: { context: main }, sales: { context: sales }, late: { context: late } }
rules:
  - { name: Sales, when: { callee: "+15550000100" }, goto: sales }
  - { name: Late, when: { caller: "+15559999999" }, goto: late }
  - { name: Known, when: { header: { X-New: a } }, goto: late }
  - { name: Code, when: { callee: "+15550000200" }, run: code.ts }
otherwise: main
`,
  'code.ts':
    'export default function code(conv: { gotoFlow(name: string): void }) { conv.gotoFlow("sales") }',
}

/** A worker pool that answers as told, and counts how many runs it has at once. */
class FakeFunctions implements Functions {
  most = 0
  #now = 0

  constructor(readonly answer: FunctionResult = { kind: 'chose', flow: 'sales', state: {}, log: [] }) {}

  async run(): Promise<FunctionResult> {
    this.most = Math.max(this.most, ++this.#now)
    await new Promise((resolve) => setTimeout(resolve, 1))
    this.#now--
    return this.answer
  }
}

const empty: ReplayResult = {
  ...{
    calls: 0,
    changed: 0,
    groups: [],
    functionRuns: 0,
    masked: 0,
    undecided: 0,
    unasked: 0,
    tables: [],
    unseenHeaders: [],
  },
}

describe('a replay', () => {
  test('has the tables as they are now, and says so', async () => {
    const vip = 'vip: { tables: [gold] }\ntables: { gold: { http: "http://127.0.0.1:9/" } }\n'
    const rule = RULES['routing.yaml'].replace('rules:', 'rules:\n  - { when: { vip: true }, goto: late }')
    const candidate = await revisionOf({ ...RULES, 'routing.yaml': vip + rule })
    const calls = recordedCalls(3)
    const numbers = calls.map(({ callerId }) => callerId.number).join('\n')
    const gold = { ...tableOf(`number\n${numbers}\n`).table, version: 'a1' }
    const outside = { ...NO_OUTSIDE_DATA, tables: new Map([['gold', gold]]) }
    expect(recordedOutside(outside)).toEqual({ outside: { tables: { gold: 'a1' } } })
    const functions = new FakeFunctions()
    expect((await replay(calls, { candidate, functions })).changed).toBe(0)
    const result = await replay(calls, { candidate, functions, outside })
    expect(result.changed).toBe(3)
    expect(formatReplay(result)).toContain(
      'Tables (gold) are as they are now, not as they were at each call.',
    )
  })

  test('has the hours at the instant of each call', async () => {
    const closing = RULES['routing.yaml'].replace(
      'rules:',
      'rules:\n  - { when: { closed: office }, goto: late }',
    )
    const hours = 'hours: { office: { zone: UTC, open: "08:00-18:00" } }\n'
    const candidate = await revisionOf({ ...RULES, 'routing.yaml': hours + closing })
    const calls = recordedCalls(3, (n) => ({ at: `2030-01-01T${16 + n}:00:00.000Z` }))
    const { groups } = await replay(calls, { candidate, functions: new FakeFunctions() })
    expect(groups.map(({ to, examples }) => [to, ...examples])).toEqual([['late', 'call 2', 'call 3']])
  })

  test('runs code flows with the clock at the instant of each call', async () => {
    const code = `export default function code(conv) {
      const hours = [conv.now, new Date(), Date.now(), Date()].map((clock) => new Date(clock).getUTCHours())
      conv.gotoFlow(hours.every((hour) => hour === 18) ? 'late' : 'sales')
    }`
    const routing = RULES['routing.yaml'].replace('code.ts', 'code.js')
    const candidate = await revisionOf({ 'routing.yaml': routing, 'code.js': code })
    const calls = recordedCalls(3, (n) => ({ dialled: '5550000200', at: `2030-01-01T${16 + n}:00:00.000Z` }))
    const functions = new FunctionRunner({ deadlineMs: 5_000 })
    const { groups } = await replay(calls, { candidate, functions }).finally(() => functions.stop())
    expect(groups.map(({ to, examples }) => [to, ...examples])).toEqual([
      ['sales', 'call 1', 'call 3'],
      ['late', 'call 2'],
    ])
  })

  test('is in the order of the calls, however long their code flows take', async () => {
    const code = `export default async function code(conv) {
      await new Promise((resolve) => setTimeout(resolve, conv.now.getUTCHours() === 17 ? 200 : 0))
      conv.gotoFlow('sales')
    }`
    const routing = RULES['routing.yaml'].replace('code.ts', 'code.js')
    const candidate = await revisionOf({ 'routing.yaml': routing, 'code.js': code })
    const calls = recordedCalls(3, (n) => ({ dialled: '5550000200', at: `2030-01-01T${16 + n}:00:00.000Z` }))
    const functions = new FunctionRunner({ deadlineMs: 5_000 })
    const { groups } = await replay(calls, { candidate, functions }).finally(() => functions.stop())
    expect(groups.map(({ examples }) => examples)).toEqual([['call 1', 'call 2', 'call 3']])
  })

  test('groups the calls that would go elsewhere, by rule, with the first five of them', async () => {
    const calls = recordedCalls(20, (n) => {
      if (n <= 7) return { dialled: '5550000100' }
      if (n === 8) return { callerId: { number: '+15559999999', name: '' }, flow: 'sales' }
      if (n === 9) return { flow: 'sales' }
      return {}
    })
    const result = await replay(calls, { candidate: await revisionOf(RULES), functions: new FakeFunctions() })
    expect(result).toMatchObject({ calls: 20, changed: 9, functionRuns: 0 })
    expect(result.groups).toEqual([
      {
        from: 'main',
        to: 'sales',
        rule: 'Sales',
        count: 7,
        examples: calls.slice(0, 5).map(({ call }) => call),
        reasons: expect.any(Array),
      },
      {
        ...{ from: 'sales', to: 'late', rule: 'Late', count: 1, examples: ['call 8'] },
        reasons: [
          {
            call: 'call 8',
            before: expect.stringContaining(' went to sales by `otherwise`'),
            after: expect.stringMatching(/^\+15559999999 .* would go to late by rule "Late": /),
          },
        ],
      },
      expect.objectContaining({ from: 'sales', to: 'main', rule: 'otherwise', examples: ['call 9'] }),
    ])
    expect(result.groups[0]?.reasons).toHaveLength(5)
  })

  test('knows the identities that a recorded caller claimed', async () => {
    const candidate = await revisionOf({
      'routing.yaml': `
flows: { main: { context: main }, blocked: { context: blocked, turn_away: true } }
rules: [{ name: Blocked, when: { claimed_caller: "+15550006666" }, goto: blocked }]
otherwise: main
`,
    })
    const claimed = recordedCalls(3, (n) => {
      if (n === 1) return { callerId: { number: '+15550006666', name: '' } }
      return n === 2 ? { headers: [['p-preferred-identity', '<sip:+15550006666@x>']] } : {}
    })
    const result = await replay(claimed, { candidate, functions: new FakeFunctions() })
    expect(result).toMatchObject({ calls: 3, changed: 2 })
    expect(formatReplay(result)).toMatch(/2 of 3 calls would change[\s\S]*main → blocked by rule "Blocked"/)
  })

  test('runs code flows, several at once but not all, and counts them', async () => {
    const functions = new FakeFunctions()
    const calls = recordedCalls(30, (n) => ({ dialled: '5550000200', flow: n <= 10 ? 'sales' : 'main' }))
    const result = await replay(calls, { candidate: await revisionOf(RULES), functions })
    expect(result).toMatchObject({ calls: 30, changed: 20, functionRuns: 30, undecided: 0 })
    expect(functions.most).toBe(3)
  })

  test('takes a failing function for what it would do to the call, and a busy pool for nothing', async () => {
    const failing = (reason: 'threw' | 'busy') =>
      new FakeFunctions({ kind: 'failed', reason, message: 'no', log: [] })
    const calls = recordedCalls(4, () => ({ dialled: '5550000200', flow: 'sales' }))
    const candidate = await revisionOf(RULES)
    const thrown = await replay(calls, { candidate, functions: failing('threw') })
    expect(thrown).toMatchObject({ changed: 4, groups: [{ from: 'sales', to: 'main', rule: 'Code' }] })
    const busy = await replay(calls, { candidate, functions: failing('busy') })
    expect(busy).toMatchObject({ calls: 4, changed: 0, undecided: 4 })
  })

  test('compares with what decides now, so that an earlier change of the rules counts no more', async () => {
    const candidate = await revisionOf(RULES)
    const current = await revisionOf({ ...RULES, 'routing.yaml': `${RULES['routing.yaml']}# as before\n` })
    const calls = recordedCalls(4, (n) => ({
      ...{ dialled: n % 2 === 0 ? '5550000100' : '5550000200' },
      // Two were decided by other rules before, two by the current revision.
      revision: n <= 2 ? 'an earlier' : current.id,
      flow: 'late',
    }))
    const result = await replay(calls, { candidate, current, functions: new FakeFunctions() })
    expect(result).toMatchObject({ calls: 4, changed: 2, functionRuns: 2 })
    expect(result.groups.flatMap(({ examples }) => examples).sort()).toEqual(['call 3', 'call 4'])
    const other = { 'routing.yaml': RULES['routing.yaml'].replaceAll('goto: sales', 'goto: late') }
    const moved = await revisionOf({ ...RULES, ...other })
    const back = await replay([recorded({ dialled: '5550000100', flow: 'sales' })], {
      ...{ candidate, current: moved, functions: new FakeFunctions() },
    })
    expect(back.groups).toMatchObject([{ from: 'late', to: 'sales', rule: 'Sales', count: 1 }])
  })

  test('names headers that the candidate looks at and no recorded call has', async () => {
    const candidate = await revisionOf(RULES)
    const options = { candidate, functions: new FakeFunctions() }
    expect((await replay(recordedCalls(3), options)).unseenHeaders).toEqual(['x-new'])
    const known = recorded({ headers: [['x-new', 'b']] })
    expect((await replay([...recordedCalls(3), known], options)).unseenHeaders).toEqual([])
  })

  test('takes what lookups said from the record, and counts calls where they were not asked', async () => {
    const lookups = '{ crm: { http: "http://127.0.0.1/{caller.number}", take: { tier: tier } } }'
    const gold = '  - { name: Gold, when: { lookup: { crm.tier: gold } }, goto: late }\n'
    const rules = RULES['routing.yaml'].replace('rules:\n', `lookups: ${lookups}\nrules:\n${gold}`)
    const candidate = await revisionOf({ ...RULES, 'routing.yaml': rules })
    const crm = { result: 'fresh', values: { tier: 'gold' }, ageMs: 0, ms: 5 } as const
    const calls = recordedCalls(3, (n) => (n === 1 ? { outside: { answers: { crm } } } : {}))
    const result = await replay([...calls, recorded({ trunk: 'carrier-b' })], {
      ...{ candidate, functions: new FakeFunctions() },
    })
    expect(result).toMatchObject({ changed: 1, unasked: 2, groups: [{ to: 'late', examples: ['call 1'] }] })
  })

  test('lets others have the event loop', async () => {
    let turns = 0
    const turn = setInterval(() => turns++, 1)
    const options = { candidate: await revisionOf(RULES), functions: new FakeFunctions() }
    await replay(recordedCalls(20_000), options)
    clearInterval(turn)
    expect(turns).toBeGreaterThan(3)
  })
})

describe('a replay in words', () => {
  const group = (count: number, from: string, to: string, rule: string, ...examples: readonly string[]) => {
    return { count, from, to, rule, examples, reasons: [] }
  }

  test('says how many calls would change, and where to', () => {
    const groups = [
      group(9, 'general_support_flow', 'sales_flow', 'Sales hours'),
      group(3, 'sales_flow', 'general_support_flow', 'otherwise'),
    ]
    expect(replaySentence({ ...empty, calls: 4_318, changed: 12, groups })).toBe(
      '12 of 4,318 calls would change: 9 general_support_flow → sales_flow by rule "Sales hours"; 3 sales_flow → general_support_flow by otherwise',
    )
  })

  test('says it when none would, and when there are none', () => {
    expect(replaySentence({ ...empty, calls: 4_318 })).toBe('None of 4,318 calls would change.')
    expect(replaySentence(empty)).toBe('No recorded calls: nothing to replay.')
  })

  test('stays one sentence with many groups', () => {
    const groups = [5, 4, 3, 2, 1].map((count) => group(count, 'a', 'b', `r${count}`))
    expect(replaySentence({ ...empty, calls: 15, changed: 15, groups })).toBe(
      '15 of 15 calls would change: 5 a → b by rule "r5"; 4 a → b by rule "r4"; 3 a → b by rule "r3"; …',
    )
  })

  test('says on several lines which calls, and what the numbers do not tell', () => {
    const groups = [group(6, 'a', 'b', 'r1', '1.1', '1.2'), group(1, 'a', 'c', 'otherwise', '1.3')]
    const notes = { functionRuns: 2, undecided: 1, unasked: 3, unseenHeaders: ['x-queue', 'x-vip'] }
    expect(formatReplay({ ...empty, calls: 10, changed: 7, groups, ...notes }).split('\n')).toEqual([
      '7 of 10 calls would change:',
      '       6  a → b by rule "r1"',
      '          1.1, 1.2, …',
      '       1  a → c by otherwise',
      '          1.3',
      '2 calls went through a code flow, which may not say the same each time.',
      '1 call could not be decided: no thread was free for their code flow in time.',
      '3 calls would ask lookups whose answers were not recorded, and were decided without.',
      'No recorded call has X-Queue, X-VIP: it is recorded only while the active flow files name it, so what it does was not tried.',
    ])
    expect(formatReplay(empty)).toBe('No recorded calls: nothing to replay.')
  })
})

describe('a share', () => {
  test('is that of the calls that would change', () => {
    expect(changedShare({ ...empty, calls: 200, changed: 3 })).toBe(0.015)
    expect(changedShare(empty)).toBe(0)
  })
})
