import type { ConversationInput } from '../../conversation/conversation.js'
import type { FlowLogLine, FunctionFailure } from './function-result.js'

/** One job for a worker thread: to run a function for a call, or only to load it (`input` undefined). */
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

/** Failures that the worker itself can tell; the others are told from outside. */
export type WorkerFailure = Extract<
  FunctionFailure,
  'threw' | 'unknown-flow' | 'chose-nothing' | 'not-cloneable'
>

/** What a worker thread says. `state` is JSON text, so that nothing but JSON comes out of a flow. */
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
  readonly reason: WorkerFailure
  readonly message: string
  /** The stack of what was thrown, where it has one. */
  readonly stack: string
}
