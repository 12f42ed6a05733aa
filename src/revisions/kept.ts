import type { Revision } from '../flows/revision.js'
import type { RevisionShelf } from './shelf.js'

/** A call that comes back waits so long for its revision; Doorman has 1.7 seconds for all of it. */
const WAIT_MS = 400

/**
 * Finds a revision that decided calls before: in memory, or among those kept on disk, which are then compiled again
 * beside the calls. One that takes too long is not there for this call, and is there for the next.
 */
export class KeptRevisions {
  readonly #shelf: RevisionShelf
  readonly #load: (id: string) => Promise<Revision | undefined>
  readonly #loading = new Map<string, Promise<Revision | undefined>>()

  constructor(shelf: RevisionShelf, load: (id: string) => Promise<Revision | undefined>) {
    this.#shelf = shelf
    this.#load = load
  }

  /** Never rejects. */
  async find(id: string): Promise<Revision | undefined> {
    const inMemory = this.#shelf.find(id)
    if (inMemory !== undefined) return inMemory
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), WAIT_MS)
    })
    const found = await Promise.race([this.#fromDisk(id), tooLate])
    clearTimeout(timer)
    return found
  }

  #fromDisk(id: string): Promise<Revision | undefined> {
    const underWay = this.#loading.get(id)
    if (underWay !== undefined) return underWay
    const load = this.#load(id)
      .catch(() => undefined)
      .then((revision) => {
        this.#loading.delete(id)
        if (revision !== undefined) this.#shelf.remember(revision)
        return revision
      })
    this.#loading.set(id, load)
    return load
  }
}
