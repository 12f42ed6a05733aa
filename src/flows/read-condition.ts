import { suggestion } from '../lib/text.js'
import { formatDuration, parseDuration } from '../lib/units.js'
import { lookupField, patternProblem } from '../routing/condition.js'
import type { Condition, HeaderTest, MemoryPolicy, Trust } from '../routing/types.js'
import { canonicalName } from '../sip/headers.js'
import type { Numbers } from './numbers.js'
import type { ConditionSource, HeaderTestSource } from './schema.js'
import { setOf, type YamlValue } from './shape.js'
import type { Recordings } from './source.js'

/** The names that a part of `routing.yaml` may refer to, and what is known of them. */
export interface Scope {
  readonly numbers: Numbers
  readonly trust: Trust
  /** Names, even of entries that have problems of their own: those must not cause others. */
  readonly flows: ReadonlySet<string>
  readonly branches: ReadonlySet<string>
  /** Those of the flows that only refuse calls. */
  readonly turnsAway: ReadonlySet<string>
  readonly recordings: Recordings
  readonly hours: ReadonlySet<string>
  /** With what each takes. */
  readonly lookups: ReadonlyMap<string, Pick<ReadonlySet<string>, 'has' | 'keys'>>
  readonly memory: MemoryPolicy | undefined
  /** What a text may name besides what every call has: `caller.name`, `hours.office.why`. */
  readonly placeholders: ReadonlySet<string>
}

/** Reads a `when`. Several keys mean all of them, in the order in which they were written. */
export function readCondition(written: YamlValue<ConditionSource>, scope: Scope): Condition {
  const keys = Object.keys(written.value) as (keyof ConditionSource)[]
  const parts = keys.flatMap((key) => readKey(key, written, scope))
  const [only] = parts
  return only !== undefined && parts.length === 1 ? only : { kind: 'all', of: parts }
}

function readKey(
  key: keyof ConditionSource,
  written: YamlValue<ConditionSource>,
  scope: Scope,
): readonly Condition[] {
  const source = written.value
  const at = written.at(key)
  // The shape refuses unknown keys, and takes out what is unsound.
  if (source[key] === undefined) return []
  switch (key) {
    case 'vip':
      return [{ kind: key, oneOf: new Set([String(source[key])]) }]
    case 'branch':
    case 'trunk':
      for (const name of written.at(key).items)
        if (key === 'trunk') checkTrunk(name, scope)
        else checkName(key, name, scope)
      return [{ kind: key, oneOf: setOf(source[key]) }]
    case 'caller':
    case 'claimed_caller':
    case 'callee':
      return [{ kind: key, numbers: scope.numbers.pattern(written.at(key)) }]
    case 'header':
      return written.at(key).entries.flatMap((entry) => readHeader(...entry, scope))
    case 'attestation':
      return [{ kind: key, oneOf: setOf<string>(source[key]) }]
    case 'lookup':
      return written.at(key).entries.map(([name, values]) => {
        const [lookup, field] = lookupField(name)
        const message = unknownLookup(lookup, [field], scope.lookups)
        if (message !== undefined) values.problemAtKey('flows.unknown_name', message)
        return { kind: key, name, oneOf: setOf(values.value) }
      })
    case 'open':
    case 'closed': {
      const name = source[key]
      checkName('hours', written.at(key), scope)
      return [{ kind: 'hours', name, oneOf: new Set([key]) }]
    }
    case 'remembered':
      requireMemory(at, scope)
      return written.at(key).entries.map(([name, values]) => {
        const message = scope.memory && unknownKey(name, scope.memory)
        if (message !== undefined) values.problemAtKey('flows.unknown_name', message)
        return { kind: key, name, oneOf: setOf(values.value) }
      })
    case 'returning':
      requireMemory(at, scope)
      return [readReturning(written.at(key), scope)]
    case 'all':
    case 'any':
      return [{ kind: key, of: written.at(key).items.map((part) => readCondition(part, scope)) }]
    case 'not': {
      const part = written.at(key)
      return part.isThere() ? [{ kind: key, of: readCondition(part, scope) }] : []
    }
    default:
      return []
  }
}

