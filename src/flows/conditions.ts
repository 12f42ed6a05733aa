import { suggestion } from '../lib/nearest.js'
import { patternProblem } from '../routing/pattern.js'
import type { Condition, HeaderTest, MemoryPolicy, Trust } from '../routing/types.js'
import { canonicalName } from '../sip/headers.js'
import type { Numbers } from './numbers.js'
import type { Diagnostics, YamlPath } from './problem.js'
import { readRemembered, readReturning } from './read-memory.js'
import type { Recordings } from './recordings.js'
import type { ConditionSource, HeaderTestSource } from './schema.js'
import { entriesOf, itemsOf, listed } from './shape.js'

/** What the parts of `routing.yaml` need to know of each other. */
export interface Surroundings {
  readonly diagnostics: Diagnostics
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
export function readCondition(
  source: ConditionSource,
  path: YamlPath,
  surroundings: Surroundings,
): Condition {
  const parts = Object.keys(source).flatMap((key) =>
    readKey(key as keyof ConditionSource, source, [...path, key], surroundings),
  )
  const [only] = parts
  return only !== undefined && parts.length === 1 ? only : { kind: 'all', of: parts }
}

function readKey(
  key: keyof ConditionSource,
  source: ConditionSource,
  at: YamlPath,
  surroundings: Surroundings,
): readonly Condition[] {
  // The shape refuses unknown keys, and takes out what is unsound.
  if (source[key] === undefined) return []
  switch (key) {
    case 'vip':
      return [{ kind: key, is: source[key] }]
    case 'branch':
    case 'trunk':
      for (const [name, nameAt] of listed(source[key], at))
        if (key === 'trunk') checkTrunk(name, nameAt, surroundings)
        else checkName(key, name, nameAt, surroundings)
      return [{ kind: key, oneOf: new Set([source[key]].flat()) }]
    case 'caller':
    case 'claimed_caller':
    case 'callee':
      return [{ kind: key, numbers: surroundings.numbers.pattern(source[key], at) }]
    case 'header':
      return entriesOf(source.header, at).flatMap((entry) => readHeader(...entry, surroundings))
    case 'attestation':
      return [{ kind: key, oneOf: new Set([source[key]].flat()) }]
    case 'lookup':
      return entriesOf(source.lookup, at).map((entry) => readLookupValue(...entry, surroundings))
    case 'open':
    case 'closed':
      checkName('hours', source[key], at, surroundings)
      return [{ kind: 'hours', name: source[key], open: key === 'open' }]
    case 'remembered':
      return readRemembered(source[key], at, surroundings)
    case 'returning':
      return readReturning(source[key], at, surroundings)
    case 'all':
    case 'any': {
      const of = itemsOf(source[key], at).map(([part, partAt]) => readCondition(part, partAt, surroundings))
      return [{ kind: key, of }]
    }
    case 'not':
      return [{ kind: key, of: readCondition(source[key], at, surroundings) }]
    default:
      return []
  }
}

export function checkName(
  what: 'flow' | 'branch' | 'hours',
  name: string,
  path: YamlPath,
  { diagnostics, flows, branches, hours }: Surroundings,
): void {
  const known = { flow: flows, branch: branches, hours }[what]
  if (known.has(name)) return
  const message = `there ${what === 'hours' ? 'are' : 'is'} no ${what} "${name}"${suggestion(name, known)}`
  diagnostics.problem(path, 'flows.unknown_name', message)
}

function readLookupValue(
  name: string,
  values: string | readonly string[],
  path: YamlPath,
  { lookups, diagnostics }: Surroundings,
): Condition {
  const [lookup = '', field = ''] = name.split('.')
  const message = unknownLookup(lookup, [field], lookups)
  if (message !== undefined) diagnostics.problemAtKey(path, 'flows.unknown_name', message)
  return { kind: 'lookup', lookup, field, oneOf: new Set([values].flat()) }
}

/** What is wrong where there is no such lookup, or it does not take one of the fields. */
export function unknownLookup(
  lookup: string,
  fields: readonly string[],
  lookups: Surroundings['lookups'],
): string | undefined {
  const known = lookups.get(lookup)
  if (known === undefined) return `there is no lookup "${lookup}"${suggestion(lookup, lookups.keys())}`
  const field = fields.find((one) => !known.has(one))
  return field === undefined
    ? undefined
    : `the lookup "${lookup}" takes no "${field}"${suggestion(field, known.keys())}`
}

export function checkTrunk(name: string, path: YamlPath, { trust, diagnostics }: Surroundings): void {
  if (trust.has(name)) return
  const message = `the trunk "${name}" is not listed under "trunks", so it is trusted for nothing${suggestion(name, trust.keys())}`
  diagnostics.warning(path, 'flows.unknown_name', message)
}

/** Warns of a header for which no trunk is trusted. */
export function checkTrusted(
  name: string,
  path: YamlPath,
  { trust, diagnostics }: Pick<Surroundings, 'trust' | 'diagnostics'>,
  consequence = 'this never counts',
): void {
  if ([...trust.values()].some((items) => items.has(canonicalName(name)))) return
  const message = `no trunk is trusted for ${name}, so ${consequence}; add it to the "trust" of the trunk that sets it`
  diagnostics.warning(path, 'flows.untrusted', message)
}

function readHeader(
  name: string,
  written: HeaderTestSource,
  path: YamlPath,
  surroundings: Surroundings,
): readonly Condition[] {
  const test = headerTest(written)
  if (test === undefined) return []
  const problem = test.kind === 'matches' ? patternProblem(test.pattern) : undefined
  if (problem !== undefined) surroundings.diagnostics.problem([...path, 'matches'], 'flows.pattern', problem)
  // Only a trusted header satisfies a condition.
  else if (test.kind !== 'present') checkTrusted(name, path, surroundings)
  return [{ kind: 'header', name, test }]
}

/** Undefined where there is only an unknown key. */
function headerTest(written: HeaderTestSource): HeaderTest | undefined {
  if (typeof written === 'string' || Array.isArray(written))
    return { kind: 'exact', oneOf: new Set([written].flat()) }
  const { matches, present, starts_with: prefixes } = written
  if (present !== undefined) return { kind: 'present', present }
  if (matches !== undefined) return { kind: 'matches', pattern: matches }
  return prefixes === undefined ? undefined : { kind: 'starts_with', prefixes: [prefixes].flat() }
}
