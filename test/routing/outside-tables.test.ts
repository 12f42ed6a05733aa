import { describe, expect, test } from '@jest/globals'
import type { CallContext } from '../../src/routing/call-context.js'
import { truthOf } from '../../src/routing/condition.js'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import { explain } from '../../src/routing/explain.js'
import { NO_OUTSIDE_DATA, type OutsideData } from '../../src/routing/outside-data.js'
import { hearsayOf, provenanceOf } from '../../src/routing/provenance.js'
import type { Condition } from '../../src/routing/types.js'
import { call, inTable, routingOf, tableOf, trusting, when } from './support/make.js'

const AT = new Date('2030-01-01T12:00:00Z')
const CALLER = '+15551234567'
const TRUSTED = trusting({ 'carrier-a': ['caller_number'] })

const loaded = (csv: string): OutsideData => ({
  ...NO_OUTSIDE_DATA,
  tables: new Map([['gold', { ...tableOf(csv).table, version: 'a1b2' }]]),
})
const WITH_CALLER = loaded(`phone,name,tier\n${CALLER},Ann,gold\n`)
const EMPTY = loaded('number\n')

const inGold = (kind: 'caller' | 'callee' | 'claimed_caller'): Condition => ({
  kind,
  numbers: inTable('gold'),
})

describe('a condition on a table from outside', () => {
  test.each<[string, Condition, OutsideData, string]>([
    ['has the number', inGold('caller'), WITH_CALLER, 'yes'],
    ['has it not', inGold('caller'), EMPTY, 'no'],
    ['was never loaded', inGold('caller'), NO_OUTSIDE_DATA, 'unknown'],
    ['was never loaded, under not', { kind: 'not', of: inGold('caller') }, NO_OUTSIDE_DATA, 'unknown'],
    ['has the callee', inGold('callee'), loaded('+15557654321\n'), 'yes'],
    ['was never loaded, for a callee', inGold('callee'), NO_OUTSIDE_DATA, 'unknown'],
    ['has a claim', inGold('claimed_caller'), WITH_CALLER, 'yes'],
    ['has no claim', inGold('claimed_caller'), EMPTY, 'no'],
    ['was never loaded, for a claim', inGold('claimed_caller'), NO_OUTSIDE_DATA, 'unknown'],
  ])('that %s', (_what, condition, outside, truth) => {
    const context = contextOf(call({ from: CALLER }), routingOf({ trust: TRUSTED }), AT, outside)
    expect(truthOf(condition, context)).toBe(truth)
  })

  test('needs a trusted caller number', () => {
    const context = contextOf(call({ from: CALLER }), routingOf({}), AT, WITH_CALLER)
    expect(truthOf(inGold('caller'), context)).toBe('unknown')
  })

  test('is found by the index, and explained', () => {
    const routing = routingOf({ trust: TRUSTED, rules: [inGold('caller')] })
    const of = (outside: OutsideData) => {
      const context = contextOf(call({ from: CALLER }), routing, AT, outside)
      const { rule } = decide(contextOf(call({ from: CALLER }), routing, AT, outside))
      return [rule, explain(context).find((reason) => reason.rule === routing.rules[0]?.name)?.why]
    }
    expect(of(WITH_CALLER)).toEqual([routing.rules[0]?.name, `caller number ${CALLER} is in { table: gold }`])
    expect(of(EMPTY)).toEqual(['otherwise', `caller number ${CALLER} is not in { table: gold }`])
    expect(of(NO_OUTSIDE_DATA)).toEqual([
      'otherwise',
      'table gold was never loaded, so nothing is known of the number',
    ])
  })
})

const vipFact = (context: CallContext) =>
  provenanceOf(context, { headers: [], thorough: false }).find(({ fact }) => fact === 'vip')?.why

describe('a VIP table from outside', () => {
  const routing = routingOf({ trust: TRUSTED, vipOutsideTables: ['gold'] })
  const vip = (outside: OutsideData, trust = TRUSTED) =>
    contextOf(call({ from: CALLER }), { ...routing, trust }, AT, outside)

  test('makes a VIP of its numbers, whose columns are those of the caller', () => {
    const context = vip(WITH_CALLER)
    expect([context.vip.vip, context.callerRow]).toEqual([
      true,
      { number: CALLER, phone: CALLER, name: 'Ann', tier: 'gold' },
    ])
    expect(vipFact(context)).toBe(`caller number ${CALLER} is in table gold`)
  })

  test('makes nobody a VIP while it was never loaded, and the explanation says so', () => {
    const context = vip(NO_OUTSIDE_DATA)
    expect([context.vip.vip, context.callerRow]).toEqual([false, undefined])
    expect(vipFact(context)).toMatch(/; table gold was never loaded$/)
  })

  test('that was never loaded stands in the reason of a rule for VIPs', () => {
    const rules = routingOf({
      trust: TRUSTED,
      vipOutsideTables: ['gold'],
      rules: [when.vip(true)],
    })
    const reasons = explain(contextOf(call({ from: CALLER }), rules, AT, NO_OUTSIDE_DATA))
    expect(reasons.at(-2)?.why).toBe('the call is not a VIP call; table gold was never loaded')
  })

  test('makes nobody a VIP whose number is not trusted, which is hearsay', () => {
    const context = vip(WITH_CALLER, new Map())
    expect([context.vip.vip, context.callerRow]).toEqual([false, undefined])
    expect(hearsayOf(context)).toMatchObject([{ what: 'caller_number', for: ['vip'] }])
  })
})

test('a branch has the callee numbers of its table, and none while that was never loaded', () => {
  const branches = [
    { name: 'North', numbers: inTable('gold'), isDefault: false, state: {} },
    { name: 'South', numbers: { ...inTable('gold'), outsideTables: [] }, isDefault: true, state: {} },
  ]
  const of = (outside: OutsideData) =>
    contextOf(call({ to: '+15557654321' }), routingOf({ branches }), AT, outside).branch?.name
  expect([of(loaded('+15557654321\n')), of(EMPTY), of(NO_OUTSIDE_DATA)]).toEqual(['North', 'South', 'South'])
})
