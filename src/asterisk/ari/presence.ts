import type { Departure } from '../pbx.js'

/** So long after a channel has left, Asterisk is still busy with answering its call; in milliseconds. */
const SETTLED_MS = 3

/**
 * Which channels are in our application, as far as we heard: so that each is decided once, whether it came with an
 * event or was found waiting, and so that nobody waits for one to leave that has left unheard.
 */
export class Presence {
  readonly #present = new Set<string>()
  readonly #hangingUp = new Set<string>()
  /** When a channel left last, by `performance.now()`. */
  #lastLeft = Number.NEGATIVE_INFINITY
  /** Who waits for a lull, and until when, by the same clock. */
  readonly #waiting = new Set<{ readonly latest: number; readonly go: () => void }>()
  #timer: NodeJS.Timeout | undefined
  #looksAt = Number.POSITIVE_INFINITY
  /** Found waiting once. An event may be on its way to us. */
  #unheard: ReadonlySet<string> = new Set()

  /** False for one that is here already. */
  enters(channelId: string): boolean {
    if (this.#present.has(channelId)) return false
    this.#present.add(channelId)
    return true
  }

  has(channelId: string): boolean {
    return this.#present.has(channelId)
  }

  hangsUp(channelId: string): void {
    if (this.#present.has(channelId)) this.#hangingUp.add(channelId)
  }

  leaves(channelId: string): Departure {
    this.#present.delete(channelId)
    this.#lastLeft = performance.now()
    if (this.#waiting.size > 0) this.#lookInTime()
    return this.#hangingUp.delete(channelId) ? 'hung-up' : 'went-on'
  }

  /** Resolves as soon as nobody waits for Asterisk or us, and at the latest after the time. */
  async lull(withinMs: number): Promise<void> {
    if (this.#isQuiet) return
    await new Promise<void>((go) => {
      this.#waiting.add({ latest: performance.now() + withinMs, go })
      this.#lookInTime()
    })
  }

  /** Whoever looked every few milliseconds would be woken more often than by all calls. */
  #lookInTime(): void {
    const quietAt = this.#present.size === 0 ? this.#lastLeft + SETTLED_MS : Number.POSITIVE_INFINITY
    const at = Math.min(quietAt, ...[...this.#waiting].map(({ latest }) => latest))
    if (at >= this.#looksAt) return
    clearTimeout(this.#timer)
    this.#looksAt = at
    this.#timer = setTimeout(() => this.#look(), Math.max(1, Math.ceil(at - performance.now()))).unref()
  }

  #look(): void {
    this.#looksAt = Number.POSITIVE_INFINITY
    const [isQuiet, now] = [this.#isQuiet, performance.now()]
    for (const one of this.#waiting) {
      if (!isQuiet && one.latest > now) continue
      this.#waiting.delete(one)
      one.go()
    }
    if (this.#waiting.size > 0) this.#lookInTime()
  }

  get #isQuiet(): boolean {
    return this.#present.size === 0 && performance.now() - this.#lastLeft >= SETTLED_MS
  }

  get all(): readonly string[] {
    return [...this.#present]
  }

  /** Those of the channels that were found that nobody told us of. */
  unheard(found: readonly string[]): readonly string[] {
    return found.filter((id) => !this.#present.has(id))
  }

  /** The same, if they were so the time before, too. */
  lost(found: readonly string[]): readonly string[] {
    const unheard = this.unheard(found)
    const lost = unheard.filter((id) => this.#unheard.has(id))
    this.#unheard = new Set(unheard)
    return lost
  }
}
