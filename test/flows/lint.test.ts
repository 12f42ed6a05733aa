import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Formula, formulaOf, implies } from '../../src/flows/implies.js'
import { contradiction, lint } from '../../src/flows/lint.js'
import { Diagnostics } from '../../src/flows/problem.js'
import { evaluate, truthOf } from '../../src/routing/condition.js'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import type { Condition, Routing } from '../../src/routing/types.js'
import { facts, routing } from '../routing/support/arbitrary.js'
import { AT, routingOf, when } from '../routing/support/make.js'

/** Positions of the rules that no call reaches, as lint sees it. */
function rulesWarnedOf(some: Routing): readonly number[] {
  const ofValue = (path: readonly (string | number)[]) => ({ line: Number(path[1]) + 1, column: 1 })
  const diagnostics = new Diagnostics('routing.yaml', { ofValue, ofKey: ofValue })
  lint({}, some, diagnostics)
  return diagnostics.warnings.map(({ line }) => line - 1)
}

test('a rule for every call is found among thousands, which are not all compared', () => {
  const rules = Array.from({ length: 5_000 }, (_, at) => when.callee(`+1555${String(at).padStart(7, '0')}`))
  expect(rulesWarnedOf(routingOf({ rules: [...rules, when.all(), when.vip(true)] }))).toEqual([5_001])
})

describe('lint never warns of a rule that', () => {
  test('takes a call', () => {
    fc.assert(
      fc.property(facts, routing, (call, some) => {
        const taken = some.rules.find(({ name }) => name === decide(call, some, AT).rule)
        expect(rulesWarnedOf(some)).not.toContain(taken?.index)
      }),
      { numRuns: 500 },
    )
  })

  test('matches a call that the rule which is said to take it does not match', () => {
    fc.assert(
      fc.property(facts, routing, (call, some) => {
        const known = contextOf(call, some, AT)
        const conditions = some.rules.map(({ when: condition }) => condition)
        for (const a of conditions.filter((condition) => evaluate(condition, known))) {
          expect(contradiction(formulaOf(a), some)).toBeUndefined()
          for (const b of conditions.filter((condition) => !evaluate(condition, known)))
            expect(implies(formulaOf(a), formulaOf(b), some)).toBe(false)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('has a condition whose value differs from that of its formula', () => {
    const conditionOf = (formula: Formula): Condition => {
      if (formula.kind !== 'literal') return { kind: formula.kind, of: formula.of.map(conditionOf) }
      return formula.negated ? when.not(formula.leaf) : formula.leaf
    }
    fc.assert(
      fc.property(facts, routing, (call, some) => {
        const known = contextOf(call, some, AT)
        for (const { when: condition } of some.rules) {
          const negation = when.not(condition)
          expect(truthOf(conditionOf(formulaOf(condition)), known)).toBe(truthOf(condition, known))
          expect(truthOf(conditionOf(formulaOf(negation)), known)).toBe(truthOf(negation, known))
        }
      }),
    )
  })
})
