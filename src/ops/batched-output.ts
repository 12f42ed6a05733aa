import { writeSync } from 'node:fs'
import { Writable } from 'node:stream'

/** So late a line may be written, in milliseconds, and so many characters may wait at most. */
const DELAY_MS = 50
const MOST_WAITING = 65_536

/**
 * Standard output, with the lines of a twentieth of a second in one go: a line a call, each written by itself, is a
 * good part of what a call costs. The end of the process writes what waits; only SIGKILL loses that.
 */
export class BatchedOutput extends Writable {
  #lines = ''
  #timer: NodeJS.Timeout | undefined

  constructor() {
    super({ decodeStrings: false })
    process.on('exit', () => this.#flushAtExit())
    // A disk that is full, or a reader that has gone, costs lines and no calls.
    process.stdout.on('error', () => undefined)
  }

  override _write(text: string, _encoding: BufferEncoding, next: () => void): void {
    this.#lines += text
    if (this.#lines.length > MOST_WAITING) this.#flush()
    else this.#timer ??= setTimeout(() => this.#flush(), DELAY_MS)
    next()
  }

  #flush(): void {
    const lines = this.#taken()
    if (lines !== '') process.stdout.write(lines)
  }

  /** Nothing that is written later than now gets out by itself. */
  #flushAtExit(): void {
    const lines = this.#taken()
    try {
      if (lines !== '') writeSync(1, lines)
    } catch {
      // Nobody reads it any more, or the disk behind it is full; the process ends all the same.
    }
  }

  #taken(): string {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const lines = this.#lines
    this.#lines = ''
    return lines
  }
}
