import type { LogLevel } from '../../conversation/conversation.js'
import type { State } from '../../conversation/state.js'

/** A line that a flow wrote with `conv.log`, or with `console`. */
export interface FlowLogLine {
  readonly level: LogLevel
  readonly message: string
  /** What came with the line, as JSON text; cut where it was long. */
  readonly details?: string
}

/**
 * Why a flow function gave no flow:
 * - `threw`: it threw, its promise was rejected, or its file could not be loaded;
 * - `unknown-flow`: `gotoFlow` named a flow that there is not, and the author did not catch that;
 * - `chose-nothing`: it ended without `gotoFlow`;
 * - `not-cloneable`: its state holds what JSON cannot, or more than a call can keep;
 * - `deadline`: it did not end in time;
 * - `crashed`: its worker thread died (`process.exit`, out of memory);
 * - `busy`: no worker thread became free in time;
 * - `suspended`: it hit the deadline or crashed several times in a row and is left alone for a while.
 */
export type FunctionFailure =
  | 'threw'
  | 'unknown-flow'
  | 'chose-nothing'
  | 'not-cloneable'
  | 'deadline'
  | 'crashed'
  | 'busy'
  | 'suspended'

/** What became of one run of a flow function. A run never rejects. */
export type FunctionResult =
  | {
      readonly kind: 'chose'
      readonly flow: string
      readonly state: State
      readonly log: readonly FlowLogLine[]
    }
  | {
      readonly kind: 'failed'
      readonly reason: FunctionFailure
      /** What happened and where, for the decision record: begins with `file` or `file:line:column`. */
      readonly message: string
      readonly log: readonly FlowLogLine[]
    }
