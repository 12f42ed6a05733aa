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
import { type Files, warningLines } from './temp-folder.js'

const HEAD = `default_country: US
trunks: { a: { trust: [caller_number, X-VIP, X-A] }, b: { trust: [X-A] } }
vip: { numbers: ["+15551234567"], files: [vips.csv], headers: { X-VIP: [gold, platinum] } }
branches:
  North: { numbers: ["+15557654321", "+15557654322"] }
  South: { numbers: "+1666*" }
flows: { main: { context: main } }
otherwise: main
rules:`
const FIRST_RULE = HEAD.split('\n').length + 1

/** A folder whose rules have these conditions, on a line each: the first is called `rule 1`. */
function rulesOf(...conditions: readonly string[]): Files {
  const rules = conditions.map((condition) => `  - { when: ${condition}, goto: main }`)
  return { 'routing.yaml': `${[HEAD, ...rules].join('\n')}\n`, 'vips.csv': '+15552000001\n+15552000002\n' }
}

/** The warnings about these rules as `1: message`, by the number of the rule. */
async function lintOf(...conditions: readonly string[]): Promise<readonly string[]> {
  const lines = await warningLines(rulesOf(...conditions))
  return lines.map((line) => {
    const [, at = '', message = ''] = /^routing\.yaml:(\d+):\d+: (.*)$/.exec(line) ?? []
    return `${Number(at) - FIRST_RULE + 1}: ${message}`
  })
}

/** Positions of the rules that no call reaches, as lint sees it. */
function rulesWarnedOf(some: Routing): readonly number[] {
  const ofValue = (path: readonly (string | number)[]) => ({ line: Number(path[1]) + 1, column: 1 })
  const diagnostics = new Diagnostics('routing.yaml', { ofValue, ofKey: ofValue })
  lint({}, some, diagnostics)
  return diagnostics.warnings.map(({ line }) => line - 1)
}

const SHADOWED = (rule: number, by: number) =>
  `${rule}: no call ever gets to the rule "rule ${rule}": the rule "rule ${by}" stands before it and takes all its calls; move it up, or take it out`

