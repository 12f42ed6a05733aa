import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { FunctionJob } from './function-job.js'
import type { FunctionOrder, WorkerMessage } from './function-result.js'

/** The worker's file always lies beside this one: tests run compiled code too. */
const BODY = new URL('./function-worker.js', import.meta.url)

/** Node freezes the intrinsics before the first line of the worker runs, see intrinsics.ts. */
const NODE_OPTIONS = ['--frozen-intrinsics', '--disable-warning=ExperimentalWarning']

/**
 * One worker thread and the port to it. It sees no environment (no secrets) and never keeps the process alive:
 * while a call waits for it, the timer of that call does.
 */
export class FunctionThread {
  ready = false
  /** The job in hand, or the one that it is started for. */
  job: FunctionJob | undefined
  /** Ends after the job in hand: a new revision has threads of its own. */
  retired = false
  /** Hash of the function that ran on it last, which is at fault where the thread no longer answers. */
  lastHash: string | undefined
  /** Runs in a row that failed; what an earlier run left behind may be the reason. */
  failures = 0
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #onMessage: (thread: FunctionThread, message: WorkerMessage) => void
  readonly #loaded = new Set<string>()
  #ended = false

  /** @param onExit called where the thread dies by itself, with the reason. */
  constructor(
    memoryMb: number,
    onMessage: (thread: FunctionThread, message: WorkerMessage) => void,
    onExit: (thread: FunctionThread, why: string) => void,
  ) {
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.#onMessage = onMessage
    this.#worker = new Worker(BODY, {
      workerData: { port: port2 },
      transferList: [port2],
      env: {},
      execArgv: NODE_OPTIONS,
      argv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    })
    let error = ''
    this.#port.on('message', (message: WorkerMessage) => onMessage(this, message))
    this.#worker.on('error', (thrown: NodeJS.ErrnoException) => {
      const outOfMemory = thrown.code === 'ERR_WORKER_OUT_OF_MEMORY'
      error = outOfMemory ? 'it ran out of memory' : `its worker thread died: ${thrown}`
    })
    this.#worker.on('exit', (code) => {
      if (this.#ended) return
      this.drain()
      this.#ended = true
      this.#port.close()
      onExit(this, error || `it ended its worker thread (process.exit, code ${code})`)
    })
    // The standard streams are captured and not read: reading would keep the process alive, and what a flow writes
    // there arrives as log lines.
    this.#port.unref()
    this.#worker.unref()
  }

  /** @throws DataCloneError where the input cannot be sent to a thread. */
  hand(job: FunctionJob): void {
    const { id, fn, hash, input } = job
    const code = this.#loaded.has(hash) ? undefined : fn.code
    this.#port.postMessage({ job: id, file: fn.file, hash, code, input } satisfies FunctionOrder)
    this.#loaded.add(hash)
    this.job = job
  }

  /**
   * Handles messages that have arrived already. A timer of a busy process may fire before a message that came
   * in time, and that run must not count as late.
   */
  drain(): void {
    let got = receiveMessageOnPort(this.#port)
    for (; got !== undefined; got = receiveMessageOnPort(this.#port))
      this.#onMessage(this, got.message as WorkerMessage)
  }

  /** Ends the thread, whatever it does. Some native code (a huge `JSON.parse`) delays this by seconds. */
  async end(): Promise<void> {
    this.#ended = true
    this.#port.close()
    await this.#worker.terminate()
  }
}
