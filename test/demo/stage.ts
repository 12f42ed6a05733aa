/** After the first signal a further one within this time is the same: npm passes on what the terminal sends, too. */
const SAME_SIGNAL_MS = 1_000

/** The demo was asked to stop (Ctrl-C, SIGTERM, a closed terminal). */
export class Stopped extends Error {}

/**
 * What is up, so that it goes down again in reverse order, and the wish to stop. A first signal lets the step at
 * hand come to its end and then clears the stage; a second one, later, does not wait: then the guards of
 * `startGuarded` end the children.
 */
export class Stage {
  readonly #closers: (() => unknown)[] = []
  readonly #stop = new AbortController()
  readonly signal: AbortSignal = this.#stop.signal

  /** Listens to the signals that ask a program to stop. */
  listen(say: (line: string) => void): void {
    let first_ms: number | undefined
    const heard = (): void => {
      const now_ms = performance.now()
      if (first_ms !== undefined && now_ms - first_ms > SAME_SIGNAL_MS) process.exit(130)
      if (first_ms !== undefined) return
      first_ms = now_ms
      say('Stopping …')
      this.stop()
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, heard)
  }

  stop(): void {
    this.#stop.abort(new Stopped('The demo was stopped.'))
  }

  get isStopped(): boolean {
    return this.signal.aborted
  }

  /** Waits for a part to come up and notes how it goes down. @throws Stopped where that was asked for meanwhile */
  async up<T>(starting: Promise<T>, close: (part: T) => unknown): Promise<T> {
    const part = await starting
    this.#closers.unshift(() => close(part))
    this.signal.throwIfAborted()
    return part
  }

  /** Waits for work that may be left unfinished. @throws Stopped at once when that is asked for */
  async unlessStopped<T>(work: Promise<T>): Promise<T> {
    this.signal.throwIfAborted()
    const stopped = new Promise<never>((_, reject) => {
      this.signal.addEventListener('abort', () => reject(this.signal.reason), { once: true })
    })
    return Promise.race([work, stopped])
  }

  /** Takes everything down, the latest first. One part that fails does not keep the others up. */
  async clear(say: (line: string) => void): Promise<void> {
    for (const close of this.#closers.splice(0)) {
      try {
        await close()
      } catch (error) {
        say(`While stopping: ${error instanceof Error ? error.message : error}`)
      }
    }
  }
}
