import { matchesNumber } from '../../routing/condition.js'
import type { NumberPattern } from '../../routing/types.js'

/** Whether every number of `a` is one of `b`, as far as that can be told without looking through files. */
export function numbersWithin(a: NumberPattern, b: NumberPattern): boolean {
  return (
    !isEmpty(a) &&
    [...a.exact].every((number) => matchesNumber(b, number)) &&
    a.prefixes.every((prefix) => b.prefixes.some((wider) => prefix.startsWith(wider))) &&
    a.tables.every((table) => b.tables.includes(table))
  )
}

/** Whether no number is one of both; false where only looking through files could tell. */
export function numbersDisjoint(a: NumberPattern, b: NumberPattern): boolean {
  return !mayMeetInFile(a, b) && !mayMeetInFile(b, a) && !meet(a, b) && !meet(b, a)
}

function mayMeetInFile(a: NumberPattern, b: NumberPattern): boolean {
  return a.tables.length > 0 && (b.tables.length > 0 || b.prefixes.length > 0)
}

function meet(a: NumberPattern, b: NumberPattern): boolean {
  if ([...a.exact].some((number) => matchesNumber(b, number))) return true
  return a.prefixes.some((prefix) => b.prefixes.some((wider) => prefix.startsWith(wider)))
}

function isEmpty({ exact, prefixes, tables }: NumberPattern): boolean {
  return exact.size === 0 && prefixes.length === 0 && tables.length === 0
}

/** Whether a pattern is a list of whole numbers and nothing else. */
export function isExact({ exact, prefixes, tables }: NumberPattern): boolean {
  return exact.size > 0 && prefixes.length === 0 && tables.length === 0
}
