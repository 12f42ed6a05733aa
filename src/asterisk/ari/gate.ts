import { PbxError } from '../pbx.js'

/** A request that settles neither way keeps its place for so long and no longer. */
const STUCK_MS = 5_000

/**
 * Lets so many requests through at a time; the others wait here, and not in a queue of the HTTP client, where they
 * would be sent for a call that is long gone. One that has waited for its whole time is never sent.
 */
export class Gate {
  readonly #most: number
  readonly #waiting = new Set<() => void>()
  #inside = 0

  constructor(most: number) {
    this.#most = most
  }

  /** @throws PbxError `unreachable` where no place becomes free within `waitMs`. */
  async pass<T>(what: string, waitMs: number, send: () => Promise<T>): Promise<T> {
    if (this.#inside >= this.#most) await this.#wait(what, waitMs)
    this.#inside += 1
    const work = send()
    this.#leaveAfter(work)
    return work
  }

  #wait(what: string, waitMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        clearTimeout(timer)
        this.#waiting.delete(enter)
        resolve()
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(enter)
        reject(new PbxError('unreachable', `${what}: not sent, too many requests wait for their answers`))
      }, waitMs)
      this.#waiting.add(enter)
    })
  }

  #leaveAfter(work: Promise<unknown>): void {
    let isIn = true
    const leave = () => {
      clearTimeout(stuck)
      if (!isIn) return
      isIn = false
      this.#inside -= 1
      // The one that came last: those that have waited long are about to give up, and would be sent for nothing.
      const next = [...this.#waiting].at(-1)
      next?.()
    }
    const stuck = setTimeout(leave, STUCK_MS)
    stuck.unref()
    work.then(leave, leave)
  }
}
