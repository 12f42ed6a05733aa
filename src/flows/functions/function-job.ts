import type { ConversationInput } from '../../conversation/conversation.js'
import { parseState } from '../../conversation/state.js'
import type { FlowFunction } from '../revision.js'
import { MOST_LINES } from './function-log.js'
import type { WorkerMessage } from './function-message.js'
import { placeOf } from './function-place.js'
import type { FlowLogLine, FunctionFailure, FunctionResult } from './function-result.js'

/**
 * One run of a function for one call, from the queue to its result.
 *
 *     queued ──▶ handed to a thread ──▶ taken ──▶ settled
 *
 * Each step has its own time limit, so there is one timer, armed anew at each.
 */
export class FunctionJob {
  readonly result: Promise<FunctionResult>
  taken = false
  settled = false
  readonly #arrived = performance.now()
  readonly #log: FlowLogLine[] = []
  #resolve: (result: FunctionResult) => void = () => {}
  #timer: NodeJS.Timeout | undefined

  constructor(
    readonly id: number,
    readonly fn: FlowFunction,
    /** SHA-256 of the function's code. */
    readonly hash: string,
    readonly input: ConversationInput,
  ) {
    this.result = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** Milliseconds since the call asked for it. */
  get age(): number {
    return performance.now() - this.#arrived
  }

  /** Does something after so many milliseconds, unless the job settles or is armed anew before. */
  arm(ms: number, late: () => void): void {
    clearTimeout(this.#timer)
    if (!this.settled) this.#timer = setTimeout(late, Math.max(0, ms))
  }

  addLine(line: FlowLogLine): void {
    if (this.#log.length < MOST_LINES) this.#log.push(line)
  }

  /** Settles the job by what the worker said at its end. */
  conclude(message: Extract<WorkerMessage, { kind: 'chose' | 'failed' }>): void {
    if (message.kind === 'failed') this.fail(message.reason, message.message, message.stack)
    else this.#choose(message.flow, message.state)
  }

  /** @param stack where it went wrong, if that is known */
  fail(reason: FunctionFailure, what: string, stack = ''): void {
    const message = `${whereOf(stack, this.fn)}: ${what}`
    this.#settle({ kind: 'failed', reason, message, log: this.#log })
  }

  #choose(flow: string, json: string): void {
    try {
      this.#settle({ kind: 'chose', flow, state: parseState(json), log: this.#log })
    } catch (error) {
      this.fail('not-cloneable', `conv.state cannot be read back: ${error}`)
    }
  }

  #settle(result: FunctionResult): void {
    if (this.settled) return
    this.settled = true
    clearTimeout(this.#timer)
    this.#resolve(Object.freeze({ ...result, log: Object.freeze([...result.log]) }))
  }
}

function whereOf(stack: string, fn: FlowFunction): string {
  const place = placeOf(stack, fn)
  return place === undefined ? fn.file : `${place.file}:${place.line}:${place.column}`
}
