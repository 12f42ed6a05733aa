const MOST_STRIKES = 3
const OPEN_MS = 10_000
/** Functions that failed and were never run again would pile up over many revisions. */
const MOST_REMEMBERED = 100

/**
 * Keeps a broken function from using every core under load: after three strikes in a row it is not run for ten
 * seconds, then tried again; the next strike opens the breaker again, a success closes it. Keys are hashes of
 * code, so a repaired file is tried at once.
 */
export class CircuitBreaker {
  readonly #now: () => number
  readonly #entries = new Map<string, { strikes: number; until: number }>()

  /** @param now milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now
  }

  /** When the function is tried again, in milliseconds since 1970; undefined where it may run. */
  openUntil(key: string): number | undefined {
    const until = this.#entries.get(key)?.until ?? 0
    return until > this.#now() ? until : undefined
  }

  strike(key: string): void {
    const strikes = (this.#entries.get(key)?.strikes ?? 0) + 1
    const until = strikes >= MOST_STRIKES ? this.#now() + OPEN_MS : 0
    this.#entries.delete(key)
    this.#entries.set(key, { strikes, until })
    const oldest = this.#entries.keys().next().value
    if (this.#entries.size > MOST_REMEMBERED && oldest !== undefined) this.#entries.delete(oldest)
  }

  close(key: string): void {
    this.#entries.delete(key)
  }
}
