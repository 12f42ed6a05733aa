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

interface Chosen {
  readonly kind: 'chose'
  readonly flow: string
  readonly state: State
  /** What it said; undefined where it said nothing. */
  readonly said?: string | undefined
}

/**
 * The result of one run of a code flow. A run never rejects. The message says what happened and where, for the decision
 * record: it begins with `file` or `file:line:column`.
 */
export type FunctionResult = { readonly log: readonly FlowLogLine[] } & (
  | Chosen
  | { readonly kind: 'failed'; readonly reason: FunctionFailure; readonly message: string }
)

/** Why a run came to nothing. `not-taken`: the thread never began with it, held or killed by an earlier run. */
export interface Failure {
  readonly kind: 'failed'
  readonly reason: FunctionFailure | 'not-taken'
  readonly message: string
  /** The stack of what was thrown, where it has one. */
  readonly stack?: string
}

/** An order to a worker thread: run the function for a call, or only load it (`input` undefined). */
export interface FunctionOrder {
  readonly job: number
  readonly input: ConversationInput | undefined
}

/** The last word of a thread about an order. */
export type Answer = { readonly kind: 'loaded' } | Chosen | Failure

/** What a worker thread reports, in this order. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'taken'; readonly job: number }
  | { readonly kind: 'log'; readonly job: number; readonly line: FlowLogLine }
  | { readonly kind: 'answer'; readonly job: number; readonly answer: Answer }
