import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { ConversationInput, LogLevel } from '../../conversation/conversation.js'
import type { State } from '../../conversation/state.js'
import type { FlowFunction } from '../revision.js'

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

/** What a thread is started with. */
export interface FunctionWorkerData {
  readonly port: MessagePort
  /** The file as `run:` names it; stacks show it. */
  readonly file: string
  readonly code: string
}

const BODY = new URL('./function-worker.js', import.meta.url)

/** Node freezes the intrinsics before the first line of the worker runs, see `lockGlobals`. */
const NODE_OPTIONS = ['--frozen-intrinsics', '--disable-warning=ExperimentalWarning']

export interface RunLimits {
  /** How long the thread may take to begin, in milliseconds. */
  readonly takeMs: number
  /** How long it may then run, in milliseconds; asked once it has begun. */
  runMs(): number
  /** What to say of a run that takes longer. */
  readonly overdue: string
}

interface Run {
  readonly job: number
  isTaken: boolean
  onMessage(message: Exclude<WorkerMessage, { kind: 'ready' }>): void
  /** Only the first answer counts. */
  answer(answer: Answer): void
}

const NOT_TAKEN: Failure = { kind: 'failed', reason: 'not-taken', message: 'no worker thread began in time' }
export const STOPPED: Failure = { kind: 'failed', reason: 'busy', message: 'Doorman is being stopped' }

/**
 * A worker thread that runs one code flow, and the port to it. It sees no environment (no secrets) and never keeps
 * the process alive: while a call waits for it, the timer of that call does.
 */
export class FunctionThread {
  ready = false
  /** A call has it. */
  isTaken = false
  /** How many calls it has run. */
  runs = 0
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #onReady: () => void
  #jobs = 0
  #run: Run | undefined
  #ended = false

  /** @param onDeath called where the thread dies by itself */
  constructor(fn: FlowFunction, memoryMb: number, onReady: () => void, onDeath: () => void) {
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.#onReady = onReady
    this.#worker = new Worker(BODY, {
      workerData: { port: port2, file: fn.file, code: fn.code } satisfies FunctionWorkerData,
      transferList: [port2],
      env: {},
      execArgv: NODE_OPTIONS,
      argv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    })
    let error = ''
    this.#port.on('message', (message: WorkerMessage) => this.#onMessage(message))
    this.#worker.on('error', (thrown: NodeJS.ErrnoException) => {
      const outOfMemory = thrown.code === 'ERR_WORKER_OUT_OF_MEMORY'
      error = outOfMemory ? 'it ran out of memory' : `its worker thread died: ${thrown}`
    })
    this.#worker.on('exit', (code) => {
      if (this.#ended) return
      this.#drain()
      this.#ended = true
      this.#port.close()
      const message = error || `it ended its worker thread (process.exit, code ${code})`
      this.#run?.answer(this.#run.isTaken ? { kind: 'failed', reason: 'crashed', message } : NOT_TAKEN)
      onDeath()
    })
    // The standard streams are captured and not read: reading would keep the process alive, and what a flow writes
    // there arrives as log lines.
    this.#port.unref()
    this.#worker.unref()
  }

  /**
   * Runs the function for one call, one at a time, or only loads it. Never rejects.
   *
   * @param log is given the lines that it writes.
   */
  run(input: FunctionOrder['input'], limits: RunLimits, log: FlowLogLine[] = []): Promise<Answer> {
    if (this.#ended) return Promise.resolve(NOT_TAKEN)
    const { promise, resolve: answer } = Promise.withResolvers<Answer>()
    const overdue: Failure = { kind: 'failed', reason: 'deadline', message: limits.overdue }
    const late = (failure: Failure) => () => {
      this.#drain()
      if (failure === overdue || !run.isTaken) answer(failure)
    }
    let timer = setTimeout(late(NOT_TAKEN), limits.takeMs)
    const run: Run = {
      job: ++this.#jobs,
      isTaken: false,
      answer,
      onMessage: (message) => {
        if (message.kind === 'log') log.push(message.line)
        else if (message.kind === 'answer') answer(message.answer)
        else {
          run.isTaken = true
          if (input !== undefined) this.runs++
          clearTimeout(timer)
          timer = setTimeout(late(overdue), Math.max(0, limits.runMs()))
        }
      },
    }
    this.#run = run
    try {
      this.#port.postMessage({ job: run.job, input } satisfies FunctionOrder)
    } catch (error) {
      const message = `its call cannot be sent to a worker thread: ${error}`
      answer({ kind: 'failed', reason: 'not-cloneable', message })
    }
    return promise.finally(() => {
      clearTimeout(timer)
      this.#run = undefined
    })
  }

  #onMessage(message: WorkerMessage): void {
    if (message.kind === 'ready') {
      this.ready = true
      this.#onReady()
    } else if (message.job === this.#run?.job) this.#run.onMessage(message)
  }

  /**
   * Handles messages that have arrived already. A timer of a busy process may fire before a message that came
   * in time, and that run must not count as late.
   */
  #drain(): void {
    let got = receiveMessageOnPort(this.#port)
    for (; got !== undefined; got = receiveMessageOnPort(this.#port))
      this.#onMessage(got.message as WorkerMessage)
  }

  /** Ends the thread, whatever it does. Some native code (a huge `JSON.parse`) delays this by seconds. */
  async end(): Promise<void> {
    this.#ended = true
    this.#port.close()
    this.#run?.answer(STOPPED)
    await this.#worker.terminate()
  }
}
