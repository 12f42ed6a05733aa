import type { Revision } from '../flows/revision.js'
import type { RevisionEntry } from './entry.js'

/** How many revisions before the one that decides stay in memory, for calls that come back. */
const KEPT_IN_MEMORY = 4

/** A revision with its place in the history, where it could be kept. */
export interface Shelved {
  readonly revision: Revision
  readonly entry: RevisionEntry | undefined
}

/** The revision that decides, and the last few before it. */
export class RevisionShelf {
  #current: Shelved
  #earlier: readonly Shelved[] = []

  constructor(first: Shelved) {
    this.#current = first
  }

  get current(): Shelved {
    return this.#current
  }

  /** From now on this revision decides the calls that arrive. */
  swap(next: Shelved): void {
    const others = [this.#current, ...this.#earlier].filter(
      ({ revision }) => revision.id !== next.revision.id,
    )
    this.#earlier = others.slice(0, KEPT_IN_MEMORY)
    this.#current = next
  }

  /** Puts back one that was found on disk: calls of it may come more often. */
  remember(revision: Revision): void {
    if (this.find(revision.id) !== undefined) return
    this.#earlier = [{ revision, entry: undefined }, ...this.#earlier].slice(0, KEPT_IN_MEMORY)
  }

  /** The revision with this id, if it is still in memory. */
  find(id: string): Revision | undefined {
    return [this.#current, ...this.#earlier].find(({ revision }) => revision.id === id)?.revision
  }
}
