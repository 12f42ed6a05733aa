import { createHash } from 'node:crypto'
import type { ConversationInput } from '../../conversation/conversation.js'
import { parseState } from '../../conversation/state.js'
import type { Problem } from '../problem.js'
import type { FlowFunction } from '../revision.js'
import {
  type FlowLogLine,
  type FunctionFailure,
  type FunctionResult,
  MOST_LOG_LINES,
  type WorkerMessage,
} from './function-result.js'
import { positionOf } from './source-position.js'

let jobs = 0
const hashes = new WeakMap<FlowFunction, string>()

/** One run of a function for one call. Each of its steps has a time limit; there is one timer, armed anew at each. */
export class FunctionJob {
  readonly id = jobs++
  /** SHA-256 of the function's code. */
  readonly hash: string
  readonly arrived = performance.now()
  readonly result: Promise<FunctionResult>
  taken = false
  settled = false
  /** Why loading failed, where it did. */
  problem: Problem | undefined
  readonly #log: FlowLogLine[] = []
  #resolve: (result: FunctionResult) => void = () => {}
  #timer: NodeJS.Timeout | undefined

  /** @param input undefined where the function is only loaded. */
  constructor(
    readonly fn: FlowFunction,
    readonly input: ConversationInput | undefined,
  ) {
    this.hash = hashes.get(fn) ?? createHash('sha256').update(fn.code).digest('hex')
    hashes.set(fn, this.hash)
    this.result = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** Calls `late` after so many milliseconds, unless the job settles or is armed anew before. */
  arm(ms: number, late: () => void): void {
    clearTimeout(this.#timer)
    if (!this.settled) this.#timer = setTimeout(late, Math.max(0, ms))
  }

  addLine(line: FlowLogLine): void {
    if (this.#log.length < MOST_LOG_LINES) this.#log.push(line)
  }

  /** Settles the job by the worker's last message about it. A function that is only loaded chooses nothing. */
  conclude(message: Extract<WorkerMessage, { kind: 'chose' | 'loaded' | 'failed' }>): void {
    if (message.kind === 'failed') {
      this.fail(message.reason, message.message, message.stack)
      return
    }
    const { flow, state } = message.kind === 'chose' ? message : { flow: '', state: '{}' }
    try {
      this.#settle({ kind: 'chose', flow, state: parseState(state), log: this.#log })
    } catch (error) {
      this.fail('not-cloneable', `conv.state cannot be read back: ${error}`)
    }
  }

  /** @param stack where it failed, if that is known */
  fail(reason: FunctionFailure, what: string, stack = ''): void {
    if (this.settled) return
    const at = positionOf(stack, this.fn)
    const where = at === undefined ? this.fn.file : `${at.file}:${at.line}:${at.column}`
    const message = reason === 'threw' || reason === 'crashed' ? `loading it fails: ${what}` : what
    const position = at ?? { file: this.fn.file, line: 1, column: 1 }
    this.problem = Object.freeze({ ...position, code: 'flows.function_load', message })
    this.#settle({ kind: 'failed', reason, message: `${where}: ${what}`, log: this.#log })
  }

  #settle(result: FunctionResult): void {
    if (this.settled) return
    this.settled = true
    clearTimeout(this.#timer)
    this.#resolve(Object.freeze({ ...result, log: Object.freeze([...result.log]) }))
  }
}
