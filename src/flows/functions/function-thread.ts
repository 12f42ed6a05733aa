import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { FunctionJob } from './function-job.js'
import type { FunctionOrder, WorkerMessage } from './function-message.js'
import { RecentScripts } from './function-scripts.js'

/** Who hears of a thread. `gone` comes once, and not after `end`. */
export interface ThreadOwner {
  heard(thread: FunctionThread, message: WorkerMessage): void
  gone(thread: FunctionThread, why: string): void
}

/** Tests run compiled code, and so does the daemon: the worker's file always lies beside this one. */
const BODY = new URL('./function-worker.js', import.meta.url)

/**
 * One worker thread and the port to it. It sees no environment (no secrets) and never keeps the process alive:
 * what does, while a call waits for it, is the timer of that call.
 */
export class FunctionThread {
  ready = false
  /** The job that it has in hand. */
  job: FunctionJob | undefined
  /** Hash of the function that ran on it last: who is to blame where it no longer answers. */
  lastHash: string | undefined
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #owner: ThreadOwner
  readonly #known = new RecentScripts<true>()
  #trouble = ''
  #ended = false

  constructor(owner: ThreadOwner, memoryMb: number) {
    const { port1, port2 } = new MessageChannel()
    this.#owner = owner
    this.#port = port1
    this.#worker = new Worker(BODY, {
      workerData: { port: port2 },
      transferList: [port2],
      env: {},
      execArgv: [],
      argv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    })
    this.#listen()
  }

  /** @throws DataCloneError where the input cannot be sent to a thread. */
  hand(order: Omit<FunctionOrder, 'code'>, code: string): void {
    const known = this.#known.get(order.hash)
    this.#port.postMessage({ ...order, code: known ? undefined : code } satisfies FunctionOrder)
    if (!known) this.#known.keep(order.hash, true)
  }

  /**
   * Hears what the thread has said already. A timer of a busy daemon may fire before a message that came in
   * time, and a call must not be called late for that.
   */
  drain(): void {
    for (
      let got = receiveMessageOnPort(this.#port);
      got !== undefined;
      got = receiveMessageOnPort(this.#port)
    ) {
      this.#owner.heard(this, got.message as WorkerMessage)
    }
  }

  /** Ends the thread, whatever it does. Some native code (a huge `JSON.parse`) lets this wait for seconds. */
  async end(): Promise<void> {
    this.#ended = true
    this.#port.close()
    await this.#worker.terminate()
  }

  #listen(): void {
    this.#port.on('message', (message: WorkerMessage) => this.#owner.heard(this, message))
    this.#worker.on('error', (error: NodeJS.ErrnoException) => {
      this.#trouble =
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? 'it ran out of memory'
          : `its worker thread died of ${error}`
    })
    this.#worker.on('exit', (code) => this.#exited(code))
    // Nobody reads the worker's standard streams: reading would keep the process alive, and what a flow writes
    // there comes as log lines. They are asked for all the same, so that nothing gets past them.
    this.#port.unref()
    this.#worker.unref()
  }

  #exited(code: number): void {
    if (this.#ended) return
    this.drain()
    this.#ended = true
    this.#port.close()
    this.#owner.gone(this, this.#trouble || `it ended its worker thread (process.exit, code ${code})`)
  }
}
