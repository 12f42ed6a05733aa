/**
 * Each file of test/golden/decisions holds flow files and calls with what is decided about them. Keys of `expect`:
 * rule, flow, vip, branch, caller, callee, row (of a VIP file), state; hearsay (claim → what it would count for);
 * why (step of the explanation, or fact in parentheses → its sentence); steps (the same → its condition and value); facts (fact → its value and where it comes from).
 */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { parse, stringify } from 'yaml'
import type { Override } from '../../src/hours/hours.js'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import { explain } from '../../src/routing/explain.js'
import { NO_OUTSIDE_DATA, type OutsideData, type Remembered } from '../../src/routing/outside-data.js'
import { hearsayOf, provenanceOf } from '../../src/routing/provenance.js'
import type { CallFacts, Routing } from '../../src/routing/types.js'
import { projectFolder } from '../flows/project-folder.js'
import { revisionOf } from '../flows/temp-folder.js'
import { AT, answerOf, call } from './support/make.js'

interface Golden {
  readonly files?: Readonly<Record<string, string>>
  readonly routing: Readonly<Record<string, unknown>>
  readonly calls: readonly (Omit<Parameters<typeof call>[0], 'headers'> & {
    readonly what: string
    /** The instant of the call. */
    readonly at?: string
    /** Lookup → what it said just now: its values, or a result without one. */
    readonly answers?: Readonly<Record<string, Parameters<typeof answerOf>[0]>>
    /** What is remembered of the caller; without it, memory is not loaded. */
    readonly memory?: Remembered
    /** Overrides that are on, by the name of the hours. */
    readonly overrides?: Readonly<Record<string, Override>>
    /** `Name: value`; names may come more than once. */
    readonly headers?: readonly string[]
    readonly expect: Readonly<Record<string, unknown>>
  })[]
}

const folder = projectFolder('test/golden/decisions')

describe.each(readdirSync(folder))('%s', (name) => {
  const golden = parse(readFileSync(`${folder}/${name}`, 'utf8')) as Golden
  const files = { ...golden.files, 'routing.yaml': stringify(golden.routing) }
  const routing = revisionOf(files).then((revision) => revision.routing)

  test.each(golden.calls)(
    '$what',
    async ({ what: _, headers = [], at, answers = {}, overrides = {}, memory, ...more }) => {
      const { expect: expected, ...parts } = more
      const facts = call({ ...parts, headers: headers.map(headerOf) })
      const instant = at === undefined ? AT : new Date(at)
      const outside = {
        ...NO_OUTSIDE_DATA,
        memory,
        overrides: new Map(Object.entries(overrides)),
        answers: new Map(Object.entries(answers).map(([name, said]) => [name, answerOf(said)])),
      }
      const told = decided(facts, await routing, instant, outside, expected)
      expect(told).toEqual(expected)
      // The rules arrive from another thread in this way.
      expect(decided(facts, structuredClone(await routing), instant, outside, expected)).toEqual(told)
    },
  )
})

function headerOf(text: string): readonly [string, string] {
  const colon = text.indexOf(':')
  return [text.slice(0, colon), text.slice(colon + 1).trim()]
}

/** What the expectation asks for. */
function decided(
  facts: CallFacts,
  routing: Routing,
  at: Date,
  outside: OutsideData,
  expected: Golden['calls'][number]['expect'],
) {
  const decision = decide(contextOf(facts, routing, at, outside))
  const context = contextOf(facts, routing, at, outside)
  const origins = provenanceOf(context, { headers: [...facts.headers.keys()], thorough: true })
  const reasons = explain(context)
  const all: Record<string, unknown> = {
    rule: decision.rule,
    flow: decision.target.kind === 'goto' ? decision.target.flow : decision.target.file,
    vip: decision.vip,
    branch: decision.branch ?? null,
    caller: decision.callerNumber,
    callee: decision.calleeNumber,
    row: context.callerRow === undefined ? null : { ...context.callerRow },
    state: decision.state,
    hearsay: Object.fromEntries(hearsayOf(context).map((one) => [one.what, one.for])),
    why: chosen(expected.why, [
      ...reasons.map((one) => [one.rule, one.why] as const),
      ...origins.map((one) => [`(${one.fact})`, one.why] as const),
    ]),
    steps: chosen(
      expected.steps,
      reasons.map((one) => [one.rule, `${one.condition} | ${one.value}${one.trusted ? '' : ', untrusted'}`]),
    ),
    facts: chosen(
      expected.facts,
      origins.map((one) => [one.fact, `${one.value} from ${one.from}${one.trusted ? '' : ', untrusted'}`]),
    ),
  }
  return Object.fromEntries(Object.keys(expected).map((key) => [key, all[key]]))
}

/** The entries that are asked for; those of the same name joined. */
function chosen(asked: unknown, entries: readonly (readonly [string, string])[]) {
  return Object.fromEntries(
    Object.keys(asked ?? {}).map((key) => [
      key,
      entries.flatMap(([name, text]) => (name === key ? [text] : [])).join(' / '),
    ]),
  )
}
