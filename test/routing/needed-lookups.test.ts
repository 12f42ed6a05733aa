import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import { neededLookups } from '../../src/routing/lookup-state.js'
import { NO_OUTSIDE_DATA, type OutsideData } from '../../src/routing/outside-data.js'
import type { CallFacts, Condition, Routing, Rule } from '../../src/routing/types.js'
import { answers, facts, routing } from './support/arbitrary.js'
import { AT, answerOf, branch, call, lookupOf, routingOf, ruleOf, trusting, when } from './support/make.js'

/** The names of the lookups that a call needs, and with which values. */
function needed(
  facts: CallFacts,
  rules: Routing,
  known: OutsideData['answers'] = new Map(),
  usedByCode: (rule: Rule) => readonly string[] = () => [],
) {
  const context = contextOf(facts, rules, AT, { ...NO_OUTSIDE_DATA, answers: known })
  return new Map(neededLookups(context, usedByCode).map(({ lookup, values }) => [lookup.name, values]))
}

const lookups = [lookupOf('crm'), lookupOf('debts')]
const trust = trusting({ 'carrier-a': ['caller_number', 'X-Account'] })
const rules = (...conditions: readonly (Condition | Rule)[]) =>
  routingOf({ trust, lookups, rules: conditions })
const gold = when.lookup('crm', 'gold')
const unpaid = when.lookup('debts', 'unpaid')
/** True, false and unknown for the call. */
const [yes, no, unknown] = [when.trunk('carrier-a'), when.trunk('carrier-b'), when.headerIs('X-VIP', 'gold')]
const headers = [['X-VIP', 'gold']] as const
const greeting = (say: string): Rule => ({ ...ruleOf(yes, 0), greet: { say, play: 'before_flow' } })

describe('a call needs the lookups', () => {
  test.each<[string, readonly (Condition | Rule)[], readonly string[]]>([
    ['of all rules up to the first that takes it', [gold, yes, unpaid], ['crm']],
    ['of no rule behind one that takes it', [yes, gold], []],
    ['of none for a rule that cannot match', [when.all(no, gold), when.all(gold, unknown)], []],
    ['of none where its value is settled', [when.any(yes, gold)], []],
    ['of an any that is not', [when.any(no, gold)], ['crm']],
    ['of a contrary', [when.not(gold)], ['crm']],
    ['of two that exclude each other', [when.all(gold, when.not(when.lookup('crm', 'gold')))], ['crm']],
    ['of the open part only', [when.any(gold, when.all(no, unpaid))], ['crm']],
    ['of a text of the rule', [ruleOf(yes, 0, { owner: ['{crm.tier|none}'] }), unpaid], ['crm']],
    ['of a greeting of the rule', [greeting('{crm.tier|good} customer'), unpaid], ['crm']],
    ['of no text of a rule behind it', [yes, ruleOf(yes, 1, { owner: '{crm.tier}' })], []],
  ])('%s', (_what, conditions, names) => {
    expect([...needed(call({ headers }), rules(...conditions)).keys()]).toEqual(names)
  })

  test('of a text of its branch, and of the code flow that may take it', () => {
    const branches = [branch('North', ['+15557654321'], { owner: '{crm.tier}' })]
    const all = { ...rules(gold), branches }
    const usedByCode = () => ['debts']
    expect([...needed(call({}), routingOf({ trust, lookups, branches })).keys()]).toEqual(['crm'])
    expect([...needed(call({}), all, new Map(), usedByCode).keys()]).toEqual(['crm', 'debts'])
  })

  test('of the greetings that it may hear', () => {
    const greet = (say: string) => ({ say, play: 'flow' }) as const
    const north = { ...branch('North', ['+15557654321']), greet: greet('{crm.tier}') }
    const made = (...some: readonly Rule[]) => ({
      ...{
        ...routingOf({ trust, lookups, branches: [north], rules: some }),
        greets: { otherwise: greet('{debts.unpaid}') },
      },
    })
    expect([...needed(call({}), made()).keys()]).toEqual(['crm', 'debts'])
    expect([...needed(call({}), made(ruleOf(yes, 0))).keys()]).toEqual(['crm'])
    const other = { ...ruleOf(yes, 0), greet: greet('{debts.unpaid}') }
    expect([...needed(call({ to: '+15550001111' }), made(other)).keys()]).toEqual(['debts'])
  })

  test('of the greeting under otherwise, where no rule takes it for sure', () => {
    const all = { ...rules(unpaid), greets: { otherwise: { say: '{crm.tier}', play: 'early' } } } as const
    expect([...needed(call({}), all).keys()]).toEqual(['debts', 'crm'])
  })

  test('that known answers leave open', () => {
    const both = rules(gold, unpaid)
    const crm = (tier: string) => new Map([['crm', answerOf({ tier })]])
    expect([...needed(call({}), both, crm('gold')).keys()]).toEqual([])
    expect([...needed(call({}), both, crm('iron')).keys()]).toEqual(['debts'])
  })
})