export function checkName(
  what: 'flow' | 'branch' | 'hours',
  written: YamlValue<string | undefined>,
  { flows, branches, hours }: Scope,
): void {
  const known = { flow: flows, branch: branches, hours }[what]
  const { value: name = '' } = written
  if (known.has(name)) return
  const message = `there ${what === 'hours' ? 'are' : 'is'} no ${what} "${name}"${suggestion(name, known)}`
  written.problem('flows.unknown_name', message)
}

/** What is wrong where there is no such lookup, or it does not take one of the fields. */
export function unknownLookup(
  lookup: string,
  fields: readonly string[],
  lookups: Scope['lookups'],
): string | undefined {
  const known = lookups.get(lookup)
  if (known === undefined) return `there is no lookup "${lookup}"${suggestion(lookup, lookups.keys())}`
  const field = fields.find((one) => !known.has(one))
  if (field === undefined) return undefined
  return `the lookup "${lookup}" takes no "${field}"${suggestion(field, known.keys())}`
}

export function checkTrunk(written: YamlValue<string>, { trust }: Scope): void {
  const { value: name } = written
  if (trust.has(name)) return
  const message = `the trunk "${name}" is not listed under "trunks", so it is trusted for nothing${suggestion(name, trust.keys())}`
  written.warning('flows.unknown_name', message)
}

/** Warns of a header for which no trunk is trusted. */
export function checkTrusted(
  name: string,
  written: YamlValue<unknown>,
  trust: Trust,
  consequence = 'this never counts',
): void {
  if ([...trust.values()].some((items) => items.has(canonicalName(name)))) return
  const message = `no trunk is trusted for ${name}, so ${consequence}; add it to the "trust" of the trunk that sets it`
  written.warning('flows.untrusted', message)
}

function readHeader(
  name: string,
  written: YamlValue<HeaderTestSource>,
  { trust }: Scope,
): readonly Condition[] {
  const test = headerTest(written.value)
  if (test === undefined) return []
  const problem = test.kind === 'matches' ? patternProblem(test.pattern) : undefined
  if (problem !== undefined && written.isMap()) written.at('matches').problem('flows.pattern', problem)
  // Only a trusted header satisfies a condition.
  else if (test.kind !== 'present') checkTrusted(name, written, trust)
  return [{ kind: 'header', name, test }]
}

/** Undefined where there is only an unknown key. */
function headerTest(written: HeaderTestSource): HeaderTest | undefined {
  if (typeof written === 'string' || Array.isArray(written)) return { kind: 'exact', oneOf: setOf(written) }
  const { matches, present, starts_with: prefixes } = written
  if (present !== undefined) return { kind: 'present', present }
  if (matches !== undefined) return { kind: 'matches', pattern: matches }
  return prefixes === undefined ? undefined : { kind: 'starts_with', prefixes: [prefixes].flat() }
}

function readReturning(written: YamlValue<ConditionSource['returning']>, { memory }: Scope): Condition {
  const { within = '', calls = 0 } = written.value ?? {}
  const withinMs = parseDuration(within) ?? 0
  if (memory !== undefined && withinMs > memory.forMs) {
    const message = `"memory" keeps calls for ${formatDuration(memory.forMs)} only, which is less than ${within}`
    written.at('within').problem('flows.invalid_value', message)
  }
  return { kind: 'returning', withinMs, calls }
}

/** What is wrong where `memory` does not keep a key. */
export function unknownKey(key: string, memory: MemoryPolicy | undefined): string | undefined {
  const keep = memory?.keep ?? new Set()
  return keep.has(key) ? undefined : `"keep" of "memory" does not name "${key}"${suggestion(key, keep)}`
}

function requireMemory(written: YamlValue<unknown>, { memory }: Scope): void {
  if (memory !== undefined) return
  const message = `"${written.path.at(-1)}" needs "memory" at the top of the file, as memory: { keep: [language], for: 90d }`
  written.problemAtKey('flows.missing_key', message)
}
