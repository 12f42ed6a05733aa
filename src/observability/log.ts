import winston from 'winston'
import type { Log, LogFields } from '../lib/log.js'
import { safeJson } from '../lib/safe-text.js'
import { maskNumbers, maskText } from './masking.js'
import { BatchedOutput } from './output.js'

const line = winston.format.printf(({ time, level, message, fields }) =>
  safeJson({ time, level, message, ...(fields as LogFields) }),
)

/** Events whose lines hold network addresses, which look like numbers, and no caller. */
const NO_CALLER = new Set<unknown>(['connection_up', 'connection_down', 'control', 'control_problem'])

/**
 * Logs to standard output. With `mask`, phone numbers are masked in every line. No part of Doorman passes settings to
 * a log, so that no secret gets here.
 */
export function createLog(level: keyof Log, { mask = false }: { readonly mask?: boolean } = {}): Log {
  const logger = winston.createLogger({
    level,
    format: line,
    transports: [new winston.transports.Stream({ stream: new BatchedOutput(), eol: '\n' })],
  })
  // As one object: beside a message with a `%s` in it, winston takes the fields for its format's and drops them.
  const write = (at: keyof Log) => (text: string, fields: LogFields) => {
    const isMasked = mask && !NO_CALLER.has(fields.event)
    logger.log({
      level: at,
      message: isMasked ? maskText(text) : text,
      time: new Date().toISOString(),
      fields: isMasked ? maskNumbers(fields) : fields,
    })
  }
  return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') }
}
