import { Worker } from 'node:worker_threads'
import type { ConversationInput } from '../../conversation/conversation.js'
import { positionOf } from '../bundle.js'
import type { FlowLogLine, FunctionResult } from '../final-decision.js'
import type { Problem } from '../problem.js'
import type { FlowFunction } from '../revision.js'
import type { Answer, Failure, FunctionWorkerData, WorkerMessage } from './function-worker.js'

export interface FunctionPoolOptions {
  /** How long a function may run, in milliseconds; 250 by default. A call waits for twice that at most. */
  readonly deadlineMs: number
  /** Threads that run one function at the same time; 4 by default. */
  readonly maxWorkers: number
  /** Heap of each thread in MiB; 256 by default, see `MEMORY_MB`. */
  readonly memoryMb: number
  /** How long loading a file may take when it is checked, in milliseconds; 2,000 by default. */
  readonly checkDeadlineMs: number
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
  /** Calls that wait for a thread. Without one, a call fails. */
  #waiting: ((thread: FunctionThread | undefined) => void)[] = []
  /** Calls that wait or run. */
  #calls = 0
  /** Runs in a row that hit the deadline, crashed, or left a loop behind. */
  #strikes = 0
  /** Runs in a row that failed in another way. */
  #failures = 0
  #suspendedUntil = 0
  #state: 'open' | 'retired' | 'stopped' = 'open'

  /** @param ending holds the threads that are being ended */
  constructor(
    private readonly fn: FlowFunction,
    private readonly options: FunctionPoolOptions,
    private readonly ending: Set<Promise<void>>,
  ) {}

  /** How many threads live, those that still start included. */
  get size(): number {
    return this.#threads.size
  }

  /** Loads the function on a first thread; returns what is wrong with it. */
  async load(): Promise<Problem | undefined> {
    const { checkDeadlineMs } = this.options
    const overdue = `loading it takes longer than ${checkDeadlineMs} ms; is there a loop?`
    const answer = await this.#answerTo(undefined, START_MS, checkDeadlineMs, overdue)
    if (answer.kind !== 'failed') return undefined
    const { stack = '', reason, message } = answer
    const isThrown = reason === 'threw' || reason === 'crashed'
    const what = isThrown ? 'loading it fails: ' : reason === 'busy' ? 'it was not checked: ' : ''
    const position = positionOf(stack, this.fn) ?? { file: this.fn.file, line: 1, column: 1 }
    return { ...position, code: 'flows.function_load', message: what + message }
  }

