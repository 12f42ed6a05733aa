import winston from 'winston'
import { BatchedOutput } from './batched-output.js'
import { maskNumbers, maskText } from './mask.js'

export type LogLevel = 'error' | 'warn' | 'info' | 'debug'
export type LogFields = Readonly<Record<string, unknown>>

/** One line of JSON a message. `event` in the fields says what kind of line it is, for scripts. */
export interface Log {
  error(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  debug(message: string, fields?: LogFields): void
}

/**
 * Characters that JSON leaves as they are but that move a terminal's cursor, turn its writing direction or
 * break its lines: C1 controls, bidi marks (CVE-2021-42574) and the Unicode line ends.
 */
const TRICKY = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** The same and all other control characters but the line end: what may stand in no text on a terminal. */
const STEERING = /[\0-\t\v-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

/** JSON on one line, in which nothing from a header can steer the terminal that shows it. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(TRICKY, escaped)
}

/** Text for people, of one or more lines, with the same promise; what steers is written out as `\u001b`. */
export function safeText(text: string): string {
  return text.replace(STEERING, escaped)
}

/** What every line has comes first, for whoever reads it; then its fields. */
const line = winston.format.printf(({ time, level, message, fields }) => {
  const [head, rest] = [safeJson({ time, level, message }), safeJson(fields)]
  return rest === '{}' ? head : `${head.slice(0, -1)},${rest.slice(1)}`
})

/** Fields that have the name of something that every line has are left out. */
function withoutHead(fields: LogFields): LogFields {
  if (!('time' in fields || 'level' in fields || 'message' in fields)) return fields
  return { ...fields, time: undefined, level: undefined, message: undefined }
}

/** Lines that tell of addresses, which look like numbers, and of nobody who calls. */
const NO_CALLER = new Set<unknown>(['line_up', 'line_down', 'control', 'control_problem'])

/**
 * Logs to standard output. Secrets never get here: no part of Doorman passes settings to a log. With `mask`, phone
 * numbers are masked in whatever line: this is the only door, so that no part of Doorman can forget it.
 */
export function createLog(level: LogLevel, { mask = false }: { readonly mask?: boolean } = {}): Log {
  const logger = winston.createLogger({
    level,
    format: line,
    transports: [new winston.transports.Stream({ stream: new BatchedOutput(), eol: '\n' })],
  })
  // As one object: beside a message with a `%s` in it, winston takes the fields for its format's and drops them.
  const write =
    (at: LogLevel) =>
    (text: string, all: LogFields = {}) => {
      const fields = withoutHead(all)
      const isMasked = mask && !NO_CALLER.has(all.event)
      logger.log({
        level: at,
        message: isMasked ? maskText(text) : text,
        time: new Date().toISOString(),
        fields: isMasked ? maskNumbers(fields) : fields,
      })
    }
  return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') }
}
