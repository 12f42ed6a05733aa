import { Worker } from 'node:worker_threads'
import type { LoadRequest, LoadResult } from './load-worker.js'

const BODY = new URL('./load-worker.js', import.meta.url)

/** Heap of the thread in MiB; a million rows need a tenth. */
const MEMORY_MB = 4_096

/**
 * Loads tables in a worker thread, so that calls are decided meanwhile. The thread is there only while something loads;
 * the tables it makes lie in shared memory. It sees no environment.
 */
export class TableLoader {
  #worker: Worker | undefined
  readonly #waiting = new Map<number, (result: LoadResult) => void>()
  #requests = 0

  /** Rejects never. */
  load(request: Omit<LoadRequest, 'id'>): Promise<LoadResult> {
    const id = this.#requests++
    this.#worker ??= this.#start()
    this.#worker.postMessage({ ...request, id })
    return new Promise((resolve) => void this.#waiting.set(id, resolve))
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate()
  }

  #start(): Worker {
    const resourceLimits = { maxOldGenerationSizeMb: MEMORY_MB }
    const worker = new Worker(BODY, { env: {}, execArgv: [], argv: [], resourceLimits })
    let why = 'its thread was ended'
    worker.on('message', ({ id, result }: { readonly id: number; readonly result: LoadResult }) => {
      this.#waiting.get(id)?.(result)
      this.#waiting.delete(id)
      if (this.#waiting.size > 0) return
      this.#worker = undefined
      void worker.terminate()
    })
    worker.on('error', (error) => {
      why = `its thread died: ${error.message}`
    })
    worker.on('exit', () => {
      // Another one may load by now.
      if (this.#worker !== worker) return
      this.#worker = undefined
      for (const resolve of this.#waiting.values()) resolve({ ok: false, reason: why })
      this.#waiting.clear()
    })
    return worker
  }
}
