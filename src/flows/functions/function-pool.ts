import type { ConversationInput } from '../../conversation/conversation.js'
import { positionOf } from '../bundle.js'
import type { Problem } from '../problem.js'
import type { FlowFunction } from '../revision.js'
import {
  type Answer,
  type Failure,
  type FlowLogLine,
  type FunctionFailure,
  type FunctionResult,
  FunctionThread,
  STOPPED,
} from './function-thread.js'

export interface FunctionPoolOptions {
  /** How long a function may run, in milliseconds; 250 by default. A call waits for twice that at most. */
  readonly deadlineMs: number
  /** Threads that run one function at the same time; 4 by default. */
  readonly maxWorkers: number
  /** Heap of each thread in MiB; 256 by default, see `MEMORY_MB`. */
  readonly memoryMb: number
  /** How long loading a file may take when it is checked, in milliseconds; 2,000 by default. */
  readonly checkDeadlineMs: number
  /** After so many milliseconds without a call one thread is kept; 10,000 by default. */
  readonly idleMs: number
  /** Milliseconds since 1970, for how long a broken function is suspended. */
  readonly now: () => number
}

/** Starting a thread takes some 50 ms; this is for a busy machine. */
const START_MS = 10_000

/** So many runs at fault in a row suspend a function; so many other failures in a row renew its threads. */
const MOST_STRIKES = 3
const SUSPENDED_MS = 10_000
const MOST_FAILURES = 3

/** The worker threads of one code flow, and the calls that wait for one of them. */
export class FunctionPool {
  readonly #threads = new Set<FunctionThread>()
  /** Calls that wait for a thread. Without one, a call looks why. */
  #waiting: ((thread: FunctionThread | undefined) => void)[] = []
  /** Runs in a row that hit the deadline or crashed. */
  #strikes = 0
  /** Runs that left a loop behind, or an exit, for the next one to meet: cleared where a thread took two in a row. */
  #leftBehind = 0
  /** Runs in a row that failed in another way. */
  #failures = 0
  #suspendedUntil = 0
  #state: 'open' | 'retired' | 'stopped' = 'open'
  readonly #idle: NodeJS.Timeout

  /** @param ending holds the threads that are being ended */
  constructor(
    private readonly fn: FlowFunction,
    private readonly options: FunctionPoolOptions,
    private readonly ending: Set<Promise<void>>,
  ) {
    this.#idle = setTimeout(() => this.#endAllFreeBut(1), options.idleMs).unref()
  }

  /** How many threads live, those that still start included. */
  get size(): number {
    return this.#threads.size
  }

  /** Loads the function on a first thread; returns what is wrong with it. */
  async load(): Promise<Problem | undefined> {
    const { checkDeadlineMs } = this.options
    const overdue = `loading it takes longer than ${checkDeadlineMs} ms; is there a loop?`
    const limits = { takeMs: START_MS, runMs: () => checkDeadlineMs, overdue }
    const isStopped = this.#state === 'stopped'
    const answer = isStopped ? STOPPED : await this.#startThread().run(undefined, limits)
    if (answer.kind !== 'failed') return undefined
    const { stack = '', reason, message } = answer
    const isThrown = reason === 'threw' || reason === 'crashed'
    const isUntried = reason === 'busy' || reason === 'not-taken'
    const what = isThrown ? 'loading it fails: ' : isUntried ? 'it was not checked: ' : ''
    const position = positionOf(stack, this.fn) ?? { file: this.fn.file, line: 1, column: 1 }
    return { ...position, code: 'flows.function_load', message: what + message }
  }

  /** Runs the function for one call. Never rejects, and settles within twice the deadline. */
  async run(input: ConversationInput): Promise<FunctionResult> {
    const { deadlineMs } = this.options
    const arrived = performance.now()
    const left = (ms: number) => ms - (performance.now() - arrived)
    const limits = {
      takeMs: deadlineMs / 2,
      runMs: () => Math.min(deadlineMs, left(2 * deadlineMs)),
      overdue: `it did not end within ${deadlineMs} ms; look for an endless loop or a slow await`,
    }
    const log: FlowLogLine[] = []
    for (let isWaitingAgain = false; ; isWaitingAgain = true) {
      const refusal = this.#refusal(left(deadlineMs))
      if (refusal !== undefined) return this.#failed(refusal, log)
      const thread = await this.#freeThread(left(deadlineMs), isWaitingAgain)
      const answer = await thread?.run(input, limits, log)
      if (thread === undefined || answer === undefined) continue
      this.#release(thread, answer)
      if (answer.kind === 'chose') return { ...answer, log }
      if (answer.kind === 'failed' && answer.reason !== 'not-taken') return this.#failed(answer, log)
    }
  }

