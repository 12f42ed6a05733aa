import type { Problem } from '../problem.js'

/** Where something stands in `routing.yaml`: the keys and list positions that lead to it. */
export type YamlPath = readonly (string | number)[]

/** A place in a file; lines and columns count from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** Finds places in `routing.yaml`. Where a path ends in nothing, its nearest parent is the place. */
export interface Places {
  ofValue(path: YamlPath): Place
  ofKey(path: YamlPath): Place
}

/** What was found wrong so far: everything is looked at before anything is refused. */
export class Findings {
  readonly #places: Places
  readonly #file: string
  readonly #problems: Problem[] = []
  readonly #warnings: Problem[] = []

  constructor(file: string, places: Places) {
    this.#file = file
    this.#places = places
  }

  problem(path: YamlPath, message: string): void {
    this.#problems.push({ file: this.#file, ...this.#places.ofValue(path), message })
  }

  problemAtKey(path: YamlPath, message: string): void {
    this.#problems.push({ file: this.#file, ...this.#places.ofKey(path), message })
  }

  warning(path: YamlPath, message: string): void {
    this.#warnings.push({ file: this.#file, ...this.#places.ofValue(path), message })
  }

  /** Problems that another part found in a file of its own. */
  add(problems: Iterable<Problem>): void {
    this.#problems.push(...problems)
  }

  /** Warnings that another part found. */
  addWarnings(warnings: Iterable<Problem>): void {
    this.#warnings.push(...warnings)
  }

  get problems(): readonly Problem[] {
    return inOrder(this.#problems)
  }

  get warnings(): readonly Problem[] {
    return inOrder(this.#warnings)
  }
}

/** By file, line, column and message, each once. */
function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const byLine = new Map(problems.map((problem) => [JSON.stringify(Object.values(problem)), problem]))
  return Object.freeze([...byLine.values()].sort(compare).map((problem) => Object.freeze(problem)))
}

function compare(a: Problem, b: Problem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  if (a.line !== b.line) return a.line - b.line
  if (a.column !== b.column) return a.column - b.column
  if (a.message === b.message) return 0
  return a.message < b.message ? -1 : 1
}
