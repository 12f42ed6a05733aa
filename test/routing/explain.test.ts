import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decide } from '../../src/routing/decide.js'
import type { Condition } from '../../src/routing/types.js'
import { facts, routing } from './support/arbitrary.js'
import { AT, branch, call, explained, routingOf, tableOf, trusting, when } from './support/make.js'

const trust = trusting({
  'carrier-a': ['caller_number', 'P-Asserted-Identity', 'X-VIP', 'X-A'],
  'carrier-c': ['verstat'],
})

function rulesFor(...conditions: Condition[]) {
  return routingOf({
    trust,
    rules: conditions,
    calleeFrom: ['Diversion'],
    vipNumbers: ['+15551234567'],
    vipTables: [tableOf('+15551234567\n').table],
    vipHeaders: { 'X-VIP': ['gold'] },
    branches: [branch('North Branch', ['+15557654321']), branch('South Branch', [])],
  })
}

function reason(rule: string, facts: ReturnType<typeof call>, ...conditions: Condition[]) {
  return explained(facts, rulesFor(...conditions)).find((one) => one.rule === rule)
}

describe('an explanation', () => {
  test('tells the steps in order, up to the rule that matched', () => {
    const steps = explained(call({}), rulesFor(when.vip(false), when.vip(true), when.vip(true)))
    expect(steps.map(({ rule, matched }) => [rule, matched])).toEqual([
      ['(caller number)', true],
      ['(callee number)', true],
      ['(vip)', true],
      ['(vip)', true],
      ['(branch)', true],
      ['rule 0', false],
      ['rule 1', true],
    ])
  })

  test('ends with otherwise where no rule matched', () => {
    expect(explained(call({}), rulesFor(when.vip(false))).at(-1)).toEqual({
      rule: '(otherwise)',
      matched: true,
      condition: 'otherwise: general_support_flow',
      value: null,
      trusted: true,
      why: 'no rule matched, so the call goes to general_support_flow',
    })
  })

  test('says why a VIP header did not count', () => {
    const facts = call({ trunk: 'carrier-b', from: '+15550000000', headers: [['X-VIP', 'gold']] })
    expect(reason('(vip)', facts)).toEqual({
      rule: '(vip)',
      matched: false,
      condition: 'vip.headers: X-VIP',
      value: 'gold',
      trusted: false,
      why: 'header X-VIP is "gold", but trunk carrier-b is not trusted for X-VIP',
    })
  })

  test('names each source that speaks for a VIP, and says so where there is none', () => {
    const vip = explained(call({ headers: [['X-VIP', 'GOLD']] }), rulesFor()).filter(
      ({ rule }) => rule === '(vip)',
    )
    expect(vip.map(({ condition, matched }) => [condition, matched])).toEqual([
      ['vip.numbers', true],
      ['vip.files: vips.csv', true],
      ['vip.headers: X-VIP', true],
    ])
    expect(reason('(vip)', call({ from: '1001' }))).toMatchObject({ matched: false, value: null })
  })

  test.each<[Condition, string, string | null, string]>([
    [when.headerIs('x-a', 'b'), 'header: { X-A: b }', 'a', 'header X-A is "a", not b'],
    [when.headerIs('X-C', 'b'), 'header: { X-C: b }', null, 'header X-C is not there'],
    [
      when.headerIs('X-B', 'b'),
      'header: { X-B: b }',
      'b',
      'header X-B is "b", but trunk carrier-a is not trusted for X-B',
    ],
    [
      when.not(when.headerIs('X-B', 'b')),
      'not: { header: { X-B: b } }',
      'b',
      'header X-B is "b", but trunk carrier-a is not trusted for X-B',
    ],
    [when.callee('+1556*'), 'callee: +1556*', '+15557654321', 'callee number +15557654321 is not in +1556*'],
    [
      when.trunk('carrier-b', 'carrier-c'),
      'trunk: [carrier-b, carrier-c]',
      'carrier-a',
      'trunk is carrier-a, not [carrier-b, carrier-c]',
    ],
    [when.vip(false), 'vip: false', 'true', 'the call is a VIP call'],
    [
      when.branch('South Branch'),
      'branch: South Branch',
      'North Branch',
      'branch is North Branch, not South Branch',
    ],
    [
      when.all(when.vip(true), when.caller('1001')),
      'caller: 1001',
      '+15551234567',
      'caller number +15551234567 is not in 1001',
    ],
    [
      when.any(when.vip(false), when.trunk('x')),
      'any: [vip: false, trunk: x]',
      'true',
      'the call is a VIP call; trunk is carrier-a, not x',
    ],
    [when.any(), 'any: []', null, 'it has no condition'],
    [
      { kind: 'attestation', oneOf: new Set(['A']) },
      'attestation: A',
      'none',
      'attestation is none, not A; the call carries none',
    ],
  ])('blames the part that failed: %j', (condition, words, value, why) => {
    const facts = call({
      headers: [
        ['X-A', 'a'],
        ['X-B', 'b'],
      ],
    })
    expect(reason('rule 0', facts, condition)).toMatchObject({ matched: false, condition: words, value, why })
  })

  test.each<[Condition, string, string]>([
    [when.all(), 'always', 'it has no condition'],
    [
      when.all(when.vip(true), when.headerIs('X-A', 'a')),
      'vip: true, header: { X-A: a }',
      'the call is a VIP call; header X-A is "a"',
    ],
    [
      when.any(when.vip(false), when.callee('+1555*')),
      'callee: +1555*',
      'callee number +15557654321 is in +1555*',
    ],
    [when.not(when.vip(false)), 'not: { vip: false }', 'the call is a VIP call'],
  ])('names the part that carried a match: %j', (condition, words, why) => {
    expect(reason('rule 0', call({ headers: [['X-A', 'a']] }), condition)).toMatchObject({
      matched: true,
      condition: words,
      why,
    })
  })

  test('stays short though a header is not', () => {
    const facts = call({ headers: [['X-A', 'x'.repeat(60_000)]] })
    expect(JSON.stringify(explained(facts, rulesFor(when.headerIs('X-A', 'a')))).length).toBeLessThan(3_000)
  })

  test('of the candidates alone says the same of them, and leaves out only rules that fail', () => {
    fc.assert(
      fc.property(facts, routing, (any, some) => {
        const all = explained(any, some)
        const short = explained(any, some, 'candidates')
        expect(all).toEqual(expect.arrayContaining([...short]))
        expect(short.at(-1)).toEqual(all.at(-1))
        const left = all.filter(({ rule }) => !short.some((one) => one.rule === rule))
        expect(left.map(({ matched }) => matched)).not.toContain(true)
      }),
    )
    const rules = routingOf({ rules: [when.callee('1001'), when.callee('+1555*')] })
    const tried = explained(call({}), rules, 'candidates').map(({ rule }) => rule)
    expect(tried).not.toContain('rule 0')
    expect(tried.at(-1)).toBe('rule 1')
  })

  test('always agrees with the decision, whatever the rules and the call', () => {
    fc.assert(
      fc.property(facts, routing, (any, some) => {
        const decision = decide(any, some, AT)
        const steps = explained(any, some)
        const last = steps.at(-1)
        expect(last?.matched).toBe(true)
        expect(last?.rule).toBe(decision.rule === 'otherwise' ? '(otherwise)' : decision.rule)
        const tried = steps.slice(0, -1).filter(({ rule }) => !rule.startsWith('('))
        expect(tried.map(({ matched }) => matched)).not.toContain(true)
        expect(tried.map(({ rule }) => rule)).toEqual(
          some.rules.slice(0, tried.length).map(({ name }) => name),
        )
        expect(steps.some(({ rule, matched }) => rule === '(vip)' && matched)).toBe(decision.vip)
        expect(steps.find(({ rule }) => rule === '(caller number)')?.value).toBe(decision.callerNumber)
      }),
      { numRuns: 1_000 },
    )
  })
})
