import type { Revision } from '../flows/revision.js'
import { within } from '../lib/timeout.js'
import type { RevisionEntry } from '../store/database.js'

/** A revision, with its entry in the database where it could be stored. */
export interface ActiveRevision {
  readonly revision: Revision
  readonly entry: RevisionEntry | undefined
}

/** How many revisions before the current one stay in memory, for calls that come back. */
const RECENT = 4

/** How long a call that comes back waits for its revision; all of Doorman's work on a call has a second. */
const FIND_MS = 400

/** The revision that decides calls now, and earlier ones for calls that were decided by them before. */
export class ActiveRevisions {
  readonly #load: (id: string) => Promise<Revision | undefined>
  /** Calls that wait for the same revision share one load. */
  readonly #loading = new Map<string, Promise<Revision | undefined>>()
  #current: ActiveRevision
  #recent: readonly Revision[] = []

  /** @param load loads a stored revision by its id; undefined where it is not stored. */
  constructor(first: ActiveRevision, load: (id: string) => Promise<Revision | undefined>) {
    this.#current = first
    this.#load = load
  }

  get current(): ActiveRevision {
    return this.#current
  }

  /** From now on this revision decides the calls that arrive. */
  swap(next: ActiveRevision): void {
    this.#remember(this.#current.revision)
    this.#current = next
  }

  /**
   * The revision with this id, from memory or from the database. One that takes longer than 400 ms to load is
   * undefined for this call, and found by the next. Never rejects.
   */
  async find(id: string): Promise<Revision | undefined> {
    const found = [this.#current.revision, ...this.#recent].find((revision) => revision.id === id)
    if (found !== undefined) return found
    const loading = this.#loading.get(id) ?? this.#loadAndRemember(id)
    this.#loading.set(id, loading)
    return within(FIND_MS, `revision ${id}`, loading).catch(() => undefined)
  }

  async #loadAndRemember(id: string): Promise<Revision | undefined> {
    try {
      const revision = await this.#load(id)
      if (revision !== undefined) this.#remember(revision)
      return revision
    } finally {
      this.#loading.delete(id)
    }
  }

  #remember(revision: Revision): void {
    const others = this.#recent.filter(({ id }) => id !== revision.id)
    this.#recent = [revision, ...others].slice(0, RECENT)
  }
}
