import { setTimeout as sleep } from 'node:timers/promises'
import type { RapidCaller } from './caller.js'
import type { PlacedCall } from './counts.js'
import type { Kind } from './flow-files.js'

/** Places calls at a steady rate, each kind in its turn, until it is stopped. */
export class Load {
  readonly #caller: RapidCaller
  readonly #calls: Promise<PlacedCall>[] = []
  readonly #stopped = new AbortController()
  #pace: Promise<void> = Promise.resolve()

  constructor(
    caller: RapidCaller,
    public kinds: readonly Kind[],
    public perSecond: number,
  ) {
    this.#caller = caller
  }

  start(): void {
    this.#pace = this.#keepPlacing()
  }

  /** So many calls at once, beside the others. */
  burst(calls: number): void {
    for (let at = 0; at < calls; at += 1) this.#place()
  }

  /** Resolves when so many calls were placed. */
  async reaches(calls: number): Promise<void> {
    while (this.#calls.length < calls) await sleep(20)
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

  /** By a clock and not by pauses: a late timer makes no call less. */
  async #keepPlacing(): Promise<void> {
    let due = performance.now()
    while (!this.#stopped.signal.aborted) {
      while (due <= performance.now()) {
        this.#place()
        due += 1_000 / this.perSecond
      }
      await sleep(Math.max(1, due - performance.now()))
    }
  }
}
