import { readdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { compile } from '../../src/flows/compile.js'
import { implies, normalForm } from '../../src/flows/implies.js'
import { contradiction, lint } from '../../src/flows/lint.js'
import { Diagnostics, formatProblem, PROBLEM_CODES, type Problem } from '../../src/flows/problem.js'
import { routingJsonSchema } from '../../src/flows/schema.js'
import { YamlValue } from '../../src/flows/shape.js'
import { evaluate, truthOf } from '../../src/routing/condition.js'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import type { Routing } from '../../src/routing/types.js'
import { facts, outside, routing } from '../routing/support/arbitrary.js'
import { AT, routingOf, when } from '../routing/support/make.js'
import { projectFolder } from './project-folder.js'

/**
 * Each folder holds flow files beside `problems.txt`, which says what is wrong with them: a line for each problem and
 * each warning. `UPDATE_GOLDEN=1` writes these files anew; look at what changed.
 */
const GOLDEN = projectFolder('test', 'golden', 'problems')

const line = (suffix: string) => (problem: Problem) => `${formatProblem(problem)}${suffix}\n`

describe('the problems of flow files', () => {
  test.each(readdirSync(GOLDEN))('%s', async (name) => {
    const file = join(GOLDEN, name, 'problems.txt')
    const compiled = await compile(join(GOLDEN, name))
    const problems = compiled.ok ? [] : compiled.problems
    const found = [...problems.map(line('')), ...compiled.warnings.map(line(' (warning)'))].join('')
    if (process.env.UPDATE_GOLDEN === '1') await writeFile(file, found)
    expect(found).toBe(await readFile(file, 'utf8'))
    const codes = [...problems, ...compiled.warnings].map(({ code }) => code)
    expect(Object.keys(PROBLEM_CODES)).toEqual(expect.arrayContaining(codes))
  })
})

/** Positions of the rules that no call reaches, as lint sees it. */
function rulesWarnedOf(some: Routing): readonly number[] {
  const ofValue = (path: readonly (string | number)[]) => ({ line: Number(path[1]) + 1, column: 1 })
  const diagnostics = new Diagnostics('routing.yaml', { ofValue, ofKey: ofValue })
  lint(new YamlValue({}, [], diagnostics), some)
  return diagnostics.warnings.map(({ line }) => line - 1)
}

test('a rule for every call is found among thousands, which are not all compared', () => {
  const rules = Array.from({ length: 5_000 }, (_, at) => when.callee(`+1555${String(at).padStart(7, '0')}`))
  expect(rulesWarnedOf(routingOf({ rules: [...rules, when.all(), when.vip(true)] }))).toEqual([5_001])
})

describe('lint never warns of a rule that', () => {
  test('takes a call', () => {
    fc.assert(
      fc.property(facts, routing, outside, (call, some, given) => {
        const taken = some.rules.find(({ name }) => name === decide(contextOf(call, some, AT, given)).rule)
        expect(rulesWarnedOf(some)).not.toContain(taken?.index)
      }),
      { numRuns: 500 },
    )
  })

  test('matches a call that the rule which is said to take it does not match', () => {
    fc.assert(
      fc.property(facts, routing, outside, (call, some, given) => {
        const known = contextOf(call, some, AT, given)
        const conditions = some.rules.map(({ when: condition }) => condition)
        for (const a of conditions.filter((condition) => evaluate(condition, known))) {
          expect(contradiction(normalForm(a), some)).toBeUndefined()
          for (const b of conditions.filter((condition) => !evaluate(condition, known)))
            expect(implies(normalForm(a), normalForm(b), some)).toBe(false)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('has a condition whose value differs from that of its normal form', () => {
    fc.assert(
      fc.property(facts, routing, outside, (call, some, given) => {
        const known = contextOf(call, some, AT, given)
        for (const { when: condition } of some.rules) {
          const negation = when.not(condition)
          expect(truthOf(normalForm(condition), known)).toBe(truthOf(condition, known))
          expect(truthOf(normalForm(negation), known)).toBe(truthOf(negation, known))
        }
      }),
    )
  })
})

/** Every schema of a key that an admin can write, with the path to it. */
function keysOf(schema: unknown, path: string): [string, { description?: unknown }][] {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([name, inner]) => {
    const below = keysOf(inner, `${path}/${name}`)
    const keys =
      name === 'properties' ? Object.entries(inner as Record<string, { description?: unknown }>) : []
    return [...keys.map(([key, value]): [string, typeof value] => [`${path}/${key}`, value]), ...below]
  })
}

describe('the JSON Schema of routing.yaml', () => {
  test('stands beside the example as the code makes it', async () => {
    const committed = await readFile(projectFolder('flows', 'routing.schema.json'), 'utf8')
    expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(routingJsonSchema())))
  })

  test('explains every key for the hover of an editor', () => {
    const keys = keysOf(routingJsonSchema(), '')
    expect(keys.length).toBeGreaterThan(25)
    expect(keys.filter(([, key]) => typeof key.description !== 'string').map(([path]) => path)).toEqual([])
  })

  test('refuses unknown keys and asks a rule for goto or run', () => {
    const schema = JSON.parse(JSON.stringify(routingJsonSchema()))
    expect(schema).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      additionalProperties: false,
    })
    expect(schema.properties.rules.items.oneOf).toEqual([{ required: ['goto'] }, { required: ['run'] }])
    expect(schema.definitions.condition.additionalProperties).toBe(false)
  })

  test('is named in the first line of the example', async () => {
    const text = await readFile(projectFolder('flows', 'routing.yaml'), 'utf8')
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./routing.schema.json')
  })
})
