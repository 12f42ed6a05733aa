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
import { AT, when } from '../routing/support/make.js'
import { type Files, routing as routingFile, warningLines } from './temp-folder.js'

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
      'with a header for which its trunk is not trusted',
      '{ trunk: b, header: { X-VIP: gold } }',
      'trunk b is not trusted for X-VIP, which "header: { X-VIP: [gold] }" needs',
    ],
    [
      'with a caller for which its trunk is not trusted',
      '{ trunk: b, caller: "+15550000001" }',
      'trunk b is not trusted for the caller number or P-Asserted-Identity, which "caller: +15550000001" needs',
    ],
    [
      'with VIPs of a trunk that makes none',
      '{ trunk: b, vip: true }',
      'trunk b is not trusted for the caller number or P-Asserted-Identity or X-VIP, which "vip: true" needs',
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

describe('a number that stands twice', () => {
  test('among the VIPs, in whatever form', async () => {
    const files = routingFile(
      'default_country: US',
      'vip: { numbers: ["+15551234567", "+15550000001", (555) 123-4567] }',
    )
    expect(await warningLines(files)).toEqual([
      'routing.yaml:2:50: "(555) 123-4567" stands here already as "+15551234567"; take one of them out',
    ])
  })

  test('in two branches counts for the first', async () => {
    const files = routingFile(
      'branches:',
      '  North: { numbers: ["+15551234567"] }',
      '  South: { numbers: "+15551234567" }',
    )
    expect(await warningLines(files)).toEqual([
      'routing.yaml:3:21: "+15551234567" belongs to the branch "North" already, which comes first, so it never counts here',
    ])
  })

  test('in rules may be meant: their other conditions differ', async () => {
    const files = routingFile(
      'rules:',
      '  - { when: { callee: "+15551234567", branch: North }, goto: main }',
      '  - { when: { callee: "+15551234567" }, goto: other_flow }',
      'branches: { North: { default: true } }',
    )
    expect((await warningLines(files)).filter((line) => line.includes('already'))).toEqual([])
  })

  test('in a file, with both lines', async () => {
    const files = {
      ...routingFile('default_country: US', 'vip: { files: [vips.csv] }'),
      'vips.csv':
        'number,name\n+15551234567,Ada\n5550000001,Bob\n"(555) 123-4567",Ada\n555 000 0001,Bob\n1001,x\n 1001,y\n',
    }
    expect(await warningLines(files)).toEqual([
      'vips.csv:4:2: "(555) 123-4567" stands on line 2 already, and only that line counts',
      'vips.csv:5:1: "555 000 0001" stands on line 3 already, and only that line counts',
      'vips.csv:7:2: "1001" stands on line 6 already, and only that line counts',
    ])
  })

  test('in a file that has it a thousand times is told twenty times', async () => {
    const files = { ...routingFile('vip: { files: [vips.csv] }'), 'vips.csv': '+15551234567\n'.repeat(1_001) }
    const lines = await warningLines(files)
    expect(lines).toHaveLength(21)
    expect(lines).toContain('vips.csv:21:1: 980 more numbers stand in this file twice')
  })
})
