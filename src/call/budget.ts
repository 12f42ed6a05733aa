/** One for all calls, which would otherwise make one each. */
const monotonic = () => performance.now()

/**
 * The time that one call may take in Doorman, in milliseconds. The dialplan takes the caller out after a
 * second or so (`TIME_LIMIT_S`); what Doorman does of itself must be over before that.
 */
export class Budget {
  readonly #started: number

  constructor(
    readonly totalMs: number,
    readonly now: () => number = monotonic,
  ) {
    this.#started = now()
  }

  /** Milliseconds since the call arrived. */
  get spentMs(): number {
    return this.now() - this.#started
  }

  /** A step's own limit, or what is left of the whole where that is less; at least 1. */
  atMost(ms: number): number {
    return Math.max(1, Math.min(ms, Math.floor(this.totalMs - this.spentMs)))
  }
}
