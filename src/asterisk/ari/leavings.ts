/**
 * Who waits for channels to leave, each for so long at most. One timer watches over all of them: nearly every channel
 * leaves within a millisecond, and a timer of its own would be a good part of what its call costs.
 */
export class Leavings {
  readonly #waiting = new Map<string, Waiting>()
  #timer: NodeJS.Timeout | undefined
  /** When the timer looks next, by `performance.now()`. */
  #looksAt = Number.POSITIVE_INFINITY

  /** Whether the channel leaves within the time. */
  wait(channelId: string, withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const until = performance.now() + withinMs
      this.#waiting.set(channelId, { until, tell: resolve })
      this.#lookAt(until)
      this.#timer?.ref()
    })
  }

  left(channelId: string): void {
    const waiting = this.#waiting.get(channelId)
    if (waiting === undefined) return
    this.#waiting.delete(channelId)
    // Only where somebody waits does it keep the process alive.
    if (this.#waiting.size === 0) this.#timer?.unref()
    waiting.tell(true)
  }

  #lookAt(time: number): void {
    if (time >= this.#looksAt) return
    clearTimeout(this.#timer)
    this.#looksAt = time
    this.#timer = setTimeout(() => this.#look(), time - performance.now())
  }

  #look(): void {
    this.#looksAt = Number.POSITIVE_INFINITY
    const now = performance.now()
    for (const [channelId, { until, tell }] of this.#waiting) {
      if (until > now) this.#lookAt(until)
      else {
        this.#waiting.delete(channelId)
        tell(false)
      }
    }
  }
}

interface Waiting {
  /** By `performance.now()`. */
  readonly until: number
  readonly tell: (hasLeft: boolean) => void
}
