import type { Problem, ProblemCode } from './problem.js'

/** The keys and list indexes that lead to a value of a YAML document. */
export type YamlPath = readonly (string | number)[]

/** A position in a file; line and column count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Positions in a YAML document. Where a path ends in nothing, its nearest parent is the position. */
export interface Positions {
  ofValue(path: YamlPath): Position
  ofKey(path: YamlPath): Position
}

/** Collects problems and warnings: everything is checked before anything is refused. */
export class Diagnostics {
  readonly #problems: Problem[] = []
  readonly #warnings: Problem[] = []

  constructor(
    readonly file: string,
    readonly positions: Positions,
  ) {}

  problem(path: YamlPath, code: ProblemCode, message: string): void {
    this.#problems.push({ file: this.file, ...this.positions.ofValue(path), code, message })
  }

  problemAtKey(path: YamlPath, code: ProblemCode, message: string): void {
    this.#problems.push({ file: this.file, ...this.positions.ofKey(path), code, message })
  }

  warning(path: YamlPath, code: ProblemCode, message: string): void {
    this.#warnings.push({ file: this.file, ...this.positions.ofValue(path), code, message })
  }

  /** Adds problems of other files. */
  add(problems: Iterable<Problem>): void {
    this.#problems.push(...problems)
  }

  addWarnings(warnings: Iterable<Problem>): void {
    this.#warnings.push(...warnings)
  }

  get problems(): readonly Problem[] {
    return sorted(this.#problems)
  }

  get warnings(): readonly Problem[] {
    return sorted(this.#warnings)
  }
}

/** By file, line, column and message, each once. */
function sorted(problems: readonly Problem[]): readonly Problem[] {
  const unique = new Map(problems.map((problem) => [JSON.stringify(problem), Object.freeze(problem)]))
  return Object.freeze(
    [...unique.values()].sort(
      (a, b) =>
        compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.message, b.message),
    ),
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
