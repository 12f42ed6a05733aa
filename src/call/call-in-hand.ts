import type { Arrival, Departure } from '../asterisk/pbx.js'
import type { Revision } from '../flows/revision.js'
import type { Stages } from '../history/decision-record.js'
import { Budget } from './budget.js'

/** The dialplan takes a caller out after 1,100 ms; what Doorman does of itself must be over before. */
const TOTAL_MS = 980

/** One call while Doorman has it: what is known of it so far, how long each step took, and when it left. */
export class CallInHand {
  readonly budget = new Budget(TOTAL_MS)
  readonly faults: string[] = []
  /** Milliseconds of each step so far; undefined for one that was not reached. */
  readonly ms: Record<keyof Stages, number | undefined> = {
    read: undefined,
    decide: undefined,
    write: undefined,
    continue: undefined,
    leave: undefined,
  }
  /** Who waits for the channel to leave, and for the call to be let go. Most calls need neither. */
  #depart: ((departure: Departure) => void) | undefined
  #let: (() => void) | undefined
  departure: Departure | undefined
  /** True once nobody has time for it any more: it goes to the fallback as soon as it can. */
  isLetGo = false

  constructor(
    readonly arrival: Arrival,
    /** The revision that the call began with, and on which it ends: that of its first visit. */
    public revision: Revision,
    readonly at: Date,
  ) {}

  /** Asterisk says that the channel left our application. */
  left(departure: Departure): void {
    this.departure = departure
    this.#depart?.(departure)
  }

  letGo(): void {
    this.isLetGo = true
    this.#let?.()
  }

  /** The work's result, or undefined as soon as the call is let go. */
  async unlessLetGo<T>(work: Promise<T>): Promise<T | undefined> {
    if (this.isLetGo) return undefined
    const letGo = new Promise<undefined>((resolve) => {
      this.#let = () => resolve(undefined)
    })
    return Promise.race([work, letGo])
  }

  /** Resolves when the channel leaves, which it has not yet, or with undefined after the given time. */
  leaves(withinMs: number): Promise<Departure | undefined> {
    return new Promise((resolve) => {
      const tooLate = setTimeout(() => resolve(undefined), withinMs)
      this.#depart = (departure) => {
        clearTimeout(tooLate)
        resolve(departure)
      }
    })
  }

  /** Does one step and notes how long it took, also when it fails. */
  async stage<T>(stage: keyof Stages, work: () => Promise<T>): Promise<T> {
    const start = performance.now()
    try {
      return await work()
    } finally {
      this.ms[stage] = msSince(start)
    }
  }

  /** Notes what went wrong, for the record. */
  fault(error: unknown): void {
    this.faults.push(error instanceof Error ? error.message : String(error))
  }
}

/** Hundredths of a millisecond are enough; by `performance.now()`. */
export function msSince(start: number): number {
  return Math.round((performance.now() - start) * 100) / 100
}
