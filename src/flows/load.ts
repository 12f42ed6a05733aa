import { contextOf } from '../routing/context-of.js'
import { NO_OUTSIDE_DATA, type OutsideData } from '../routing/outside-data.js'
import { provenanceOf } from '../routing/provenance.js'
import type { Reason, State, StateValue } from '../routing/types.js'
import { type Compiled, compile } from './compile.js'
import { answersOfExample, type Example, factsOfExample, memoryOfExample } from './examples.js'
import { type DecisionParts, type Functions, finalDecision, reasonsOf } from './final-decision.js'
import type { Problem } from './problem.js'
import type { FlowFunction } from './revision.js'

/** Loads code flows to see whether they can be loaded; `FunctionRunner` does. */
export interface FunctionCheck {
  check(functions: Iterable<FlowFunction>): Promise<readonly Problem[]>
}

/**
 * A flows folder → a revision that may decide calls: compiled and tried. Every code flow is loaded once, and where
 * they are sound, every example is run, so that what would fail with the first call is a problem now.
 *
 * @param compileFolder `compileInWorker` where calls are decided meanwhile.
 */
export async function loadRevision(
  folder: string,
  functions: FunctionCheck & Functions,
  compileFolder: (folder: string) => Promise<Compiled> = compile,
): Promise<Compiled> {
  const compiled = await compileFolder(folder)
  if (!compiled.ok) return compiled
  const { revision, warnings, files } = compiled
  const problems = [...(await functions.check(revision.functions.values()))]
  const [examples, now] = [problems.length === 0 ? revision.examples : [], new Date()]
  for (const example of examples) problems.push(...(await tryExample(example, now, { revision, functions })))
  return problems.length === 0 ? compiled : { ok: false, problems, warnings, files }
}

/** A difference between an example and the decision. */
interface Difference {
  /** `flow`, or as `state.metadata.callerId`. */
  readonly what: string
  readonly expected: StateValue
  readonly got: StateValue | undefined
}

const MOST_TRIES = 20

/**
 * A problem where an example does not hold: `"VIPs" does not hold: expected flow vip_support_flow, got
 * general_support_flow (VIP callers: …)`, on one line.
 */
async function tryExample(
  example: Example,
  now: Date,
  parts: Pick<DecisionParts, 'revision' | 'functions'>,
): Promise<readonly Problem[]> {
  const facts = factsOfExample(example.call)
  const at = example.call.at === undefined ? now : new Date(example.call.at)
  const calendars = emptyCalendars(parts.revision)
  const outside = {
    ...NO_OUTSIDE_DATA,
    calendars,
    answers: answersOfExample(example.call),
    memory: memoryOfExample(example.call),
  }
  const context = contextOf(facts, parts.revision.routing, at, outside)
  const decide = () => finalDecision(context, { ...parts, callId: example.name })
  let final = await decide()
  // That the machine is busy says nothing about an example.
  for (let tries = 1; final.failure?.reason === 'busy' && tries < MOST_TRIES; tries++) final = await decide()
  const { flow, state, decision } = final
  const { rule, vip, branch = null } = decision
  const differences = differencesOf(
    example.expect as State,
    { flow: flow.name, rule, branch, vip, state },
    '',
  )
  if (differences.length === 0) return []
  const differs = differences.map(
    ({ what, expected, got }) => `expected ${what} ${format(expected)}, got ${format(got)}`,
  )
  const known = provenanceOf(context, { headers: [], thorough: false })
  const about = differences.flatMap(({ what }) => known.filter(({ fact }) => fact === what))
  const reasons = decisive(reasonsOf(final), example)
  const because = [
    ...about.map(({ fact, why }) => `(${fact}): ${why}`),
    ...reasons.map(({ rule, why }) => `${rule}: ${why}`),
  ].join('; ')
  const message = `"${example.name}" does not hold: ${differs.join('; ')}${because && ` (${because})`}; where that is meant, change the example`
  return [{ ...example.position, code: 'flows.example', message: message.replace(/\s+/g, ' ') }]
}

/** What is at a URL is no part of the flow files: for their examples it closes nothing. */
function emptyCalendars({ routing }: DecisionParts['revision']): OutsideData['calendars'] {
  const hours = [...routing.hours.values()]
  const empty = { days: new Map(), times: new Map(), last: undefined }
  const copy = { version: '', checked: 0, inZone: new Map(hours.map(({ zone }) => [zone, empty])) }
  return new Map(hours.flatMap(({ calendars }) => calendars.map(({ location }) => [location, copy])))
}

/** What is expected and was not decided. A map may have further keys; a list must be equal. */
function differencesOf(
  expected: StateValue,
  got: StateValue | undefined,
  what: string,
): readonly Difference[] {
  if (isMap(expected) && isMap(got))
    return Object.entries(expected).flatMap(([key, value]) =>
      differencesOf(
        value,
        Object.hasOwn(got, key) ? got[key] : undefined,
        what === '' ? key : `${what}.${key}`,
      ),
    )
  if (Array.isArray(expected) && Array.isArray(got) && expected.length === got.length)
    return expected.flatMap((value, index) => differencesOf(value, got[index], `${what}[${index}]`))
  return expected === got ? [] : [{ what, expected, got }]
}

function isMap(value: StateValue | undefined): value is State {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const LONGEST = 120

function format(value: StateValue | undefined): string {
  if (value === undefined || value === null) return 'none'
  const text = typeof value === 'string' ? value || '""' : JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

/** Of all rules that were tried, the one that took the call (with its code flow), and the one that was expected. */
function decisive(reasons: readonly Reason[], { expect }: Example): readonly Reason[] {
  const isRun = reasons.at(-1)?.rule === '(function)'
  return reasons.filter(
    ({ rule, matched }, index) =>
      rule === expect.rule ||
      index === reasons.length - 1 ||
      (isRun && matched && index === reasons.length - 2),
  )
}