  /** Runs the function for one call. Never rejects, and settles within twice the deadline. */
  async run(input: ConversationInput): Promise<FunctionResult> {
    const { deadlineMs } = this.options
    const log: FlowLogLine[] = []
    const overdue = `it did not end within ${deadlineMs} ms; look for an endless loop or a slow await`
    this.#calls++
    const answer = await this.#answerTo(input, deadlineMs, deadlineMs, overdue, log)
    if (--this.#calls === 0 && this.#state === 'retired') this.stop()
    if (answer.kind !== 'failed') return { ...answer, log }
    const { reason, message, stack = '' } = answer
    const at = positionOf(stack, this.fn)
    const where = at === undefined ? this.fn.file : `${at.file}:${at.line}:${at.column}`
    return { kind: 'failed', reason, message: `${where}: ${message}`, log }
  }

  /** Finishes the calls that it has, and ends its threads: a new revision has other ones. */
  retire(): void {
    if (this.#calls === 0) this.stop()
    else this.#state = 'retired'
  }

  /** Fails what still runs, and ends every thread. */
  stop(): void {
    this.#state = 'stopped'
    this.#giveUp()
    for (const thread of this.#threads) this.#end(thread)
  }

  /** Waits for a free thread, and then for its answer. */
  async #answerTo(
    input: ConversationInput | undefined,
    waitMs: number,
    runMs: number,
    overdue: string,
    log: FlowLogLine[] = [],
  ): Promise<Answer> {
    const thread = this.#whyNot() === undefined ? await this.#freeThread(waitMs) : undefined
    if (thread === undefined) {
      const message = `no worker thread became free within ${waitMs} ms`
      return this.#whyNot() ?? { kind: 'failed', reason: 'busy', message }
    }
    const answer = await thread.run(input, log, runMs, overdue)
    if (answer.kind === 'failed' && answer.reason === 'deadline') this.#lost(thread)
    this.#failures = answer.kind === 'failed' ? this.#failures + 1 : 0
    // What an earlier run left on the threads may be why runs fail.
    if (this.#failures % MOST_FAILURES === 0 && this.#failures > 0)
      for (const one of this.#threads) if (one.state !== 'running') this.#end(one)
    this.#serve()
    return answer
  }

  /** Why no call is run now. */
  #whyNot(): Failure | undefined {
    if (this.#state === 'stopped') return { kind: 'failed', reason: 'busy', message: STOPPED }
    if (this.#suspendedUntil <= this.options.now()) return undefined
    const time = new Date(this.#suspendedUntil).toISOString()
    const message = `it hit its deadline or crashed three times in a row; it is tried again at ${time}, or once it is changed`
    return { kind: 'failed', reason: 'suspended', message }
  }

  #freeThread(ms: number): Promise<FunctionThread | undefined> {
    const { promise, resolve } = Promise.withResolvers<FunctionThread | undefined>()
    this.#waiting.push(resolve)
    const timer = setTimeout(() => {
      this.#waiting = this.#waiting.filter((waiting) => waiting !== resolve)
      resolve(undefined)
    }, ms)
    this.#serve()
    return promise.finally(() => clearTimeout(timer))
  }

  /** Gives free threads to calls that wait. Then one is free or comes for each that still waits, or beside those that run. */
  #serve(): void {
    if (this.#state === 'stopped') return
    for (const thread of this.#threads) {
      const resolve = thread.state === 'free' ? this.#waiting.shift() : undefined
      if (resolve === undefined) continue
      thread.state = 'running'
      resolve(thread)
    }
    const needed = Math.max(this.#state === 'open' && this.#calls > 0 ? 1 : 0, this.#waiting.length)
    let coming = [...this.#threads].filter(({ state }) => state !== 'running').length
    try {
      for (; coming < needed && this.size < this.options.maxWorkers; coming++) this.#startThread()
    } catch {
      // The system gives no more threads: the calls that wait for one end as busy, and the next one tries again.
    }
  }

  #startThread(): void {
    const { deadlineMs, memoryMb } = this.options
    const thread: FunctionThread = new FunctionThread(this.fn, memoryMb, deadlineMs / 2, {
      ready: (isAfterRun) => {
        if (isAfterRun) this.#strikes = 0
        this.#serve()
      },
      lost: () => {
        this.#lost(thread)
        // Without a call that waits none is started: a thread that cannot start would be replaced for ever.
        if (this.#waiting.length > 0) this.#serve()
      },
    })
    this.#threads.add(thread)
  }

  /**
   * Ends a thread that died or holds. The circuit breaker: after three in a row the function is not run for ten seconds,
   * and its waiting calls fail; then it is tried again. A repaired file has a pool of its own and is tried at once.
   */
  #lost(thread: FunctionThread): void {
    if (!this.#threads.has(thread)) return
    this.#end(thread)
    if (thread.state === 'free' || thread.runs === 0 || ++this.#strikes < MOST_STRIKES) return
    this.#suspendedUntil = this.options.now() + SUSPENDED_MS
    this.#giveUp()
  }

  #giveUp(): void {
    for (const resolve of this.#waiting.splice(0)) resolve(undefined)
  }

  /** Ends a thread in the background: ending one that loops can take a while, and no call should wait for it. */
  #end(thread: FunctionThread): void {
    this.#threads.delete(thread)
    const ended = thread.end().finally(() => this.ending.delete(ended))
    this.ending.add(ended)
  }
}

const STOPPED = 'Doorman is being stopped'

const BODY = new URL('./function-worker.js', import.meta.url)

/** Node freezes the intrinsics before the first line of the worker runs, see `lockGlobals`. */
const NODE_OPTIONS = ['--frozen-intrinsics', '--disable-warning=ExperimentalWarning']

/**
 * A worker thread that runs one code flow, for one call at a time: it says that it is ready, gets a call, answers, and
 * is ready again. It sees no environment (no secrets) and never keeps the process alive: while a call waits for it, the
 * timer of that call does.
 */
class FunctionThread {
  /** `coming`: it starts, or has answered and is not ready again. */
  state: 'coming' | 'free' | 'running' = 'coming'
  /** How many calls it has run. */
  runs = 0
  readonly #worker: Worker
  #call: { readonly log: FlowLogLine[]; answer(answer: Answer): void } | undefined
  #returning: NodeJS.Timeout | undefined

  /** @param returnMs how long it may take after an answer until it is ready again */
  constructor(
    fn: FlowFunction,
    memoryMb: number,
    private readonly returnMs: number,
    private readonly on: { ready(isAfterRun: boolean): void; lost(): void },
  ) {
    this.#worker = new Worker(BODY, {
      workerData: { file: fn.file, code: fn.code } satisfies FunctionWorkerData,
      env: {},
      execArgv: NODE_OPTIONS,
      argv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    })
    let error = ''
    this.#worker.on('message', (message: WorkerMessage) => this.#onMessage(message))
    this.#worker.on('error', (thrown: NodeJS.ErrnoException) => {
      const outOfMemory = thrown.code === 'ERR_WORKER_OUT_OF_MEMORY'
      error = outOfMemory ? 'it ran out of memory' : `its worker thread died: ${thrown}`
    })
    this.#worker.on('exit', (code) => {
      const message = error || `it ended its worker thread (process.exit, code ${code})`
      this.#call?.answer({ kind: 'failed', reason: 'crashed', message })
      on.lost()
    })
    // The standard streams are captured and not read: reading would keep the process alive, and what a flow writes
    // there arrives as log lines.
    this.#worker.unref()
  }

  /**
   * Runs the function for one call, or only loads it. Never rejects.
   *
   * @param log is given the lines that it writes.
   */
  async run(
    input: ConversationInput | undefined,
    log: FlowLogLine[],
    ms: number,
    overdue: string,
  ): Promise<Answer> {
    const { promise, resolve: answer } = Promise.withResolvers<Answer>()
    // A timer of a busy process may fire before an answer that came in time; that one is handled before the next turn.
    const late = () => setImmediate(answer, { kind: 'failed', reason: 'deadline', message: overdue })
    const timer = setTimeout(late, ms)
    this.#call = { log, answer }
    if (input !== undefined) this.runs++
    try {
      this.#worker.postMessage(input)
    } catch (error) {
      const message = `its call cannot be sent to a worker thread: ${error}`
      answer({ kind: 'failed', reason: 'not-cloneable', message })
      this.#worker.postMessage(undefined)
    }
    const result = await promise
    clearTimeout(timer)
    this.#call = undefined
    return result
  }

  #onMessage(message: WorkerMessage): void {
    if (message.kind === 'log') this.#call?.log.push(message.line)
    else if (message.kind === 'answer') {
      this.#call?.answer(message.answer)
      this.state = 'coming'
      const isHeld = () => this.state === 'coming' && this.on.lost()
      this.#returning = setTimeout(() => setImmediate(isHeld), this.returnMs).unref()
    } else {
      clearTimeout(this.#returning)
      this.state = 'free'
      this.on.ready(this.runs > 0)
    }
  }

  /** Ends the thread, whatever it does. Some native code (a huge `JSON.parse`) delays this by seconds. */
  async end(): Promise<void> {
    clearTimeout(this.#returning)
    this.#call?.answer({ kind: 'failed', reason: 'busy', message: STOPPED })
    await this.#worker.terminate()
  }
}
