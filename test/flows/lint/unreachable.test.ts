import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { contradiction } from '../../../src/flows/lint/contradiction.js'
import { type Formula, formulaOf } from '../../../src/flows/lint/formula.js'
import { implies } from '../../../src/flows/lint/implies.js'
import { unreachable } from '../../../src/flows/lint/unreachable.js'
import { evaluate, truthOf } from '../../../src/routing/condition.js'
import { contextOf } from '../../../src/routing/context-of.js'
import { decide } from '../../../src/routing/decide.js'
import type { Condition } from '../../../src/routing/types.js'
import { facts, routing } from '../../routing/support/arbitrary.js'
import { AT, routingOf, when } from '../../routing/support/make.js'
import { lintOf } from './lint.js'

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
      'with a file whose numbers nobody held against the prefix',
      '{ caller: { file: vips.csv } }',
      '{ caller: "+1555*" }',
    ],
    ['with another header', '{ header: { X-A: a } }', '{ header: { X-VIP: a } }'],
    ['with only a part of an any', '{ vip: true }', '{ any: [{ vip: true }, { branch: North }] }'],
    ['for VIPs, where a number is none', '{ vip: true }', '{ caller: ["+15551234567", "+15550000001"] }'],
    ['with the contrary of more', '{ not: { callee: "+1555*" } }', '{ not: { callee: "+15550000001" } }'],
    [
      'by the contrary of a caller, who may be hearsay',
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

  test('among thousands, which are not all held against each other', () => {
    const rules = Array.from({ length: 10_000 }, (_, at) =>
      when.callee(`+1555${String(at).padStart(7, '0')}`),
    )
    const late = [when.callee('+15550009999'), when.all(when.callee('+15550000007'), when.vip(true))]
    expect(unreachable(routingOf({ rules: [...rules, ...late] })).map(({ path }) => path[1])).toEqual([
      10_000, 10_001,
    ])
  })
})

describe('a rule contradicts itself', () => {
  test.each([
    [
      'with two branches',
      '{ all: [{ branch: North }, { branch: South }] }',
      '"branch: North" and "branch: South" exclude each other',
    ],
    [
      'with two numbers',
      '{ all: [{ callee: "+15550000001" }, { callee: "+15550000002" }] }',
      '"callee: +15550000001" and "callee: +15550000002" exclude each other',
    ],
    [
      'with a number and another prefix',
      '{ all: [{ caller: "+1556*" }, { caller: "+15550000002" }] }',
      '"caller: +1556*" and "caller: +15550000002" exclude each other',
    ],
    [
      'with a number that the file lacks',
      '{ all: [{ caller: { file: vips.csv } }, { caller: "+15550000002" }] }',
      '"caller: { file: vips.csv }" and "caller: +15550000002" exclude each other',
    ],
    [
      'with VIP and not',
      '{ vip: true, not: { vip: true } }',
      '"vip: true" and "vip: false" exclude each other',
    ],
    [
      'with two trunks',
      '{ all: [{ trunk: a }, { trunk: b }] }',
      '"trunk: a" and "trunk: b" exclude each other',
    ],
    [
      'with two levels',
      '{ all: [{ attestation: A }, { not: { attestation: [A, B] } }] }',
      '"attestation: A" and "attestation: [C, failed, none]" exclude each other',
    ],
    [
      'with a header that is and is not there',
      '{ all: [{ header: { X-A: a } }, { header: { X-A: { present: false } } }] }',
      '"header: { X-A: a }" and "header: { X-A: { present: false } }" exclude each other',
    ],
    [
      'with a value and its contrary',
      '{ header: { X-A: a }, not: { header: { X-A: [a, b] } } }',
      '"header: { X-A: a }" and "not: { header: { X-A: [a, b] } }" exclude each other',
    ],
    [
      'with a number of another branch',
      '{ branch: South, callee: "+15557654321" }',
      '"branch: South" and "callee: +15557654321" exclude each other',
    ],
    [
      'with the number of a VIP who is none',
      '{ vip: false, caller: "+15551234567" }',
      '"vip: false" and "caller: +15551234567" exclude each other',
    ],
    [
      'in every part of an any',
      '{ branch: North, any: [{ branch: South }, { vip: true, all: [{ vip: false }] }] }',
      '"branch: North" and "branch: South" exclude each other',
    ],
    [
      'with a header that its trunk is not believed about',
      '{ trunk: b, header: { X-VIP: gold } }',
      'trunk b is not believed about X-VIP, which "header: { X-VIP: [gold] }" needs',
    ],
    [
      'with a caller that its trunk is not believed about',
      '{ trunk: b, caller: "+15550000001" }',
      'trunk b is not believed about the caller number or P-Asserted-Identity, which "caller: +15550000001" needs',
    ],
    [
      'with VIPs of a trunk that makes none',
      '{ trunk: b, vip: true }',
      'trunk b is not believed about the caller number or P-Asserted-Identity or X-VIP, which "vip: true" needs',
    ],
  ])('%s', async (_what, condition, why) => {
    expect(await lintOf(condition)).toEqual([
      `1: no call ever matches the rule "rule 1": ${why.replace('[gold]', 'gold')}`,
    ])
  })

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

  test('with two values of one header only for calls that do not have it twice', async () => {
    expect(await lintOf('{ all: [{ header: { X-A: a } }, { header: { x-a: [b, c] } }] }')).toEqual([
      '1: the rule "rule 1" matches only calls that have the header twice: it wants "header: { X-A: a }" and "header: { X-A: [b, c] }"',
    ])
  })

  test('and then shadows no other', async () => {
    const lines = await lintOf('{ vip: true, not: { vip: true } }', '{ vip: true }')
    expect(lines).toHaveLength(1)
  })
})

describe('lint never warns of a rule that', () => {
  test('takes a call', () => {
    fc.assert(
      fc.property(facts, routing, (call, some) => {
        const taken = some.rules.find(({ name }) => name === decide(call, some, AT).rule)
        const warned = unreachable(some).filter(({ message }) => message.startsWith('no call'))
        expect(warned.map(({ path }) => path[1])).not.toContain(taken?.index)
      }),
      { numRuns: 500 },
    )
  })

  test('matches a call which the rule that is said to hold it does not', () => {
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

  test('has a condition that is worth something else than its formula', () => {
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
