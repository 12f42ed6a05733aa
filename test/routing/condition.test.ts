import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { evaluate, type Truth, truthOf } from '../../src/routing/condition.js'
import { contextOf } from '../../src/routing/context-of.js'
import type { Condition } from '../../src/routing/types.js'
import { condition, facts, routing } from './support/arbitrary.js'
import { AT, always, branch, call, routingOf, tableOf, trusting, when } from './support/make.js'

const rules = routingOf({
  trust: trusting({ 'carrier-a': ['caller_number', 'X-A'] }),
  branches: [branch('North Branch', ['+15557654321'])],
})
const headers = [
  ['X-A', 'yes'],
  ['X-B', 'yes'],
] as const
const trusted = contextOf(call({ headers }), rules, AT)
const untrusted = contextOf(call({ trunk: 'carrier-b', headers }), rules, AT)

describe('the value of a condition', () => {
  test.each<[string, Condition, Truth]>([
    ['vip', when.vip(false), 'yes'],
    ['branch', when.branch('North Branch', 'x'), 'yes'],
    ['another trunk', when.trunk('carrier-b'), 'no'],
    ['caller by prefix', when.caller('+44*', '+1555*'), 'yes'],
    ['another callee', when.callee('+1556*'), 'no'],
    ['an untrusted header', when.headerIs('X-B', 'yes'), 'unknown'],
    ['its contrary', when.not(when.headerIs('X-B', 'yes')), 'unknown'],
    ['its absence', when.present('X-B', false), 'unknown'],
    ['a missing header', when.headerIs('X-C', 'yes'), 'no'],
    ['no condition', always, 'yes'],
    ['an empty any', when.any(), 'no'],
    ['all with an unknown part', when.all(when.vip(false), when.headerIs('X-B', 'yes')), 'unknown'],
    ['all with a part that fails', when.all(when.headerIs('X-B', 'yes'), when.vip(true)), 'no'],
    ['any with an unknown part', when.any(when.vip(true), when.headerIs('X-B', 'yes')), 'unknown'],
    ['any with a part that matches', when.any(when.headerIs('X-B', 'yes'), when.vip(false)), 'yes'],
  ])('%s', (_name, condition, truth) => {
    expect(truthOf(condition, trusted)).toBe(truth)
    expect(evaluate(condition, trusted)).toBe(truth === 'yes')
  })

  test('takes the numbers of a file', () => {
    const { table } = tableOf('+15557654321\n')
    const numbers = {
      exact: new Set<string>(),
      prefixes: [],
      tables: [table],
      outsideTables: [],
      text: 'north.csv',
    }
    expect(truthOf({ kind: 'callee', numbers }, trusted)).toBe('yes')
    expect(truthOf({ kind: 'caller', numbers }, trusted)).toBe('no')
  })

  test.each<[string, Condition]>([
    ['a header', when.headerIs('X-A', 'yes')],
    ['another value of a header', when.headerIs('X-A', 'no')],
    ['a header that is there', when.present('X-A')],
    ['a header that must not be there', when.present('X-A', false)],
    ['a caller number', when.caller('+15551234567')],
    ['another caller number', when.caller('+15550000000')],
  ])('of hearsay about %s is yes neither alone nor in a contrary, however nested', (_name, condition) => {
    const forms = [condition, when.not(condition), when.not(when.not(condition))]
    const nested = [when.any(condition, when.not(condition)), when.not(when.all(condition, condition))]
    for (const form of [...forms, ...nested]) expect(evaluate(form, untrusted)).toBe(false)
  })

  test('is never yes for a condition and its contrary', () => {
    fc.assert(
      fc.property(condition, facts, routing, (any, call, some) => {
        const context = contextOf(call, some, AT)
        expect(evaluate(any, context) && evaluate(when.not(any), context)).toBe(false)
      }),
    )
  })
})