  /** Runs what waits, and ends each thread that is not needed for that: a new revision has other threads. */
  retire(): void {
    if (this.#state === 'open') this.#state = 'retired'
    // The timer would keep the function in memory, and with it its revision.
    clearTimeout(this.#idle)
    this.#serve()
  }

  /** Fails what still runs, and ends every thread. */
  stop(): void {
    this.#state = 'stopped'
    clearTimeout(this.#idle)
    for (const resolve of this.#waiting.splice(0)) resolve(undefined)
    for (const thread of this.#threads) this.#end(thread)
  }

  /** Why a call is not run now; undefined where it may wait for a thread. */
  #refusal(leftMs: number): Failure | undefined {
    if (this.#state === 'stopped') return STOPPED
    if (this.#suspendedUntil > this.options.now()) {
      const time = new Date(this.#suspendedUntil).toISOString()
      const message = `it hit its deadline or crashed three times in a row; it is tried again at ${time}, or once it is changed`
      return { kind: 'failed', reason: 'suspended', message }
    }
    const message = `no worker thread became free within ${this.options.deadlineMs} ms`
    return leftMs > 0 ? undefined : { kind: 'failed', reason: 'busy', message }
  }

  /** @param isWaitingAgain puts the call first, since it has waited longest */
  #freeThread(ms: number, isWaitingAgain: boolean): Promise<FunctionThread | undefined> {
    const { promise, resolve } = Promise.withResolvers<FunctionThread | undefined>()
    this.#waiting = isWaitingAgain ? [resolve, ...this.#waiting] : [...this.#waiting, resolve]
    const timer = setTimeout(() => {
      this.#waiting = this.#waiting.filter((waiting) => waiting !== resolve)
      resolve(undefined)
    }, ms)
    this.#serve()
    return promise.finally(() => clearTimeout(timer))
  }

  /** Gives free threads to calls that wait. Then one is free or starts for each that still waits, or for the next. */
  #serve(): void {
    if (this.#state === 'stopped') return
    for (const thread of this.#free().filter(({ ready }) => ready)) {
      const resolve = this.#waiting.shift()
      if (resolve === undefined) break
      thread.isTaken = true
      resolve(thread)
    }
    const needed = Math.max(this.#state === 'open' ? 1 : 0, this.#waiting.length)
    if (this.#state === 'retired') this.#endAllFreeBut(needed)
    try {
      for (let count = this.#free().length; count < needed && this.size < this.options.maxWorkers; count++)
        this.#startThread()
    } catch {
      // The system gives no more threads: the calls that wait for one end as busy, and the next one tries again.
    }
  }

  #free(): readonly FunctionThread[] {
    return [...this.#threads].filter(({ isTaken }) => !isTaken)
  }

  #endAllFreeBut(kept: number): void {
    for (const thread of this.#free().slice(kept)) this.#end(thread)
  }

  #startThread(): FunctionThread {
    const thread: FunctionThread = new FunctionThread(
      this.fn,
      this.options.memoryMb,
      () => this.#serve(),
      () => {
        this.#threads.delete(thread)
        // One that died before it was ready is not replaced until the next call: it would only die again.
        if (thread.ready) this.#serve()
      },
    )
    this.#threads.add(thread)
    return thread
  }

  /** Takes a thread back after a run. */
  #release(thread: FunctionThread, answer: Answer): void {
    thread.isTaken = false
    if (this.#state === 'open') this.#idle.refresh()
    const reason = answer.kind === 'failed' ? answer.reason : undefined
    if (reason === 'not-taken') this.#strike(++this.#leftBehind)
    else if (reason === 'deadline' || reason === 'crashed') this.#strike(++this.#strikes)
    else {
      this.#strikes = 0
      this.#failures = reason === undefined ? 0 : this.#failures + 1
      // The thread began with this run, so the one before had left nothing.
      if (thread.runs > 1) this.#leftBehind = 0
    }
    if (reason === 'not-taken' || reason === 'deadline') this.#end(thread)
    // What an earlier run left on the threads may be why runs fail.
    if (this.#failures === MOST_FAILURES) this.#endAllFreeBut(0)
    this.#serve()
  }

  /**
   * The circuit breaker: after three strikes the function is not run for ten seconds, and its waiting calls fail; then it
   * is tried again. A repaired file has a pool of its own and is tried at once.
   */
  #strike(count: number): void {
    if (count < MOST_STRIKES) return
    this.#suspendedUntil = this.options.now() + SUSPENDED_MS
    for (const resolve of this.#waiting.splice(0)) resolve(undefined)
  }

  #failed({ reason, message, stack = '' }: Failure, log: readonly FlowLogLine[]): FunctionResult {
    const at = positionOf(stack, this.fn)
    const where = at === undefined ? this.fn.file : `${at.file}:${at.line}:${at.column}`
    return { kind: 'failed', reason: reason as FunctionFailure, message: `${where}: ${message}`, log }
  }

  /** Ends a thread in the background: ending one that loops can take a while, and no call should wait for it. */
  #end(thread: FunctionThread): void {
    this.#threads.delete(thread)
    const ended = thread.end().finally(() => this.ending.delete(ended))
    this.ending.add(ended)
  }
}
