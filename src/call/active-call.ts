import { parseArguments, type StasisArguments } from '../asterisk/dialplan/arguments.js'
import type { Arrival, Departure } from '../asterisk/pbx.js'
import type { Revision } from '../flows/revision.js'
import type { StageTimes } from '../observability/metrics.js'

/** What Doorman does of itself for a call must be over before the dialplan's time limit of 0.97 s. */
const TOTAL_MS = 850

/** One call from its arrival to its departure. */
export class ActiveCall {
  /** What the entry context passed. */
  readonly args: StasisArguments
  /** What went wrong on the way, in sentences. */
  readonly faults: string[] = []
  /** Milliseconds of each stage so far, and in the end of all. */
  readonly ms: { -readonly [stage in keyof StageTimes]: number } = {}
  departure: Departure | undefined
  readonly #start = performance.now()
  readonly #aborted = Promise.withResolvers<undefined>()
  readonly #departed = Promise.withResolvers<void>()

  /**
   * @param revision what decides it: that of its first visit, where it has been here before
   * @param at the time of its arrival
   */
  constructor(
    readonly arrival: Arrival,
    public revision: Revision,
    readonly at: Date,
  ) {
    this.args = parseArguments(arrival.args)
  }

  get id(): string {
    return this.arrival.channelId
  }

  /** Doorman has no time left for it: it goes to the fallback. */
  abort(): void {
    this.#aborted.resolve(undefined)
  }

  /** The work's result, or undefined as soon as the call is aborted. */
  unlessAborted<T>(work: Promise<T>): Promise<T | undefined> {
    return Promise.race([work, this.#aborted.promise])
  }

  /** A stage's own limit in milliseconds, or what the call has left where that is less; at least 1. */
  atMost(ms: number): number {
    return Math.max(1, Math.min(ms, Math.floor(this.leftMs)))
  }

  get leftMs(): number {
    return TOTAL_MS - (performance.now() - this.#start)
  }

  /** Asterisk says that the channel has left our application. */
  depart(departure: Departure): void {
    this.departure = departure
    this.#departed.resolve()
  }

  /** Resolves when the channel departs, or after the time. */
  async departs(withinMs: number): Promise<void> {
    if (this.departure !== undefined) return
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      // Where the process stood still, timers run before the events that came meanwhile are read.
      timer = setTimeout(() => setImmediate(resolve), withinMs)
    })
    await Promise.race([this.#departed.promise, late])
    clearTimeout(timer)
  }

  /** Does the work of a stage and keeps how long it took, also when it fails. */
  async stage<T>(stage: Exclude<keyof StageTimes, 'total'>, work: () => T | Promise<T>): Promise<T> {
    const start = performance.now()
    try {
      return await work()
    } finally {
      this.ms[stage] = msSince(start)
    }
  }

  /** It has left, or is given up. */
  finish(): void {
    this.ms.total = msSince(this.#start)
  }

  fault(error: unknown): void {
    const fault = error instanceof Error ? error.message : String(error)
    if (!this.faults.includes(fault)) this.faults.push(fault)
  }
}

function msSince(start: number): number {
  return Math.round((performance.now() - start) * 100) / 100
}
