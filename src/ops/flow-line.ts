import type { FlowLogLine } from '../flows/function/function-result.js'
import type { Log, LogLevel } from './log.js'
import { maskNumbers } from './mask.js'

/** Writes a line that a flow function said to the log, with the call it was said of. */
export function logFlowLine(
  log: Log,
  level: LogLevel,
  { call, message, details }: Omit<FlowLogLine, 'level'> & { readonly call: string },
  mask: boolean,
): void {
  const fields = { event: 'flow_log', call, ...(details === undefined ? {} : { details }) }
  const masked = mask ? maskNumbers({ message, ...fields }) : { message, ...fields }
  log[level](String(masked.message), { ...masked, message: undefined })
}
