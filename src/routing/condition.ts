import type { CallContext } from './call-context.js'
import { callsWithin, rememberedOf, rememberedValue } from './memory.js'
import { hasNumber } from './number-table.js'
import type { OutsideData } from './outside-data.js'
import { matchesPattern } from './pattern.js'
import type { Condition, HeaderTest, Leaf, NumberPattern } from './types.js'

/**
 * The value of a condition for a call. `unknown` stands for hearsay (a header that is there, or a caller number, for
 * which the trunk is not trusted), for a lookup without an answer, and for hours whose calendar or a table that was
 * never loaded.
 */
export type Truth = 'yes' | 'no' | 'unknown'

/** Whether a condition is satisfied. `unknown` is not. */
export function evaluate(condition: Condition, context: CallContext): boolean {
  return truthOf(condition, context) === 'yes'
}

/**
 * Three-valued (Kleene's) logic, so that hearsay never grants anything, not even by its negation: `not` of
 * `unknown` is `unknown`, and with an untrusted X-Blocked neither `header: { X-Blocked: yes }` nor its `not` is
 * satisfied. Only what is there can be hearsay: a header that is missing is plainly missing, from any trunk.
 * `vip`, `branch`, `trunk`, `callee` and `attestation` are never unknown, because they are derived from trusted facts
 * alone: hearsay can't take a call out of a rule for `vip: false` or for `attestation: none`. Nor is
 * `claimed_caller`, which looks at the claims of every caller, trusted or not: its rules may only turn a call away.
 */
export function truthOf(condition: Condition, context: CallContext): Truth {
  switch (condition.kind) {
    case 'all':
      return combined(condition.of, context, 'no', 'yes')
    case 'any':
      return combined(condition.of, context, 'yes', 'no')
    case 'not':
      return negated(truthOf(condition.of, context))
    case 'vip':
      return truth(context.vip.vip === condition.is)
    case 'branch':
      return truth(context.branch !== undefined && condition.oneOf.has(context.branch.name))
    case 'trunk':
      return truth(context.facts.trunk !== undefined && condition.oneOf.has(context.facts.trunk))
    case 'caller':
      return context.caller.trusted
        ? numberTruth(condition.numbers, [context.caller.number], context)
        : 'unknown'
    case 'claimed_caller':
      return numberTruth(
        condition.numbers,
        context.claims.map(({ number }) => number),
        context,
      )
    case 'callee':
      return numberTruth(condition.numbers, [context.callee.number], context)
    case 'header':
      return headerTruth(condition.name, condition.test, context)
    case 'hours':
      return hoursTruth(context.hours(condition.name).open, condition.open)
    case 'lookup':
      return lookupTruth(condition, context)
    case 'remembered':
    case 'returning':
      return memoryTruth(condition, context)
    case 'attestation':
      return truth(condition.oneOf.has(context.attestation.attestation))
  }
}

function hoursTruth(open: boolean | null, wanted: boolean): Truth {
  return open === null ? 'unknown' : truth(open === wanted)
}

/** A caller who is not remembered, by want of trust or because memory is not loaded yet, is neither new nor known. */
function memoryTruth(leaf: Leaf & { kind: 'remembered' | 'returning' }, context: CallContext): Truth {
  const memory = rememberedOf(context)
  if (memory === undefined) return 'unknown'
  if (leaf.kind === 'returning') return truth(callsWithin(memory, context.at, leaf.withinMs) >= leaf.calls)
  const value = rememberedValue(context, leaf.key)
  return truth(value !== undefined && leaf.oneOf.has(value))
}

function truth(holds: boolean): Truth {
  return holds ? 'yes' : 'no'
}

export function negated(inner: Truth): Truth {
  return inner === 'unknown' ? inner : truth(inner === 'no')
}

/** `decisive` of one part is the result; else `unknown` of one; else `otherwise`. */
function combined(
  parts: readonly Condition[],
  context: CallContext,
  decisive: Truth,
  otherwise: Truth,
): Truth {
  let result = otherwise
  for (const part of parts) {
    const one = truthOf(part, context)
    if (one === decisive) return one
    if (one === 'unknown') result = one
  }
  return result
}

function headerTruth(name: string, test: HeaderTest, context: CallContext): Truth {
  const values = context.facts.headers.getAll(name)
  if (values.length === 0) return truth(test.kind === 'present' && !test.present)
  if (!context.trusts(name)) return 'unknown'
  return truth(values.some((value) => passes(test, value)))
}

/** Where there is an answer, what it lacks is plainly missing. */
function lookupTruth({ lookup, field, oneOf }: Leaf & { kind: 'lookup' }, context: CallContext): Truth {
  const { values } = context.lookup(lookup)
  return values === undefined ? 'unknown' : truth(oneOf.has(values[field] ?? ''))
}

/** Whether one value of a header passes; of a repeated header each value counts by itself. */
export function passes(test: HeaderTest, value: string): boolean {
  switch (test.kind) {
    case 'exact':
      return test.oneOf.has(value)
    case 'matches':
      return matchesPattern(test, value)
    case 'starts_with':
      return test.prefixes.some((prefix) => value.startsWith(prefix))
    case 'present':
      return test.present
  }
}

/** Whether one of the numbers matches. */
function numberTruth(pattern: NumberPattern, numbers: readonly string[], { outside }: CallContext): Truth {
  if (numbers.some((number) => matchesNumber(pattern, number, outside.tables))) return 'yes'
  return missingTables(pattern, outside.tables).length > 0 ? 'unknown' : 'no'
}

/** The tables of a pattern that were never loaded. */
export function missingTables(
  { outsideTables }: Pick<NumberPattern, 'outsideTables'>,
  loaded: OutsideData['tables'],
): readonly string[] {
  return outsideTables.filter((name) => !loaded.has(name))
}

/**
 * Whether a number, as `readNumber` gives it, is one of those that a pattern means. A table that was never loaded has
 * none.
 */
export function matchesNumber(
  { exact, prefixes, tables, outsideTables }: NumberPattern,
  number: string,
  loaded: OutsideData['tables'],
): boolean {
  return (
    exact.has(number) ||
    prefixes.some((prefix) => number.startsWith(prefix)) ||
    tables.some((table) => hasNumber(table, number)) ||
    outsideTables.some((name) => {
      const table = loaded.get(name)
      return table !== undefined && hasNumber(table, number)
    })
  )
}

export function leavesOf(condition: Condition): readonly Leaf[] {
  if (condition.kind === 'all' || condition.kind === 'any') return condition.of.flatMap(leavesOf)
  return condition.kind === 'not' ? leavesOf(condition.of) : [condition]
}
