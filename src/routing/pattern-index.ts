import type { NumberPattern } from './condition.js'

/** Finds the first of many patterns that has a number, without trying them one by one. */
export class PatternIndex {
  readonly #exact = new Map<string, number>()
  readonly #prefixes = new Map<string, number>()
  readonly #prefixLengths = new Set<number>()
  /** Files can't be turned around without holding their numbers twice, so they are asked in turn. */
  readonly #withTables: (readonly [position: number, pattern: NumberPattern])[] = []

  constructor(patterns: readonly NumberPattern[]) {
    patterns.forEach((pattern, position) => {
      for (const _ of this.#add(pattern, position));
    })
  }

  /**
   * The same index, built a step at a time, so that whoever does it while calls are in hand can attend to them
   * in between.
   */
  static *inSteps(patterns: readonly NumberPattern[]): Generator<void, PatternIndex, undefined> {
    const index = new PatternIndex([])
    for (const [position, pattern] of patterns.entries()) yield* index.#add(pattern, position)
    return index
  }

  *#add(pattern: NumberPattern, position: number): Generator<void, void, undefined> {
    if (pattern.tables.length > 0) this.#withTables.push([position, pattern])
    for (const prefix of pattern.prefixes) {
      keepFirst(this.#prefixes, prefix, position)
      this.#prefixLengths.add(prefix.length)
      yield
    }
    for (const number of pattern.exact) {
      keepFirst(this.#exact, number, position)
      yield
    }
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
