import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { evaluate } from '../../src/routing/condition.js'
import { contextOf } from '../../src/routing/context-of.js'
import { facts, routing } from './support/arbitrary.js'
import { AT, always, branch, call, candidatesOf, routingOf, trusting, when } from './support/make.js'

function tried(...args: Parameters<typeof routingOf>) {
  const some = routingOf(...args)
  return (facts: ReturnType<typeof call>) => candidatesOf(some, contextOf(facts, some, AT))
}

describe('the rule index', () => {
  test('tries only the rules that agree with the call in an indexed field', () => {
    const candidates = tried({
      trust: trusting({ 'carrier-a': ['caller_number', 'X-A'] }),
      branches: [branch('North Branch', ['+15557654321']), branch('South Branch', [])],
      rules: [
        when.callee('+15550000000'),
        when.callee('+15557654321'),
        when.caller('+15550000000', '+44*'),
        when.callee('+1555765*'),
        when.branch('South Branch'),
        when.headerIs('X-A', 'yes'),
        when.headerIs('X-A', 'no'),
        when.trunk('carrier-b'),
        when.vip(true),
        when.not(when.vip(true)),
        always,
      ],
    })
    expect(candidates(call({ headers: [['X-A', 'yes']] }))).toEqual([1, 3, 5, 9, 10])
    expect(candidates(call({ trunk: 'carrier-b', to: '1001', headers: [['X-A', 'yes']] }))).toEqual([
      4, 7, 9, 10,
    ])
  })

  test('indexes a rule by what tells it apart from the others', () => {
    const accounts = Array.from({ length: 1_000 }, (_, at) =>
      when.all(when.branch('South Branch'), when.headerIs('X-A', String(at))),
    )
    const candidates = tried({
      trust: trusting({ 'carrier-a': ['X-A'] }),
      branches: [branch('South Branch', [])],
      rules: accounts,
    })
    expect(candidates(call({ headers: [['X-A', '777']] }))).toEqual([777])
    expect(candidates(call({}))).toEqual([])
  })

  test('leaves out no rule that matches, and tries each once and in order, whatever the rules and the call', () => {
    fc.assert(
      fc.property(facts, routing, (any, some) => {
        const context = contextOf(any, some, AT)
        const candidates = candidatesOf(some, context)
        expect(candidates).toEqual([...new Set(candidates)].sort((a, b) => a - b))
        const linear = some.rules.filter(({ when }) => evaluate(when, context)).map(({ index }) => index)
        expect(candidates).toEqual(expect.arrayContaining(linear))
      }),
      { numRuns: 1_000 },
    )
  })
})
