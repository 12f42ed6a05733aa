import type { SipAnswer, SipCallResult } from '../../../src/testcall/user-agent.js'
import { landingText, type OfferedCall } from '../calls.js'
import { spreadOf } from '../percentile.js'
import type { RunOrder, RunReport } from './run.js'

/**
 * A timer wakes this late at most on a machine that is not overloaded. A call that was sent later counts from when it
 * was due: a caller that is late must not hide what the calls would have waited (coordinated omission).
 */
const TIMER_MS = 2
const SAMPLES = 5

export interface CallEntry {
  answered(answer: Pick<SipAnswer, 'status' | 'at' | 'message'>): void
  ended(repeated: number, hungUpBy: SipCallResult['hungUpBy']): void
}

/** The calls of one run, counted. */
export class CallList {
  readonly #order: RunOrder
  readonly #latency: number[] = []
  readonly #lateness: number[] = []
  readonly #samples: string[] = []
  #right = 0
  #wrong = 0
  #repeated = 0
  #slow = 0
  #answered = 0

  constructor(order: RunOrder) {
    this.#order = order
  }

  sent(call: OfferedCall, due_ms: number, now_ms: number): CallEntry {
    const late = now_ms - due_ms
    this.#lateness.push(late)
    const since_ms = late > TIMER_MS ? due_ms : now_ms
    return {
      answered: ({ status, at, message }) => {
        this.#answered += 1
        if (status >= 300) this.#failed(`was refused with ${status}`)
        else this.#landed(call, landingIn(message.header('p-asserted-identity')), at - since_ms)
      },
      ended: (repeated, hungUpBy) => {
        this.#repeated += repeated
        if (hungUpBy !== 'pbx') return
        this.#right -= 1
        this.#failed('was hung up by the PBX')
      },
    }
  }

  #landed(call: OfferedCall, landing: string, waited_ms: number): void {
    this.#latency.push(waited_ms)
    if (waited_ms > (this.#order.giveUp?.slow_ms ?? Number.POSITIVE_INFINITY)) this.#slow += 1
    const wanted = landingText(call.landing)
    if (landing === wanted) this.#right += 1
    else this.#failed(`landed at "${landing}" and not at "${wanted}"`)
  }

  #failed(why: string): void {
    this.#wrong += 1
    if (this.#samples.length < SAMPLES) this.#samples.push(why)
  }

  /** Whether the run cannot come out well any more. */
  get isHopeless(): boolean {
    const { giveUp, perSecond, seconds } = this.#order
    if (giveUp === undefined) return false
    return this.#wrong + this.#slow > giveUp.share * perSecond * seconds
  }

  report(isGivenUp: boolean, cpu_ms: number): RunReport {
    const offered = this.#lateness.length
    return {
      ...{ offered, right: this.#right, wrong: this.#wrong, lost: offered - this.#answered },
      ...{ wrongSamples: this.#samples, repeated: this.#repeated, isGivenUp, cpu_ms },
      latency_ms: spreadOf(this.#latency),
      lateness_ms: spreadOf(this.#lateness),
    }
  }
}

/** The flow's context makes it the name of the connected line, which the PBX writes into the 200. */
function landingIn(identity: string): string {
  return /^"([^"]*)"/.exec(identity)?.[1] ?? ''
}
