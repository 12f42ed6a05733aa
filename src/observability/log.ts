import { write, writeSync } from 'node:fs'
import { Writable } from 'node:stream'
import { styleText } from 'node:util'
import winston from 'winston'
import type { Log, LogFields } from '../lib/log.js'
import { safeJson, safeLine } from '../lib/text.js'
import { localTime } from '../lib/units.js'
import { maskNumbers, maskText } from './masking.js'

interface Line {
  readonly time: Date
  readonly level: keyof Log
  readonly message: string
  readonly fields: LogFields
}

const FORMATS = {
  json: ({ time, level, message, fields }: Line) =>
    safeJson({ time: time.toISOString(), level, message, ...fields }),
  /** One readable line. A person needs besides the message: problems, what a code flow logged, and `call`. */
  text: ({ time, level, message, fields: { call, details, problems } }: Line) => {
    const said = Array.isArray(problems) ? problems.join('; ') : details
    const rest = [said || undefined, call === undefined ? undefined : `(call ${call})`]
    const text = [message, ...rest].filter((part) => part !== undefined).join(' ')
    return `${localTime(time)} ${LABELS[level]}${safeLine(text)}`
  },
} as const

/** Coloured on a terminal. */
const LABELS = {
  error: `${styleText('red', 'ERROR', { stream: process.stdout })} `,
  warn: `${styleText('yellow', 'Warning:', { stream: process.stdout })} `,
  info: '',
  debug: 'debug: ',
} as const

/** Events whose lines hold network addresses, which look like numbers, and no caller. */
const NO_CALLER = new Set<unknown>([
  ...['connection_up', 'connection_down', 'control', 'control_problem', 'tracing', 'tracing_problem'],
])

/**
 * Logs to standard output. With `mask`, phone numbers are masked in every line. No part of Doorman passes settings to
 * a log, so that no secret gets here.
 */
export function createLog(
  level: keyof Log,
  { mask = false, format = 'json' }: { readonly mask?: boolean; readonly format?: keyof typeof FORMATS } = {},
): Log {
  const logger = winston.createLogger({
    level,
    format: winston.format.printf((info) => FORMATS[format](info as unknown as Line)),
    transports: [new winston.transports.Stream({ stream: new BatchedOutput(), eol: '\n' })],
  })
  // As one object: beside a message with a `%s` in it, winston takes the fields for its format's and drops them.
  const write = (at: keyof Log) => (text: string, fields: LogFields) => {
    const isMasked = mask && !NO_CALLER.has(fields.event)
    logger.log({
      level: at,
      message: isMasked ? maskText(text) : text,
      time: new Date(),
      fields: isMasked ? maskNumbers(fields) : fields,
    })
  }
  return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') }
}

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
