import { inspect } from 'node:util'
import type { LogLevel, LogSink } from '../../conversation/conversation.js'
import type { FlowLogLine } from './function-result.js'

/** A call's log stays small whatever its flow does: an endless loop with a log line in it must not fill memory. */
export const MOST_LINES = 100
const MESSAGE_CHARACTERS = 2_000

/** A sink that passes on the first 100 lines of a call, each of bounded size. */
export function boundedLog(post: (line: FlowLogLine) => void): LogSink {
  let lines = 0
  return (level, message, details) => {
    lines += 1
    if (lines < MOST_LINES) post(logLine(level, message, details))
    if (lines === MOST_LINES)
      post({ level: 'warn', message: `More than ${MOST_LINES} log lines; the rest is dropped` })
  }
}

function logLine(level: LogLevel, message: string, details: unknown): FlowLogLine {
  const line = { level, message: message.slice(0, MESSAGE_CHARACTERS) }
  return details === undefined ? line : { ...line, details: asJson(details).slice(0, MESSAGE_CHARACTERS) }
}

/** A log line never throws: what JSON cannot hold is shown the way the console shows it. */
function asJson(details: unknown): string {
  try {
    if (!(details instanceof Error)) return JSON.stringify(details) ?? inspect(details)
  } catch {
    // Fall through to `inspect`: a cycle, a BigInt, or a getter that throws.
  }
  return inspect(details, { depth: 4 })
}
