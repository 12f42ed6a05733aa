import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { evaluate, type Truth, truthOf } from '../../src/routing/condition.js'
import { contextOf } from '../../src/routing/context-of.js'
import type { Condition } from '../../src/routing/types.js'
import type { Attestation } from '../../src/sip/attestation.js'
import { condition, facts, routing } from './support/arbitrary.js'
import { always, branch, call, routingOf, tableOf, trusting, when } from './support/make.js'

const rules = routingOf({
  trust: trusting({ 'carrier-a': ['caller_number', 'X-A', 'verstat'] }),
  branches: [branch('North Branch', ['+15557654321']), branch('South Branch', [])],
  vipHeaders: { 'X-VIP': ['gold'] },
  vipNumbers: ['+15551234567'],
})

const known = contextOf(
  call({
    headers: [
      ['X-A', 'yes'],
      ['X-A', 'other'],
      ['X-B', 'yes'],
    ],
  }),
  rules,
)
const stranger = contextOf(
  call({
    trunk: 'carrier-b',
    headers: [
      ['X-A', 'yes'],
      ['X-VIP', 'gold'],
    ],
  }),
  rules,
)
const attested = (...levels: Attestation[]): Condition => ({ kind: 'attestation', oneOf: new Set(levels) })

describe('a condition of a believed call', () => {
  test.each<[string, Condition, Truth]>([
    ['vip', when.vip(true), 'yes'],
    ['not a vip', when.vip(false), 'no'],
    ['branch', when.branch('North Branch', 'x'), 'yes'],
    ['another branch', when.branch('South Branch'), 'no'],
    ['trunk', when.trunk('carrier-a'), 'yes'],
    ['another trunk', when.trunk('carrier-b'), 'no'],
    ['caller', when.caller('+15551234567'), 'yes'],
    ['caller by prefix', when.caller('+44*', '+1555*'), 'yes'],
    ['another caller', when.caller('+15550000000'), 'no'],
    ['callee', when.callee('+15557654321'), 'yes'],
    ['another callee', when.callee('+1556*'), 'no'],
    ['header', when.headerIs('x-a', 'yes'), 'yes'],
    ['a repeat of a header', when.headerIs('X-A', 'other'), 'yes'],
    ['another value of a header', when.headerIs('X-A', 'no', 'Yes'), 'no'],
    ['the joined value of a header', when.headerIs('X-A', 'yes, other'), 'no'],
    ['a beginning of a header', when.header('X-A', { kind: 'starts_with', prefixes: ['n', 'oth'] }), 'yes'],
    ['a pattern of a header', when.header('X-A', { kind: 'matches', pattern: '^y' }), 'yes'],
    ['a header that is there', when.present('X-A'), 'yes'],
    ['a header that must not be there', when.present('X-A', false), 'no'],
    ['a missing header', when.headerIs('X-C', 'yes'), 'no'],
    ['a missing header under not', when.not(when.headerIs('X-C', 'yes')), 'yes'],
    ['a missing header that must be missing', when.present('X-C', false), 'yes'],
    ['hearsay', when.headerIs('X-B', 'yes'), 'unknown'],
    ['no attestation', attested('none'), 'yes'],
    ['an attestation', attested('A', 'B'), 'no'],
    ['nothing asked', always, 'yes'],
    ['an empty any', when.any(), 'no'],
    ['all', when.all(when.vip(true), when.trunk('carrier-a')), 'yes'],
    ['all but one', when.all(when.vip(true), when.trunk('carrier-b')), 'no'],
    ['any', when.any(when.trunk('carrier-b'), when.vip(true)), 'yes'],
    ['not', when.not(when.trunk('carrier-b')), 'yes'],
  ])('%s', (_name, condition, truth) => {
    expect(truthOf(condition, known)).toBe(truth)
    expect(evaluate(condition, known)).toBe(truth === 'yes')
  })

  test('about numbers takes those of files too', () => {
    const numbers = {
      exact: new Set<string>(),
      prefixes: [],
      tables: [tableOf('+15557654321\n').table],
      text: 'north.csv',
    }
    expect(truthOf({ kind: 'callee', numbers }, known)).toBe('yes')
    expect(truthOf({ kind: 'caller', numbers }, known)).toBe('no')
  })

  test('about attestation takes a believed verstat', () => {
    const headers = [['From', '<sip:+15551234567;verstat=TN-Validation-Passed-B@example.com>']] as const
    expect(truthOf(attested('A', 'B'), contextOf(call({ headers }), rules))).toBe('yes')
    expect(truthOf(attested('B'), contextOf(call({ trunk: 'carrier-b', headers }), rules))).toBe('no')
  })
})

describe('hearsay', () => {
  const hearsay: readonly [string, Condition][] = [
    ['a header', when.headerIs('X-A', 'yes')],
    ['another value of a header', when.headerIs('X-A', 'no')],
    ['a header that is there', when.present('X-A')],
    ['a header that must not be there', when.present('X-A', false)],
    ['a caller number', when.caller('+15551234567')],
    ['another caller number', when.caller('+15550000000')],
  ]

  test.each(hearsay)('of %s satisfies neither the condition nor its negation', (_name, condition) => {
    expect(evaluate(condition, stranger)).toBe(false)
    expect(evaluate(when.not(condition), stranger)).toBe(false)
    expect(evaluate(when.not(when.not(condition)), stranger)).toBe(false)
    expect(evaluate(when.any(condition, when.not(condition)), stranger)).toBe(false)
    expect(evaluate(when.not(when.all(condition, condition)), stranger)).toBe(false)
  })

  test('does not stand in the way of what is believed', () => {
    const condition = when.headerIs('X-A', 'yes')
    expect(evaluate(when.any(condition, when.trunk('carrier-b')), stranger)).toBe(true)
    expect(evaluate(when.not(when.all(condition, when.trunk('carrier-a'))), stranger)).toBe(true)
  })

  test('makes no VIP, and takes no call out of a rule for calls that are none', () => {
    expect(evaluate(when.vip(true), stranger)).toBe(false)
    expect(evaluate(when.vip(false), stranger)).toBe(true)
    expect(evaluate(when.not(when.vip(true)), stranger)).toBe(true)
  })

  test('of a verstat leaves the attestation at none, so nobody escapes a rule for unattested calls', () => {
    const headers = [['From', '<sip:+15551234567;verstat=TN-Validation-Passed-A@example.com>']] as const
    const claims = contextOf(call({ trunk: 'carrier-b', headers }), rules)
    expect(evaluate(attested('none'), claims)).toBe(true)
    expect(evaluate(when.not(attested('A')), claims)).toBe(true)
  })
})

test('a condition and its negation are never both satisfied', () => {
  fc.assert(
    fc.property(condition, facts, routing, (any, call, some) => {
      const about = contextOf(call, some)
      expect(evaluate(any, about) && evaluate(when.not(any), about)).toBe(false)
    }),
  )
})
