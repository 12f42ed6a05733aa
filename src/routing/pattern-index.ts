import type { NumberPattern } from './condition.js'

/** Finds the first of many patterns that has a number, without trying them one by one. */
export class PatternIndex {
  readonly #exact = new Map<string, number>()
  readonly #prefixes = new Map<string, number>()
  readonly #prefixLengths: readonly number[]
  /** Files can't be turned around without holding their numbers twice, so they are asked in turn. */
  readonly #withTables: readonly (readonly [position: number, pattern: NumberPattern])[]

  constructor(patterns: readonly NumberPattern[]) {
    patterns.forEach((pattern, position) => {
      for (const number of pattern.exact) keepFirst(this.#exact, number, position)
      for (const prefix of pattern.prefixes) keepFirst(this.#prefixes, prefix, position)
    })
    this.#prefixLengths = [...new Set([...this.#prefixes.keys()].map(({ length }) => length))]
    this.#withTables = [...patterns.entries()].filter(([, { tables }]) => tables.length > 0)
  }

  /** The lowest position of a pattern that has the number. */
  first(number: string): number | undefined {
    let first = this.#exact.get(number) ?? Number.POSITIVE_INFINITY
    for (const length of this.#prefixLengths) {
      if (number.length < length) continue
      first = Math.min(first, this.#prefixes.get(number.slice(0, length)) ?? first)
    }
    const inFile = this.#withTables.find(
      ([at, { tables }]) => at < first && tables.some((table) => table.has(number)),
    )
    first = Math.min(first, inFile?.[0] ?? first)
    return first === Number.POSITIVE_INFINITY ? undefined : first
  }
}

function keepFirst(map: Map<string, number>, key: string, position: number): void {
  if (!map.has(key)) map.set(key, position)
}
