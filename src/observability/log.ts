import { styleText } from 'node:util'
import winston from 'winston'
import type { Log, LogFields } from '../lib/log.js'
import { safeJson, safeLine } from '../lib/safe-text.js'
import { localTime } from '../lib/time-text.js'
import { maskNumbers, maskText } from './masking.js'
import { BatchedOutput } from './output.js'

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
