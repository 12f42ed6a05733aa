import { setTimeout as sleep } from 'node:timers/promises'
import type { RapidCaller } from '../support/rapid-caller.js'
import type { Kind } from './flow-files.js'
import type { PlacedCall } from './tally.js'

/** Places calls at a steady rate, each kind in its turn, until it is stopped. */
export class Load {
  readonly #caller: RapidCaller
  readonly #calls: Promise<PlacedCall>[] = []
  readonly #stopped = new AbortController()
  #pace: Promise<void> = Promise.resolve()
  #perSecond: number
  kinds: readonly Kind[]

  constructor(caller: RapidCaller, kinds: readonly Kind[], perSecond: number) {
    this.#caller = caller
    this.kinds = kinds
    this.#perSecond = perSecond
  }

  get placed(): number {
    return this.#calls.length
  }

  start(): void {
    this.#pace = this.#keepPlacing()
  }

  /** Another rate from now on. */
  set perSecond(rate: number) {
    this.#perSecond = rate
  }

  get perSecond(): number {
    return this.#perSecond
  }

  /** So many calls at once, beside the others. */
  burst(calls: number): void {
    for (let at = 0; at < calls; at += 1) this.#place()
  }

  /** Resolves when so many calls were placed. */
  async reaches(calls: number): Promise<void> {
    while (this.placed < calls) await sleep(20)
  }

  /** No more calls; resolves when the last one is over. */
  async stop(): Promise<readonly PlacedCall[]> {
    this.#stopped.abort()
    await this.#pace
    return Promise.all(this.#calls)
  }

  #place(): void {
    const kind = this.kinds[this.#calls.length % this.kinds.length]
    if (kind === undefined) return
    this.#calls.push(this.#caller.call(kind.plan).then((report) => ({ kind, report })))
  }

  /** By a clock and not by pauses: a timer that is late makes no call less. */
  async #keepPlacing(): Promise<void> {
    let due = performance.now()
    while (!this.#stopped.signal.aborted) {
      while (due <= performance.now()) {
        this.#place()
        due += 1_000 / this.#perSecond
      }
      await sleep(Math.max(1, due - performance.now()))
    }
  }
}
