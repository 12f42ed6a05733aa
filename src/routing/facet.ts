import { canonicalName } from '../sip/headers.js'
import type { Condition, NumberPattern } from './condition.js'
import type { Known } from './known.js'

/**
 * One side of a call that rules can be filed by, with all the values it can have: `callee` by whole number,
 * `callee` by its first five characters, the header `x-account` …
 */
export interface Facet {
  readonly kind: 'callee' | 'caller' | 'branch' | 'header' | 'trunk' | 'vip'
  /** How many characters of the number; undefined for the whole. */
  readonly prefixLength?: number
  /** The header, in lower case. */
  readonly header?: string
}

/** A place in the index: a facet and the value that a call must have there. */
export interface Key {
  readonly facet: Facet
  readonly value: string
}

/**
 * The keys of a condition: a call that satisfies it has at least one of them. Undefined where no such keys
 * can be given.
 */
export function keysOf(condition: Condition): readonly Key[] | undefined {
  switch (condition.kind) {
    case 'callee':
    case 'caller':
      return numberKeys(condition.kind, condition.numbers)
    case 'branch':
    case 'trunk':
      return keys({ kind: condition.kind }, condition.oneOf)
    case 'vip':
      return keys({ kind: 'vip' }, [String(condition.is)])
    case 'header':
      if (condition.test.kind !== 'exact') return undefined
      return keys({ kind: 'header', header: canonicalName(condition.name) }, condition.test.oneOf)
    default:
      return undefined
  }
}

/** The conditions that a rule can't match without: itself, or all parts of an `all`. */
export function necessary(condition: Condition): readonly Condition[] {
  return condition.kind === 'all' ? condition.of.flatMap(necessary) : [condition]
}

/** What a call has on a facet. Hearsay is no value: it satisfies no condition, so no rule is lost by it. */
export function valuesOn(facet: Facet, known: Known): readonly string[] {
  switch (facet.kind) {
    case 'callee':
      return ofNumber(known.callee.number, facet.prefixLength)
    case 'caller':
      return known.caller.trusted ? ofNumber(known.caller.number, facet.prefixLength) : []
    case 'branch':
      return known.branch === undefined ? [] : [known.branch.name]
    case 'trunk':
      return known.facts.trunk === undefined ? [] : [known.facts.trunk]
    case 'vip':
      return [String(known.vip.vip)]
    case 'header': {
      const values = known.facts.headers.getAll(facet.header ?? '')
      return values.length > 0 && known.believes(facet.header ?? '') ? values : []
    }
  }
}

/** A name for a facet under which equal facets meet. */
export function facetName({ kind, prefixLength, header }: Facet): string {
  return `${kind} ${prefixLength ?? ''} ${header ?? ''}`
}

function keys(facet: Facet, values: Iterable<string>): Key[] {
  return [...values].map((value) => ({ facet, value }))
}

/** A file has too many numbers to file a rule under each of them. */
function numberKeys(kind: 'callee' | 'caller', numbers: NumberPattern): Key[] | undefined {
  if (numbers.tables.length > 0) return undefined
  const prefixes = numbers.prefixes.map((value) => ({ facet: { kind, prefixLength: value.length }, value }))
  return [...keys({ kind }, numbers.exact), ...prefixes]
}

function ofNumber(number: string, length: number | undefined): readonly string[] {
  if (length === undefined) return [number]
  return number.length < length ? [] : [number.slice(0, length)]
}
