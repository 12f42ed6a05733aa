import { write, writeSync } from 'node:fs'
import { Writable } from 'node:stream'

const DELAY_MS = 50
/** With a reader that has stopped reading, lines beyond this are dropped: memory is for calls. */
const MOST_KEPT = 8 * 1_048_576

const STDOUT = 1
const LINE_FEED = 10

/** The two functions of node:fs that are needed; a test passes its own. */
export interface FileWriter {
  write(fd: number, bytes: Buffer, done: (error: NodeJS.ErrnoException | null, written: number) => void): void
  writeSync(fd: number, text: string): void
}

/**
 * Standard output in batches of 50 ms, because a system call per line is a good part of what a call costs. Calls never
 * wait for it. A write that fails (ENOSPC) costs the lines of its batch, and the next batch begins on a new line. The
 * stream `process.stdout` cannot be used: after one ENOSPC it is destroyed. Lines that wait are written when the
 * process exits.
 */
export class BatchedOutput extends Writable {
  readonly #fs: FileWriter
  #lines = ''
  #timer: NodeJS.Timeout | undefined
  #isWriting = false
  /** The last byte that was written is not a line feed. */
  #isMidLine = false

  constructor(fs: FileWriter = { write, writeSync }) {
    super({ decodeStrings: false })
    this.#fs = fs
    process.on('exit', () => this.#flushAtExit())
  }

  override _write(text: string, _encoding: BufferEncoding, next: () => void): void {
    if (this.#lines.length < MOST_KEPT) this.#lines += text
    this.#timer ??= setTimeout(() => this.#flush(), DELAY_MS)
    next()
  }

  #take(): string {
    const lines = this.#isMidLine ? `\n${this.#lines}` : this.#lines
    this.#lines = ''
    return lines
  }

  #flush(): void {
    this.#timer = undefined
    if (this.#isWriting || this.#lines === '') return
    this.#isWriting = true
    this.#put(Buffer.from(this.#take()))
  }

  #put(bytes: Buffer): void {
    this.#fs.write(STDOUT, bytes, (error, written) => {
      if (error?.code === 'EAGAIN') return void setTimeout(() => this.#put(bytes), DELAY_MS)
      if (error === null && written > 0) this.#isMidLine = bytes[written - 1] !== LINE_FEED
      if (error === null && written < bytes.length) return this.#put(bytes.subarray(written))
      this.#isWriting = false
      if (this.#lines !== '') this.#flush()
    })
  }

  #flushAtExit(): void {
    if (this.#lines === '') return
    try {
      this.#fs.writeSync(STDOUT, this.#take())
    } catch {
      // The reader has gone or the disk is full: the last lines are lost.
    }
  }
}
