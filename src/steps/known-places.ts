import type { Place } from '../asterisk/pbx.js'

/** So long a place counts as there once the dialplan has said so. The hand-over looks at it for every call. */
const KNOWN_MS = 10_000

/** The places of flows that were seen in the dialplan of late, so that not every call has to ask. */
export class KnownPlaces {
  readonly #seen = new Map<string, number>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Asks, unless the place was there a moment ago. A place that is missing is asked for each time. */
  async has(place: Place, ask: (place: Place) => Promise<boolean>): Promise<boolean> {
    const key = `${place.context},${place.extension},${place.priority}`
    if (this.#now() < (this.#seen.get(key) ?? 0)) return true
    const isThere = await ask(place)
    if (isThere) this.#seen.set(key, this.#now() + KNOWN_MS)
    else this.#seen.delete(key)
    return isThere
  }
}
