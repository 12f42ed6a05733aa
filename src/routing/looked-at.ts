import { canonicalName } from '../sip/headers.js'
import { type Attestation, type Condition, leavesOf, type NumberPattern } from './condition.js'
import { PatternIndex } from './pattern-index.js'
import type { Routing, Rule } from './routing.js'

/** What the conditions of all rules look at, gathered once, so that it can be asked without walking the rules. */
export interface LookedAt {
  /** Every caller number that some condition names. */
  readonly callers: PatternIndex
  /** Headers in lower case → the whole values and beginnings that some condition names; patterns are left out. */
  readonly headers: ReadonlyMap<string, PatternIndex>
  readonly attestations: ReadonlySet<Attestation>
  /** The trunks that the flow files name: under `trunks`, or in a condition. */
  readonly trunks: ReadonlySet<string>
}

type Looking = Pick<Routing, 'rules' | 'trust'>

const known = new WeakMap<readonly Rule[], LookedAt>()

export function lookedAt({ rules, trust }: Looking): LookedAt {
  const found = known.get(rules)
  if (found !== undefined) return found
  const steps = gatherLookedAt({ rules, trust })
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** Gathers it a step at a time, before the first call that is recorded has to wait for it. */
export function* gatherLookedAt({ rules, trust }: Looking): Generator<void, LookedAt, undefined> {
  const callers: NumberPattern[] = []
  const headers = new Map<string, NumberPattern[]>()
  const attestations = new Set<Attestation>()
  const trunks = new Set(trust.trunks)
  for (const { when } of rules) {
    for (const leaf of leavesOf(when)) {
      if (leaf.kind === 'caller') callers.push(leaf.numbers)
      else if (leaf.kind === 'attestation') addAll(attestations, leaf.oneOf)
      else if (leaf.kind === 'trunk') addAll(trunks, leaf.oneOf)
      else if (leaf.kind === 'header') append(headers, canonicalName(leaf.name), patternOf(leaf))
    }
    yield
  }
  const indexes = new Map<string, PatternIndex>()
  for (const [name, patterns] of headers) indexes.set(name, yield* PatternIndex.inSteps(patterns))
  const gathered = { callers: yield* PatternIndex.inSteps(callers), headers: indexes, attestations, trunks }
  known.set(rules, gathered)
  return gathered
}

function addAll<T>(set: Set<T>, items: Iterable<T>): void {
  for (const item of items) set.add(item)
}

function append(lists: Map<string, NumberPattern[]>, key: string, item: NumberPattern): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}

/** Values of a header are filed as numbers are: by the whole, and by their beginning. */
function patternOf({ test }: Condition & { kind: 'header' }): NumberPattern {
  return {
    exact: test.kind === 'exact' ? test.oneOf : new Set<string>(),
    prefixes: test.kind === 'starts_with' ? test.prefixes : [],
    ...{ tables: [], text: '' },
  }
}
