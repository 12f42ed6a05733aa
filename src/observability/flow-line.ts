import type { FlowLogLine } from '../flows/functions/function-result.js'
import type { Log } from './log.js'

/** Writes a line that a flow function said to the log, with the call it was said of. */
export function logFlowLine(log: Log, call: string, { level, message, details }: FlowLogLine): void {
  log[level](message, { event: 'flow_log', call, ...(details === undefined ? {} : { details }) })
}
