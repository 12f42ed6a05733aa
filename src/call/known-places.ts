import type { Place } from '../asterisk/pbx.js'

/** So long a place counts as there once the dialplan has said so. The hand-over looks at it for every call. */
const KNOWN_MS = 10_000
/** And so long while the dialplan is being asked again, so that no call has to wait for that. */
const KNOWN_STILL_MS = 60_000

/** A flow that keeps the number that was dialled has a place for each, and callers may dial what they like. */
const MOST_KNOWN = 1_000

/** The places of flows that were seen in the dialplan of late, so that not every call has to ask. */
export class KnownPlaces {
  readonly #seen = new Map<string, number>()
  readonly #asking = new Map<string, Promise<boolean>>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /**
   * Asks, unless the place was there a moment ago, or another call is asking: many calls at once would otherwise ask
   * as many times. A place that is missing is asked for again by the next call.
   */
  async has(place: Place, ask: (place: Place) => Promise<boolean>): Promise<boolean> {
    return this.knows(place, ask) || this.#asked(keyOf(place), place, ask)
  }

  /** Whether the place was there a moment ago. It is asked for again in time, so that no call has to wait for that. */
  knows(place: Place, ask: (place: Place) => Promise<boolean>): boolean {
    const key = keyOf(place)
    const age = this.#now() - (this.#seen.get(key) ?? Number.NEGATIVE_INFINITY)
    if (age >= KNOWN_STILL_MS) return false
    if (age >= KNOWN_MS) this.#asked(key, place, ask).catch(() => undefined)
    return true
  }

  #asked(key: string, place: Place, ask: (place: Place) => Promise<boolean>): Promise<boolean> {
    return this.#asking.get(key) ?? this.#ask(key, place, ask)
  }

  #ask(key: string, place: Place, ask: (place: Place) => Promise<boolean>): Promise<boolean> {
    const answer = ask(place).then((isThere) => {
      this.#seen.delete(key)
      if (isThere) this.#remember(key)
      return isThere
    })
    this.#asking.set(key, answer)
    const over = () => void this.#asking.delete(key)
    answer.then(over, over)
    return answer
  }

  /** The one that was asked for longest ago makes room. */
  #remember(key: string): void {
    const [oldest] = this.#seen.keys()
    if (oldest !== undefined && this.#seen.size >= MOST_KNOWN) this.#seen.delete(oldest)
    this.#seen.set(key, this.#now())
  }
}

function keyOf({ context, extension, priority }: Place): string {
  return `${context},${extension},${priority}`
}