describe('a rule is shadowed by an earlier one', () => {
  test.each([
    ['with the same condition', '{ callee: "+15550000001" }', '{ callee: "5550000001" }'],
    ['with a list that has its number', '{ callee: ["1001", "+15550000001"] }', '{ callee: "+15550000001" }'],
    ['with a prefix of its number', '{ callee: "+1555*" }', '{ callee: ["+15550000001", "+15550000002"] }'],
    ['with a prefix of its prefix', '{ caller: "+1555*" }', '{ caller: "+15550*" }'],
    ['with the file that it names', '{ caller: { file: vips.csv } }', '{ caller: { file: vips.csv } }'],
    ['with a file that has its number', '{ caller: { file: vips.csv } }', '{ caller: "+15552000001" }'],
    ['with one of its conditions', '{ branch: North }', '{ branch: North, vip: true }'],
    [
      'with two of its three, in any order',
      '{ trunk: a, vip: false }',
      '{ vip: false, branch: North, trunk: a }',
    ],
    ['with more branches', '{ branch: [North, South] }', '{ branch: South }'],
    ['with more trunks', '{ trunk: [a, b] }', '{ trunk: [b, a] }'],
    ['with more levels', '{ attestation: [A, B] }', '{ attestation: A }'],
    ['with an any that has it', '{ any: [{ vip: true }, { branch: North }] }', '{ branch: North }'],
    [
      'with an any that has all of its any',
      '{ any: [{ vip: true }, { branch: [North, South] }] }',
      '{ any: [{ branch: South }, { vip: true }] }',
    ],
    ['with more values of a header', '{ header: { X-A: [a, b] } }', '{ header: { x-a: b } }'],
    [
      'that wants only its header',
      '{ header: { X-A: { present: true } } }',
      '{ header: { X-A: { matches: "^9" } } }',
    ],
    ['with a beginning of its value', '{ header: { X-A: { starts_with: ab } } }', '{ header: { X-A: abc } }'],
    [
      'with a beginning of its beginning',
      '{ header: { X-A: { starts_with: [a, b] } } }',
      '{ header: { X-A: { starts_with: bc } } }',
    ],
    [
      'with a pattern that its value has',
      '{ header: { X-A: { matches: "^9" } } }',
      '{ header: { X-A: ["90", "91"] } }',
    ],
    ['for callers that the VIP numbers have', '{ vip: true }', '{ caller: "+15551234567" }'],
    ['for callers that a VIP file has', '{ vip: true }', '{ caller: ["+15551234567", "+15552000002"] }'],
    ['for a header that makes a VIP', '{ vip: true }', '{ header: { X-VIP: Gold } }'],
    ['for the branch of its number', '{ branch: North }', '{ callee: ["+15557654321", "+15557654322"] }'],
    ['by the contrary of its contrary', '{ not: { vip: true } }', '{ vip: false, branch: North }'],
    ['by the contrary of less', '{ not: { callee: "+15550000001" } }', '{ not: { callee: "+1555*" } }'],
    [
      'by the contrary of another number',
      '{ not: { callee: "+15550000001" } }',
      '{ callee: "+15550000002" }',
    ],
    [
      'by the contrary of what is absent',
      '{ not: { header: { X-A: a } } }',
      '{ header: { X-A: { present: false } } }',
    ],
  ])('%s', async (_what, earlier, later) => {
    expect(await lintOf(earlier, later)).toEqual([SHADOWED(2, 1)])
  })

  test('that is not the one before it, and names the first of several', async () => {
    expect(
      await lintOf('{ vip: false }', '{ branch: North }', '{ trunk: a }', '{ branch: North, trunk: a }'),
    ).toEqual([SHADOWED(4, 2)])
  })

  test.each([
    ['with a narrower list', '{ callee: "+15550000001" }', '{ callee: ["+15550000001", "+15550000002"] }'],
    ['with a longer prefix', '{ callee: "+15550*" }', '{ callee: "+1555*" }'],
    ['with a condition more', '{ branch: North, vip: true }', '{ branch: North }'],
    ['on the other number', '{ caller: "+15550000001" }', '{ callee: "+15550000001" }'],
    [
      'with a file whose numbers are not compared with the prefix',
      '{ caller: { file: vips.csv } }',
      '{ caller: "+1555*" }',
    ],
    ['with another header', '{ header: { X-A: a } }', '{ header: { X-VIP: a } }'],
    ['with only a part of an any', '{ vip: true }', '{ any: [{ vip: true }, { branch: North }] }'],
    ['for VIPs, where a number is none', '{ vip: true }', '{ caller: ["+15551234567", "+15550000001"] }'],
    ['with the contrary of more', '{ not: { callee: "+1555*" } }', '{ not: { callee: "+15550000001" } }'],
    [
      'by the contrary of a caller, who may be untrusted',
      '{ not: { header: { X-A: a } } }',
      '{ header: { X-A: b } }',
    ],
  ])('not %s', async (_what, earlier, later) => {
    expect(await lintOf(earlier, later)).toEqual([])
  })

  test('that takes every call, in one warning for all behind it', async () => {
    expect(
      await lintOf('{ vip: true }', '{}', '{ branch: North }', '{ branch: South }', '{ vip: false }'),
    ).toEqual([
      '3: no call ever gets to the rule "rule 3" nor to the 2 behind it: the rule "rule 2" stands before it and takes every call',
    ])
  })
})

test('a rule for every call is found among thousands, which are not all compared', () => {
  const rules = Array.from({ length: 5_000 }, (_, at) => when.callee(`+1555${String(at).padStart(7, '0')}`))
  expect(rulesWarnedOf(routingOf({ rules: [...rules, when.all(), when.vip(true)] }))).toEqual([5_001])
})

describe('a rule does not contradict itself', () => {
  test.each([
    '{ all: [{ branch: North }, { branch: [South, North] }] }',
    '{ all: [{ callee: "+1555*" }, { callee: "+15550000002" }] }',
    '{ all: [{ caller: { file: vips.csv } }, { caller: "+1555*" }] }',
    '{ branch: North, any: [{ branch: South }, { vip: true }] }',
    '{ trunk: [a, b], header: { X-VIP: gold } }',
    '{ trunk: b, not: { header: { X-VIP: gold } } }',
    '{ trunk: b, header: { X-VIP: { present: false } } }',
    '{ branch: South, callee: ["+15557654321", "+16660000001"] }',
  ])('not with %s', async (condition) => {
    expect(await lintOf(condition)).toEqual([])
  })

  test('where it is another rule that does, which then shadows none', async () => {
    const lines = await lintOf('{ vip: true, not: { vip: true } }', '{ vip: true }')
    expect(lines).toHaveLength(1)
  })
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
        const known = contextOf(call, some)
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
        const known = contextOf(call, some)
        for (const { when: condition } of some.rules) {
          const negation = when.not(condition)
          expect(truthOf(conditionOf(formulaOf(condition)), known)).toBe(truthOf(condition, known))
          expect(truthOf(conditionOf(formulaOf(negation)), known)).toBe(truthOf(negation, known))
        }
      }),
    )
  })
})
