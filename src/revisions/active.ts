import type { Revision } from '../flows/revision.js'
import type { RevisionEntry } from '../store/database.js'

/** A revision, with its entry in the database where it could be stored. */
export interface ActiveRevision {
  readonly revision: Revision
  readonly entry: RevisionEntry | undefined
}

/** How many revisions before the current one stay in memory, for calls that come back. */
const RECENT = 4

/** How long a call that comes back waits for its revision; all of Doorman's work on a call has 1.7 s. */
const FIND_MS = 400

/** The revision that decides calls now, and earlier ones for calls that were decided by them before. */
export class ActiveRevisions {
  readonly #load: (id: string) => Promise<Revision | undefined>
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
    return found ?? within(FIND_MS, this.#loadOnce(id), undefined)
  }

  /** Calls that wait for the same revision share one load. */
  #loadOnce(id: string): Promise<Revision | undefined> {
    const underWay = this.#loading.get(id)
    if (underWay !== undefined) return underWay
    const loading = this.#load(id).then((revision) => {
      if (revision !== undefined) this.#remember(revision)
      return revision
    })
    this.#loading.set(id, loading)
    return loading.finally(() => this.#loading.delete(id))
  }

  #remember(revision: Revision): void {
    const others = this.#recent.filter(({ id }) => id !== revision.id)
    this.#recent = [revision, ...others].slice(0, RECENT)
  }
}

/** What `work` gives, or `otherwise` where it fails or takes longer. Never rejects. */
export async function within<T>(ms: number, work: Promise<T>, otherwise: NoInfer<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(resolve, ms, otherwise)
  })
  return Promise.race([work.catch(() => otherwise), late]).finally(() => clearTimeout(timer))
}
