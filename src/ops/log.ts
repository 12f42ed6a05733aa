import winston from 'winston'

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

/** JSON on one line, in which nothing from a header can steer the terminal that shows it. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    TRICKY,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

const line = winston.format.printf(({ level, message, timestamp: time, ...fields }) =>
  safeJson({ time, level, message, ...fields }),
)

/** Logs to standard output. Secrets never get here: no part of Doorman passes settings to a log. */
export function createLog(level: LogLevel): Log {
  const logger = winston.createLogger({
    level,
    format: winston.format.combine(winston.format.timestamp(), line),
    transports: [new winston.transports.Console({ forceConsole: false })],
  })
  // As one object: beside a message with a `%s` in it, winston takes the fields for its format's and drops them.
  const write = (at: LogLevel) => (message: string, fields?: LogFields) => {
    logger.log({ ...fields, level: at, message })
  }
  return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') }
}
