import type { ConversationInput, LogLevel } from '../../conversation/conversation.js'
import type { State } from '../../conversation/state.js'

/** A line that a code flow wrote with `conv.log`, or with `console`. */
export interface FlowLogLine {
  readonly level: LogLevel
  readonly message: string
  /** What came with the line, as JSON text; cut where it was long. */
  readonly details?: string
}

/** A call's log stays small whatever its flow does: an endless loop with a log line in it must not fill memory. */
export const MOST_LOG_LINES = 100

/**
 * Why a code flow gave no flow:
 * - `threw`: it threw, its promise was rejected, or its file could not be loaded;
 * - `unknown-flow`: `gotoFlow` named a flow that does not exist, and the author did not catch that;
 * - `chose-nothing`: it ended without `gotoFlow`;
 * - `not-cloneable`: its state holds what JSON cannot, or more than a call can keep;
 * - `deadline`: it did not end in time;
 * - `crashed`: its worker thread died (`process.exit`, out of memory);
 * - `busy`: no worker thread became free in time;
 * - `suspended`: it hit the deadline or crashed several times in a row and is not run for a while.
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

/** The result of one run of a code flow. A run never rejects. */
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

/** One job for a worker thread: run a function for a call, or only load it (`input` undefined). */
export interface FunctionOrder {
  readonly job: number
  /** The file as `run:` names it; stacks show it. */
  readonly file: string
  /** SHA-256 of the code: the name under which the worker keeps it. */
  readonly hash: string
  /** The code, where the worker does not have it yet. */
  readonly code: string | undefined
  readonly input: ConversationInput | undefined
}

/** What a worker thread reports. `state` is JSON text, so that nothing but JSON comes out of a code flow. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'taken'; readonly job: number }
  | { readonly kind: 'log'; readonly job: number; readonly line: FlowLogLine }
  | { readonly kind: 'loaded'; readonly job: number }
  | { readonly kind: 'chose'; readonly job: number; readonly flow: string; readonly state: string }
  | WorkerFailed

export interface WorkerFailed {
  readonly kind: 'failed'
  readonly job: number
  /** The failures that only the worker can see. */
  readonly reason: Extract<FunctionFailure, 'threw' | 'unknown-flow' | 'chose-nothing' | 'not-cloneable'>
  readonly message: string
  /** The stack of what was thrown, where it has one. */
  readonly stack: string
}
