/** Longer keys are not worth their place: one caller could fill it with a few. */
const LONGEST_KEY = 2_000

/**
 * What was worked out of a text, kept for when it comes again. Starts anew when it is full, so that what callers sent is
 * neither collected nor kept for ever.
 */
export class Memory<T> {
  readonly #most: number
  readonly #kept = new Map<string, T>()

  constructor(most: number) {
    this.#most = most
  }

  get(key: string): T | undefined {
    return this.#kept.get(key)
  }

  /** Returns the value. */
  keep(key: string, value: T): T {
    if (key.length > LONGEST_KEY) return value
    if (this.#kept.size >= this.#most) this.#kept.clear()
    this.#kept.set(key, value)
    return value
  }
}