test.each<[string, Parameters<typeof call>[0], Partial<Parameters<typeof lookupOf>[1]>, string]>([
  ['an untrusted caller number', { trunk: 'carrier-b' }, {}, 'caller.number'],
  ['a caller who withheld the number', { from: 'anonymous' }, {}, 'caller.number'],
  ['an untrusted header', { headers: [['X-Other', '1']] }, {}, 'header.X-Other'],
  ['a header that is not there', {}, {}, 'header.X-Account'],
  ['a header with a line end', { headers: [['X-Account', '1\r\nX: y']] }, {}, 'header.X-Account'],
  ['a header that leads to another folder', { headers: [['X-Account', '..']] }, {}, 'header.X-Account'],
  ['a header as long as a novel', { headers: [['X-Account', '1'.repeat(201)]] }, {}, 'header.X-Account'],
  ['a call without a trunk', { trunk: undefined }, {}, 'trunk'],
  ['a call of another trunk', {}, { trunks: new Set(['carrier-c']) }, 'callee.number'],
  ['a call without the attestation', {}, { attestations: new Set(['A']) }, 'callee.number'],
])('no lookup is asked about %s, and its answer would not count', (_what, parts, more, field) => {
  const all = routingOf({ trust, lookups: [lookupOf('crm', more, field)], rules: [gold, when.not(gold)] })
  expect(needed(call(parts), all).size).toBe(0)
  const outside = { ...NO_OUTSIDE_DATA, answers: new Map([['crm', answerOf({ tier: 'gold' })]]) }
  expect(decide(contextOf(call(parts), all, AT, outside)).rule).toBe('otherwise')
})

test('a lookup is asked by the fields of the call', () => {
  const text = {
    pieces: ['', '', '', '', '', ''],
    fields: ['caller.number', 'callee.number', 'branch', 'trunk', 'header.X-Account'],
  }
  const all = routingOf({
    ...{ trust, lookups: [lookupOf('crm', { text })], rules: [gold] },
    branches: [branch('North', ['+15557654321'])],
  })
  const values = ['+15551234567', '+15557654321', 'North', 'carrier-a', '91/234']
  expect(needed(call({ headers: [['X-Account', '91/234']] }), all).get('crm')).toEqual(values)
})

const SUBSETS = fc.subarray(['crm', 'account', 'site'])

test('with the answers that a call needs it is decided as with all of them, whichever are known before', () => {
  fc.assert(
    fc.property(facts, routing, answers, SUBSETS, (call, some, all, before) => {
      const only = (names: Iterable<string>) => {
        const chosen = new Set(names)
        return new Map([...all].filter(([name]) => chosen.has(name)))
      }
      const names = needed(call, some, only(before)).keys()
      const decided = (answers: OutsideData['answers']) =>
        decide(contextOf(call, some, AT, { ...NO_OUTSIDE_DATA, answers }))
      expect(decided(only([...before, ...names]))).toEqual(decided(all))
    }),
    { numRuns: 500 },
  )
})
