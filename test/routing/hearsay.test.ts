import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import { hearsayOf } from '../../src/routing/hearsay.js'
import type { CallFacts, Condition } from '../../src/routing/types.js'
import { facts as anyFacts, routing as anyRouting } from './support/arbitrary.js'
import { AT, call, numbers, routingOf, ruleOf, tableOf, trusting, when } from './support/make.js'

const trust = trusting({
  'carrier-a': ['caller_number', 'P-Asserted-Identity', 'X-VIP', 'X-A', 'Diversion', 'verstat', 'From'],
})

const VIP = '+15550009999'
const callers: Condition = { kind: 'caller', numbers: numbers('+15552220000', '+4930*') }
const level: Condition = { kind: 'attestation', oneOf: new Set(['A']) }

const routing = routingOf({
  trust,
  vipNumbers: ['+15550008888'],
  vipTables: [tableOf(`${VIP}\n`).table],
  vipHeaders: { 'X-VIP': ['gold'] },
  calleeFrom: ['Diversion'],
  rules: [
    when.headerIs('X-A', '1'),
    when.headerIs('From', '<sip:boss@example.com>'),
    when.all(when.not(callers), when.trunk('carrier-c'), level),
  ],
})

/** A call that nobody believes, by its parts. */
const told = (parts: Parameters<typeof call>[0]) =>
  hearsayOf(contextOf(call({ trunk: 'carrier-b', ...parts }), routing)).map(({ what, for: purposes }) => [
    what,
    ...purposes,
  ])

describe('hearsay', () => {
  test('is nothing in an ordinary call of a trunk that is not believed', () => {
    const headers = [
      ['From', '<sip:+15551234567@example.com>;tag=1'],
      ['To', '<sip:+15557654321@example.com>'],
      ['P-Asserted-Identity', '<sip:+15551234567@example.com>'],
      ['X-Other', 'gold'],
    ] as const
    expect(told({ headers })).toEqual([])
  })

  test.each<[string, Parameters<typeof call>[0], string[][]]>([
    ['a VIP header', { headers: [['x-vip', 'gold']] }, [['X-VIP', 'vip']]],
    ['a VIP header with a value that is none', { headers: [['X-VIP', 'silver']] }, [['X-VIP', 'vip']]],
    ['a header of a rule', { headers: [['X-A', 'x']] }, [['X-A', 'rules']]],
    ['a From that a rule names', { headers: [['From', '<sip:boss@example.com>']] }, [['From', 'rules']]],
    ["a VIP's number", { from: VIP }, [['caller_number', 'vip']]],
    ['a number of vip.numbers', { from: '(555) 000-8888' }, [['caller_number', 'vip']]],
    ['a number of a condition, also of its not', { from: '+15552220000' }, [['caller_number', 'rules']]],
    ['a beginning of a condition', { from: '+4930123456' }, [['caller_number', 'rules']]],
    [
      "a VIP's number that is asserted",
      { headers: [['P-Asserted-Identity', `<sip:${VIP}@example.com>`]] },
      [['P-Asserted-Identity', 'vip']],
    ],
    [
      'another callee number',
      { headers: [['Diversion', '<sip:+15550001111@example.com>']] },
      [['Diversion', 'callee_from']],
    ],
    ['the callee number again', { headers: [['Diversion', '<sip:+15557654321@example.com>']] }, []],
    [
      'a verstat that a rule asks for',
      { headers: [['From', '<sip:+15551234567@example.com;verstat=TN-Validation-Passed>']] },
      [['verstat', 'rules']],
    ],
    [
      'a verstat that no rule asks for',
      { headers: [['From', '<sip:+15551234567@e;verstat=TN-Validation-Failed>']] },
      [],
    ],
  ])('is %s', (_what, parts, expected) => {
    expect(told(parts)).toEqual(expected)
    expect(told({ ...parts, trunk: undefined })).toEqual(expected)
    expect(told({ ...parts, trunk: 'carrier-a' })).toEqual([])
  })

  test('says what it is, what it would have been for, and who is not believed', () => {
    const facts = call({ trunk: 'carrier-b', headers: [['X-VIP', `${'g'.repeat(5_000)}`]] })
    expect(hearsayOf(contextOf(facts, routing))).toEqual([
      {
        ...{ what: 'X-VIP', value: `${'g'.repeat(200)}…`, for: ['vip'] },
        why: 'X-VIP would count for vip, but trunk carrier-b is not trusted for X-VIP',
      },
    ])
  })

  test('names nothing but what the rules name, whatever a call brings', () => {
    const known = new Set(['caller_number', 'verstat', 'X-VIP', 'P-Asserted-Identity', 'X-Account'])
    fc.assert(
      fc.property(anyFacts, anyRouting, (facts, rules) => {
        for (const { what } of hearsayOf(contextOf(facts, rules))) expect(known).toContain(what)
      }),
    )
  })

  test('is there wherever belief would have made a VIP of the call', () => {
    fc.assert(
      fc.property(anyFacts, anyRouting, (facts, rules) => {
        const believing = { ...rules, trust: trusting({ [facts.trunk ?? '']: EVERYTHING }) }
        const isVip = decide(facts, rules, AT).vip
        const wouldBe = decide({ ...facts, trunk: facts.trunk ?? '' }, believing, AT).vip
        if (isVip || !wouldBe) return
        expect(hearsayOf(contextOf(facts, rules)).flatMap((one) => one.for)).toContain('vip')
      }),
      { numRuns: 500 },
    )
  })
})

const EVERYTHING = ['caller_number', 'verstat', 'X-VIP', 'X-Account', 'P-Asserted-Identity']

describe('what the rules look at', () => {
  test('knows the trunks that the flow files name, under trunks or in a condition', () => {
    expect([...routing.index.referenced.trunks].sort()).toEqual(['carrier-a', 'carrier-c'])
  })

  test('finds a number among ten thousand conditions without walking them', () => {
    const many = routingOf({ rules: Array.from({ length: 10_000 }, (_, at) => ruleOf(named(at), at)) })
    const facts: CallFacts = call({ from: '+15550009876' })
    expect(hearsayOf(contextOf(facts, many))).toMatchObject([{ what: 'caller_number', for: ['rules'] }])
  })
})

const named = (at: number): Condition => ({
  ...{ kind: 'caller', numbers: numbers(`+1555${String(at).padStart(7, '0')}`) },
})
