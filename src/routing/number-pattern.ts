import type { NumberPattern } from './condition.js'

/** Whether a number, as `readNumber` gives it, is one of those that a pattern means. */
export function matchesNumber(pattern: NumberPattern, number: string): boolean {
  return (
    pattern.exact.has(number) ||
    pattern.prefixes.some((prefix) => number.startsWith(prefix)) ||
    pattern.tables.some((table) => table.has(number))
  )
}
