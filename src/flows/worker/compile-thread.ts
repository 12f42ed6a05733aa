import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { CompileOrder, ParcelMessage } from './compile-order.js'
import type { Block, Chunk } from './parcel.js'

/** The compiled code is run everywhere, so the worker's file always lies beside this one. */
const BODY = new URL('./compile-worker.js', import.meta.url)

/**
 * A worker thread that compiles one flows folder. It sees no environment (no secrets).
 *
 *     new ──▶ packed() ──▶ blocks() ──▶ chunks() … ──▶ end()
 */
export class CompileThread {
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #memoryMb: number
  #trouble: string | undefined

  constructor(folder: string, memoryMb: number) {
    const { port1, port2 } = new MessageChannel()
    this.#memoryMb = memoryMb
    this.#port = port1
    this.#worker = new Worker(BODY, {
      workerData: { folder, port: port2 } satisfies CompileOrder,
      transferList: [port2],
      env: {},
      execArgv: [],
      argv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    })
  }

  /** Resolves once the parcel can be received, to why it can't be where the thread dies before. */
  packed(signal: AbortSignal | undefined): Promise<string | undefined> {
    return new Promise((resolve) => {
      const stopped = () => settle('it was stopped')
      const settle = (trouble: string | undefined) => {
        signal?.removeEventListener('abort', stopped)
        resolve(trouble)
      }
      signal?.addEventListener('abort', stopped)
      this.#worker.on('message', () => settle(undefined))
      this.#worker.on('error', (error: NodeJS.ErrnoException) => {
        this.#trouble = this.#reason(error)
      })
      this.#worker.on('exit', (code) => settle(this.#trouble ?? `its thread ended with code ${code}`))
    })
  }

  /** What changed hands; to be asked for once, before `chunks`. */
  blocks(): readonly Block[] {
    const message = this.#receive()
    return message?.kind === 'blocks' ? message.blocks : []
  }

  /** Each chunk is received when it is asked for, so that none waits in the heap for its turn. */
  *chunks(): Generator<Chunk, void, undefined> {
    for (let message = this.#receive(); message !== undefined; message = this.#receive())
      if (message.kind === 'chunk') yield message.chunk
  }

  async end(): Promise<void> {
    this.#port.close()
    await this.#worker.terminate()
  }

  #receive(): ParcelMessage | undefined {
    return receiveMessageOnPort(this.#port)?.message as ParcelMessage | undefined
  }

  #reason(error: NodeJS.ErrnoException): string {
    return error.code === 'ERR_WORKER_OUT_OF_MEMORY'
      ? `it needs more than ${this.#memoryMb} MiB of memory`
      : `its thread died of ${error}`
  }
}
