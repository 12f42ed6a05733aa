/** So many failures in a row open a breaker. */
const MOST_FAILURES = 5
/** Milliseconds between two requests that find out whether the source answers again. */
const RETRY_MS = 5_000

/**
 * The circuit breaker of a source. Once it is open, no call waits any more: a request goes out now and then in the
 * background, and its success closes it. (The breakers of libraries let a call wait for that request.)
 */
export class Breaker {
  readonly #changed: (isOpen: boolean, reason: string) => void
  #failures = 0
  #triedAt = 0
  /** Of the last failure. */
  reason = ''

  constructor(changed: (isOpen: boolean, reason: string) => void) {
    this.#changed = changed
  }

  get isOpen(): boolean {
    return this.#failures >= MOST_FAILURES
  }

  /** Whether a request may go out; while it is open, one in five seconds. */
  admits(): boolean {
    const now = performance.now()
    if (this.isOpen && now - this.#triedAt < RETRY_MS) return false
    this.#triedAt = now
    return true
  }

  succeeded(): void {
    const wasOpen = this.isOpen
    this.#failures = 0
    if (wasOpen) this.#changed(false, '')
  }

  failed(reason: string): void {
    this.reason = reason
    this.#failures += 1
    if (this.#failures === MOST_FAILURES) this.#changed(true, reason)
  }
}
