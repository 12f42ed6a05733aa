import winston from 'winston'
import type { Log, LogFields } from '../lib/log.js'
import { safeJson } from '../lib/safe-text.js'
import { maskNumbers, maskText } from './masking.js'
import { BatchedOutput } from './output.js'

export type LogLevel = keyof Log

const line = winston.format.printf(({ time, level, message, fields }) => {
  return `${safeJson({ time, level, message }).slice(0, -1)},${safeJson(fields).slice(1)}`
})

/** Without fields that have the name of one that every line has. */
function withoutHead(fields: LogFields): LogFields {
  if (!('time' in fields || 'level' in fields || 'message' in fields)) return fields
  return { ...fields, time: undefined, level: undefined, message: undefined }
}

/** Events whose lines hold network addresses, which look like numbers, and no caller. */
const NO_CALLER = new Set<unknown>(['connection_up', 'connection_down', 'control', 'control_problem'])

/**
 * Logs to standard output. With `mask`, phone numbers are masked in every line. No part of Doorman passes settings to
 * a log, so that no secret gets here.
 */
export function createLog(level: LogLevel, { mask = false }: { readonly mask?: boolean } = {}): Log {
  const logger = winston.createLogger({
    level,
    format: line,
    transports: [new winston.transports.Stream({ stream: new BatchedOutput(), eol: '\n' })],
  })
  // As one object: beside a message with a `%s` in it, winston takes the fields for its format's and drops them.
  const write = (at: LogLevel) => (text: string, all: LogFields) => {
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

/** What a code flow logged. */
export interface FlowLine {
  readonly level: LogLevel
  readonly message: string
  readonly details?: unknown
}

/** Writes a line of a code flow to the log, with the call that it ran for. */
export function logFlowLine(log: Log, call: string, { level, message, details }: FlowLine): void {
  log[level](message, { event: 'flow_log', call, ...(details === undefined ? {} : { details }) })
}
