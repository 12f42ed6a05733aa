import { landingText, type OfferedCall } from '../calls.js'
import { spreadOf } from '../percentile.js'
import type { RunOrder, RunReport } from './run.js'

/**
 * A timer wakes this late at most on a machine that is not overloaded. A call that was sent later than that counts
 * from when it was due: a caller that stumbles must not hide what the calls would have waited (coordinated omission).
 */
const TIMER_MS = 2

const SAMPLES = 5

/** Keeps the accounts of one run. */
export class Ledger {
  readonly #order: RunOrder
  readonly #latency: number[] = []
  readonly #lateness: number[] = []
  readonly #samples: string[] = []
  #offered = 0
  #right = 0
  #wrong = 0
  #lost = 0
  #repeated = 0
  #slow = 0

  constructor(order: RunOrder) {
    this.#order = order
  }

  /** A call was sent; returns the moment its waiting counts from. */
  sent(due_ms: number, now_ms: number): number {
    this.#offered += 1
    const late = now_ms - due_ms
    this.#lateness.push(late)
    return late > TIMER_MS ? due_ms : now_ms
  }

  sentAgain(): void {
    this.#repeated += 1
  }

  answered(call: OfferedCall, landing: string, waited_ms: number): void {
    this.#latency.push(waited_ms)
    if (waited_ms > (this.#order.giveUp?.slow_ms ?? Number.POSITIVE_INFINITY)) this.#slow += 1
    const wanted = landingText(call.landing)
    if (landing === wanted) this.#right += 1
    else this.failed(`landed at "${landing}" and not at "${wanted}"`)
  }

  failed(why: string): void {
    this.#wrong += 1
    if (this.#samples.length < SAMPLES) this.#samples.push(why)
  }

  /** Calls that had no final answer when the run was over. */
  lost(calls: number): void {
    this.#lost += calls
  }

  /** Whether the run cannot come out well any more. */
  get isHopeless(): boolean {
    const { giveUp, perSecond, seconds } = this.#order
    if (giveUp === undefined) return false
    return this.#wrong + this.#slow > giveUp.share * perSecond * seconds
  }

  report(isGivenUp: boolean, cpu_ms: number): RunReport {
    return {
      offered: this.#offered,
      right: this.#right,
      wrong: this.#wrong,
      wrongSamples: this.#samples,
      lost: this.#lost,
      repeated: this.#repeated,
      latency_ms: spreadOf(this.#latency),
      lateness_ms: spreadOf(this.#lateness),
      isGivenUp,
      cpu_ms,
    }
  }
}
