import { write, writeSync } from 'node:fs'
import { Writable } from 'node:stream'

/** So late a line may be written, in milliseconds, and so many characters may wait at most before that. */
const DELAY_MS = 50
const MOST_WAITING = 65_536

/** With a reader that has stopped reading, lines are thrown away beyond this: memory is for calls. */
const MOST_KEPT = 8 * 1_048_576

const STDOUT = 1

/**
 * Standard output, with the lines of a twentieth of a second in one go: a line a call, each written by itself, is a
 * good part of what a call costs. Calls never wait for it, and whatever becomes of it they go on: a disk that is full
 * costs the lines of that time, and once there is room again the log continues. (The stream `process.stdout` would be
 * over for good after one error, and the process with it.) The end of the process writes what waits; only SIGKILL
 * loses that.
 */
export class BatchedOutput extends Writable {
  #lines = ''
  #timer: NodeJS.Timeout | undefined
  #isWriting = false

  constructor() {
    super({ decodeStrings: false })
    process.on('exit', () => this.#flushAtExit())
  }

  override _write(text: string, _encoding: BufferEncoding, next: () => void): void {
    if (this.#lines.length < MOST_KEPT) this.#lines += text
    if (this.#lines.length > MOST_WAITING) this.#flush()
    else this.#timer ??= setTimeout(() => this.#flush(), DELAY_MS)
    next()
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#isWriting || this.#lines === '') return
    const bytes = Buffer.from(this.#lines)
    this.#lines = ''
    this.#isWriting = true
    this.#put(bytes)
  }

  /** Until all is written, or cannot be. */
  #put(bytes: Buffer): void {
    write(STDOUT, bytes, (error, written) => {
      if (error?.code === 'EAGAIN') return void setTimeout(() => this.#put(bytes), DELAY_MS)
      if (error === null && written < bytes.length) return this.#put(bytes.subarray(written))
      this.#isWriting = false
      if (this.#lines !== '') this.#flush()
    })
  }

  /** Nothing that is written later than now gets out by itself. */
  #flushAtExit(): void {
    try {
      if (this.#lines !== '') writeSync(STDOUT, this.#lines)
    } catch {
      // Nobody reads it any more, or the disk behind it is full; the process ends all the same.
    }
  }
}
