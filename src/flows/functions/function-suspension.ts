const STRIKES = 3
const SUSPENDED_MS = 10_000
/** Files that failed and were never run again would pile up over many revisions. */
const MOST_REMEMBERED = 100

/**
 * Keeps a broken function from burning every core under load: after three runs in a row that had to be killed
 * it is left alone for ten seconds, then tried again; the next one that fails suspends it again, one that ends
 * by itself clears it. Functions go by the hash of their code, so a repaired file is tried at once.
 */
export class FunctionSuspension {
  readonly #now: () => number
  readonly #files = new Map<string, { strikes: number; until: number }>()

  /** @param now milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now
  }

  /** When the function is tried again, in milliseconds since 1970; undefined where it may run. */
  until(hash: string): number | undefined {
    const until = this.#files.get(hash)?.until ?? 0
    return until > this.#now() ? until : undefined
  }

  strike(hash: string): void {
    const strikes = (this.#files.get(hash)?.strikes ?? 0) + 1
    const until = strikes >= STRIKES ? this.#now() + SUSPENDED_MS : 0
    this.#files.delete(hash)
    this.#files.set(hash, { strikes, until })
    const oldest = this.#files.keys().next().value
    if (this.#files.size > MOST_REMEMBERED && oldest !== undefined) this.#files.delete(oldest)
  }

  clear(hash: string): void {
    this.#files.delete(hash)
  }
}
