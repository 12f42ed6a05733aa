import type { FunctionFailure } from '../flows/functions/function-result.js'
import type { CallRecord } from './recorded-calls.js'
import type { ReplayResult } from './replay.js'

/** Calls that would go from one flow to another, for one reason. */
export interface ReplayGroup {
  readonly from: string
  readonly to: string
  /** The candidate's rule that takes them there; `otherwise` where none does. */
  readonly rule: string
  readonly count: number
  /** The first five of them, by the unique id of their channel. */
  readonly examples: readonly string[]
}

const MOST_EXAMPLES = 5

/** Counts a replay. */
export class Tally {
  readonly #groups = new Map<string, { -readonly [K in keyof ReplayGroup]: ReplayGroup[K] }>()
  readonly #unseen: Set<string>
  #functionRuns = 0
  #undecided = 0
  #changed = 0
  calls = 0

  constructor(headersNeeded: readonly string[]) {
    this.#unseen = new Set(headersNeeded)
  }

  /** A call is about to be decided. */
  met({ headers }: CallRecord): void {
    this.calls++
    if (this.#unseen.size > 0) for (const [name] of headers) this.#unseen.delete(name)
  }

  /** A call was decided by the rules alone. */
  add(call: CallRecord, to: string, rule: string): void {
    if (to === call.flow) return
    this.#changed++
    const key = JSON.stringify([call.flow, to, rule])
    const group = this.#groups.get(key)
    if (group === undefined)
      this.#groups.set(key, { from: call.flow, to, rule, count: 1, examples: [call.call] })
    else {
      group.count++
      if (group.examples.length < MOST_EXAMPLES) group.examples = [...group.examples, call.call]
    }
  }

  /** A call was given to a function. That the threads were busy says nothing about the candidate. */
  addRun(call: CallRecord, to: string, rule: string, failure: FunctionFailure | undefined): void {
    this.#functionRuns++
    if (failure === 'busy') this.#undecided++
    else this.add(call, to, rule)
  }

  result(): ReplayResult {
    return {
      calls: this.calls,
      changed: this.#changed,
      groups: [...this.#groups.values()].sort((a, b) => b.count - a.count),
      functionRuns: this.#functionRuns,
      undecided: this.#undecided,
      unseenHeaders: this.calls === 0 ? [] : [...this.#unseen],
    }
  }
}
