import type { Compiled } from '../flows/compile.js'
import type { Revision } from '../flows/revision.js'
import { within } from '../lib/timeout.js'
import type { NewRevision, RevisionEntry } from '../store/database.js'
import type { Store } from '../store/store.js'

/** A revision, with its entry in the database where it could be stored. */
export interface ActiveRevision {
  readonly revision: Revision
  readonly entry: RevisionEntry | undefined
}

/** How long a start or a reload waits for the database. A disk that hangs must not stop it. */
export const STORE_MS = 5_000

/** Stores a revision that is about to decide; where that fails, the store reports it, and the revision decides too. */
export async function storeRevision(
  store: Pick<Store, 'addRevision'>,
  { revision, files }: Compiled & { ok: true },
  how: Pick<NewRevision, 'way' | 'by' | 'rollbackOf' | 'insteadOf'>,
): Promise<ActiveRevision> {
  const { id, hash } = revision
  const adding = store.addRevision({ id, hash, at: new Date().toISOString(), ...how }, files)
  return { revision, entry: await within(STORE_MS, 'the database', adding).catch(() => undefined) }
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
