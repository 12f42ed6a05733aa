import { RE2JS } from 're2js'
import { ANONYMOUS } from '../sip/phone-number.js'
import type { CallContext } from './call-context.js'
import { formatList, formatTrust } from './format.js'
import { hasNumber } from './number-table.js'
import type { OutsideData, Remembered } from './outside-data.js'
import type { Condition, HeaderTest, Leaf, NumberPattern, ValueLeaf } from './types.js'

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
 * `vip`, `branch`, `trunk` and `attestation` are never unknown, because they are derived from trusted facts alone:
 * hearsay can't take a call out of a rule for `vip: false` or for `attestation: none`. `callee` and `claimed_caller` are
 * unknown only while a table of theirs was never loaded: `claimed_caller` looks at the claims of every caller, trusted
 * or not, and its rules may only turn a call away.
 */
export function truthOf(condition: Condition, context: CallContext): Truth {
  switch (condition.kind) {
    case 'all':
      return combined(condition.of, context, 'no', 'yes')
    case 'any':
      return combined(condition.of, context, 'yes', 'no')
    case 'not':
      return negated(truthOf(condition.of, context))
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
    case 'returning': {
      const memory = rememberedOf(context)
      if (memory === undefined) return 'unknown'
      return truth(callsWithin(memory, context.at, condition.withinMs) >= condition.calls)
    }
    default: {
      const value = propertyOf(condition, context)
      return value === undefined ? 'unknown' : truth(value !== null && condition.oneOf.has(value))
    }
  }
}

/**
 * What a call has of a property: null for nothing, undefined where that is not known. A caller who is not remembered, by
 * want of trust or because memory is not loaded yet, is neither new nor known.
 */
export function propertyOf({ kind, name = '' }: ValueLeaf, context: CallContext): string | null | undefined {
  switch (kind) {
    case 'vip':
      return String(context.vip.vip)
    case 'branch':
      return context.branch?.name ?? null
    case 'trunk':
      return context.facts.trunk ?? null
    case 'attestation':
      return context.attestation.attestation
    case 'hours': {
      const { open } = context.hours(name)
      return open === null ? undefined : open ? 'open' : 'closed'
    }
    case 'lookup': {
      const [lookup, field] = lookupField(name)
      const { values } = context.lookup(lookup)
      // What an answer lacks is plainly missing.
      return values && (values[field] ?? '')
    }
    case 'remembered':
      return rememberedOf(context) && (rememberedValue(context, name) ?? null)
  }
}

/** `crm.tier`: the lookup, and the name under its `take`. */
export function lookupField(name = ''): readonly [lookup: string, field: string] {
  const dot = name.indexOf('.')
  return [name.slice(0, dot), name.slice(dot + 1)]
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

/** Whether one value of a header passes; of a repeated header each value counts by itself. */
export function passes(test: HeaderTest, value: string): boolean {
  switch (test.kind) {
    case 'exact':
      return test.oneOf.has(value)
    case 'matches':
      return compilePattern(test).matcher(value).find()
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

/**
 * Regular expressions in RE2 syntax. A caller chooses what a header holds, so the time of a search must grow
 * with its length and no faster: that rules out look-around and back-references.
 *
 * Compiled forms cannot be cloned and take a tenth of a millisecond each, so a condition holds only the text.
 * The thread that decides compiles it once: at the first use, or before by `compilePattern`.
 */
type PatternTest = Extract<HeaderTest, { kind: 'matches' }>

const compiled = new WeakMap<PatternTest, RE2JS>()

export function compilePattern(test: PatternTest): RE2JS {
  const pattern = compiled.get(test) ?? RE2JS.compile(test.pattern)
  compiled.set(test, pattern)
  return pattern
}

/** What is wrong with a pattern, and what to do; undefined where it compiles. */
export function patternProblem(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern)
    return undefined
  } catch (error) {
    const message =
      error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error)
    return `this pattern can't be read: ${message}${hint(pattern)}`
  }
}

function hint(pattern: string): string {
  return /\(\?<?[=!]|\\[1-9]|\\k</.test(pattern)
    ? '; look-around and back-references are not supported, because a caller could make them take forever'
    : ''
}

/**
 * Why the caller of a call is not remembered: anyone can send any number, so only one that the trunk is trusted for
 * counts, with the attestation that the flow files ask for. Undefined where the caller is.
 */
export function whyNotRemembered(context: CallContext): string | undefined {
  const { caller, routing, facts } = context
  if (routing.memory === undefined) return 'these flow files have no "memory"'
  if (caller.number === ANONYMOUS || caller.number === '') return 'the caller withheld the number'
  if (!caller.trusted) return formatTrust(facts.trunk, 'caller_number', false)
  const wanted = routing.memory.attestation
  if (wanted === undefined) return undefined
  // Only now, as it is read from headers.
  const { attestation } = context.attestation
  return wanted.has(attestation) ? undefined : `attestation is ${attestation}, not ${formatList(wanted)}`
}

/** Why nothing is known of a caller who is remembered. */
export const NOT_LOADED = 'memory is not loaded yet'

/** What is remembered of the caller; undefined where that does not count, or is not known. */
export function rememberedOf(context: CallContext): Remembered | undefined {
  const { memory } = context.outside
  return memory === undefined || whyNotRemembered(context) !== undefined ? undefined : memory
}

/** The value of a key of the caller's last call; undefined where there is none. */
export function rememberedValue(context: CallContext, key: string): string | undefined {
  const { values = {} } = rememberedOf(context) ?? {}
  return Object.hasOwn(values, key) ? String(values[key]) : undefined
}

/** How often the caller called within so many milliseconds, this call included. */
export function callsWithin({ calls }: Remembered, at: Date, withinMs: number): number {
  return 1 + calls.filter((call) => call > at.getTime() - withinMs).length
}
