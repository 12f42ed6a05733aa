import type { Known } from './known.js'
import { matchesNumber } from './number-pattern.js'
import type { NumberTable } from './number-table.js'

/** Which numbers a `caller` or `callee` condition or a branch accepts; any of the three is enough. */
export interface NumberPattern {
  /** Numbers in E.164, or literal texts. */
  readonly exact: ReadonlySet<string>
  /** Beginnings of E.164 numbers, without the `*`: `+1555`. */
  readonly prefixes: readonly string[]
  /** Numbers from files. */
  readonly tables: readonly NumberTable[]
  /** As the admin wrote it, for explanations. */
  readonly text: string
}

/** A pattern in linear time (RE2 syntax), compiled. */
export interface LinearPattern {
  readonly source: string
  test(text: string): boolean
}

export type HeaderTest =
  | { readonly kind: 'exact'; readonly oneOf: ReadonlySet<string> }
  | { readonly kind: 'matches'; readonly pattern: LinearPattern }
  | { readonly kind: 'starts_with'; readonly prefixes: readonly string[] }
  | { readonly kind: 'present'; readonly present: boolean }

/** What STIR/SHAKEN says of a call: a verified level, a token that did not verify, or no token at all. */
export type Attestation = 'A' | 'B' | 'C' | 'failed' | 'none'

/** One condition of a rule. `all` of an empty list is true: a rule without `when` matches every call. */
export type Condition =
  | { readonly kind: 'vip'; readonly is: boolean }
  | { readonly kind: 'branch'; readonly oneOf: ReadonlySet<string> }
  | { readonly kind: 'trunk'; readonly oneOf: ReadonlySet<string> }
  | { readonly kind: 'caller'; readonly numbers: NumberPattern }
  | { readonly kind: 'callee'; readonly numbers: NumberPattern }
  | { readonly kind: 'header'; readonly name: string; readonly test: HeaderTest }
  | { readonly kind: 'attestation'; readonly oneOf: ReadonlySet<Attestation> }
  | { readonly kind: 'all'; readonly of: readonly Condition[] }
  | { readonly kind: 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }

/**
 * What a condition is worth for a call. `unknown` stands for hearsay: a header that is there, or a caller
 * number, about which the trunk is not believed.
 */
export type Truth = 'yes' | 'no' | 'unknown'

/** Whether a condition is satisfied. `unknown` is not. */
export function evaluate(condition: Condition, known: Known): boolean {
  return truthOf(condition, known) === 'yes'
}

/**
 * Three-valued (Kleene's) logic, so that hearsay never grants anything, not even by its negation: `not` of
 * `unknown` is `unknown`, and with an X-Blocked that nobody vouches for, neither `header: { X-Blocked: yes }`
 * nor its `not` is satisfied. Only what is there can be hearsay: a header that is missing is plainly
 * missing, from any trunk. `vip`, `branch`, `trunk`, `callee` and `attestation` are never unknown, because
 * they are derived from what is believed alone: hearsay can't take a call out of a rule for `vip: false` or
 * for `attestation: none`.
 */
export function truthOf(condition: Condition, known: Known): Truth {
  switch (condition.kind) {
    case 'all':
      return allOf(condition.of, known)
    case 'any':
      return anyOf(condition.of, known)
    case 'not':
      return negated(truthOf(condition.of, known))
    case 'vip':
      return truth(known.vip.vip === condition.is)
    case 'branch':
      return truth(known.branch !== undefined && condition.oneOf.has(known.branch.name))
    case 'trunk':
      return truth(known.facts.trunk !== undefined && condition.oneOf.has(known.facts.trunk))
    case 'caller':
      return known.caller.trusted ? truth(matchesNumber(condition.numbers, known.caller.number)) : 'unknown'
    case 'callee':
      return truth(matchesNumber(condition.numbers, known.callee.number))
    case 'header':
      return headerTruth(condition.name, condition.test, known)
    case 'attestation':
      return truth(condition.oneOf.has(known.attestation.attestation))
  }
}

function truth(holds: boolean): Truth {
  return holds ? 'yes' : 'no'
}

function negated(inner: Truth): Truth {
  return inner === 'unknown' ? inner : truth(inner === 'no')
}

function allOf(conditions: readonly Condition[], known: Known): Truth {
  let result: Truth = 'yes'
  for (const condition of conditions) {
    const one = truthOf(condition, known)
    if (one === 'no') return one
    if (one === 'unknown') result = one
  }
  return result
}

function anyOf(conditions: readonly Condition[], known: Known): Truth {
  let result: Truth = 'no'
  for (const condition of conditions) {
    const one = truthOf(condition, known)
    if (one === 'yes') return one
    if (one === 'unknown') result = one
  }
  return result
}

function headerTruth(name: string, test: HeaderTest, known: Known): Truth {
  const values = known.facts.headers.getAll(name)
  if (values.length === 0) return truth(test.kind === 'present' && !test.present)
  if (!known.believes(name)) return 'unknown'
  return truth(values.some((value) => passes(test, value)))
}

/** Whether one value of a header passes; of a repeated header each value counts by itself. */
export function passes(test: HeaderTest, value: string): boolean {
  switch (test.kind) {
    case 'exact':
      return test.oneOf.has(value)
    case 'matches':
      return test.pattern.test(value)
    case 'starts_with':
      return test.prefixes.some((prefix) => value.startsWith(prefix))
    case 'present':
      return test.present
  }
}

/** The conditions without others in them that a condition is made of. */
export function leavesOf(condition: Condition): readonly Condition[] {
  if (condition.kind === 'all' || condition.kind === 'any') return condition.of.flatMap(leavesOf)
  return condition.kind === 'not' ? leavesOf(condition.of) : [condition]
}
