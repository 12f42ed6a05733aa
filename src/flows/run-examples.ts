import type { State, StateValue } from '../conversation/state.js'
import type { Reason } from '../routing/types.js'
import type { Example, Expectation } from './examples.js'
import { factsOfExample } from './examples.js'
import { type FinalDecision, type Functions, finalDecision, reasonsOf } from './final-decision.js'
import type { Revision } from './revision.js'

/** One thing that came out otherwise than the example says. */
export interface Difference {
  readonly what: 'flow' | 'rule' | 'branch' | 'vip' | 'state'
  readonly expected: StateValue
  /** Undefined: there is nothing of this name, which only a state can have. */
  readonly got: StateValue | undefined
  /** Where in the state, as `metadata.callerId`; empty elsewhere. */
  readonly at: string
}

/** An example that does not hold. */
export interface ExampleFailure {
  readonly example: Example
  readonly differences: readonly Difference[]
  /** Why the call went where it went, as in a decision record. */
  readonly reasons: readonly Reason[]
}

/**
 * Runs each example through a revision, code flows included, one after the other, and returns those that do
 * not hold.
 *
 * @param now the instant of examples that name none.
 */
export async function runExamples(
  examples: readonly Example[],
  revision: Revision,
  functions: Functions,
  now = new Date(),
): Promise<readonly ExampleFailure[]> {
  const failures: ExampleFailure[] = []
  for (const example of examples) {
    const facts = factsOfExample(example.call)
    const at = example.call.at === undefined ? now : new Date(example.call.at)
    const parts = { revision, functions, at, callId: example.name }
    const choice = await finalDecision(facts, parts)
    const differences = differencesOf(example.expect, choice)
    if (differences.length > 0)
      failures.push({ example, differences, reasons: reasonsOf(choice, facts, parts) })
  }
  return failures
}

function differencesOf(expect: Expectation, { decision, flow, state }: FinalDecision): readonly Difference[] {
  const got = { flow: flow.name, rule: decision.rule, branch: decision.branch ?? null, vip: decision.vip }
  const plain = (['flow', 'rule', 'branch', 'vip'] as const).flatMap((what): Difference[] => {
    const expected = expect[what]
    return expected === undefined || expected === got[what]
      ? []
      : [{ what, expected, got: got[what], at: '' }]
  })
  const inState = stateDifferences(expect.state ?? {}, state, '')
  return [...plain, ...inState]
}

/** A map may have further keys; a list is what it is. */
function stateDifferences(
  expected: StateValue,
  got: StateValue | undefined,
  at: string,
): readonly Difference[] {
  if (isMap(expected) && isMap(got)) {
    return Object.entries(expected).flatMap(([key, value]) =>
      stateDifferences(
        value,
        Object.hasOwn(got, key) ? got[key] : undefined,
        at === '' ? key : `${at}.${key}`,
      ),
    )
  }
  if (Array.isArray(expected) && Array.isArray(got) && expected.length === got.length) {
    return expected.flatMap((value, index) => stateDifferences(value, got[index], `${at}[${index}]`))
  }
  return expected === got ? [] : [{ what: 'state', expected, got, at }]
}

function isMap(value: StateValue | undefined): value is State {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
