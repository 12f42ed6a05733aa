/** A call is due every millisecond, whether the thread has time for it or not, and waits until it is decided. */
export class Callers {
  /** Milliseconds that each call waited. */
  waited: number[] = []
  #due = performance.now()
  #count = 0
  readonly #timer: NodeJS.Timeout

  constructor(decide: (at: number) => void) {
    this.#timer = setInterval(() => {
      while (this.#due <= performance.now()) {
        decide(this.#count++)
        this.waited.push(performance.now() - this.#due)
        this.#due++
      }
    }, 1)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
