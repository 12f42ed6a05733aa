import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decide } from '../../src/routing/decide.js'
import { facts, routing } from './support/arbitrary.js'
import { AT, call, explained, routingOf, when } from './support/make.js'

describe('an explanation', () => {
  test('stays short though a header is not', () => {
    const facts = call({ headers: [['X-A', 'x'.repeat(60_000)]] })
    expect(
      JSON.stringify(explained(facts, routingOf({ rules: [when.headerIs('X-A', 'a')] }))).length,
    ).toBeLessThan(3_000)
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
