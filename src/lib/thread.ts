import { Worker } from 'node:worker_threads'
import { within } from './waiting.js'

/** What a thread may take, and what ends it early. */
export interface ThreadLimits {
  /** MiB of heap. */
  readonly memoryMb: number
  readonly ms?: number
  readonly signal?: AbortSignal
}

/**
 * Runs a file in a worker thread until it posts its first message, so that calls are decided meanwhile. The thread sees
 * no environment (no secrets), and is ended whatever comes.
 *
 * @param body beside the caller, also in tests, which run compiled code, too
 * @throws Error that says why there is no message
 */
export async function runThread<Result>(
  body: URL,
  workerData: unknown,
  limits: ThreadLimits,
): Promise<Result> {
  const { memoryMb, ms, signal } = limits
  signal?.throwIfAborted()
  const worker = new Worker(body, {
    workerData,
    env: {},
    execArgv: [],
    argv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  })
  const { promise, resolve, reject } = Promise.withResolvers<Result>()
  const fail = (why: string) => reject(new Error(why))
  const stop = () => fail('its thread was ended')
  worker.on('message', resolve)
  worker.on('messageerror', (error) => fail(String(error)))
  worker.on('error', (error: NodeJS.ErrnoException) => {
    const outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    fail(outOfMemory ? `it needs more than ${memoryMb} MiB of memory` : `its thread died of ${error}`)
  })
  worker.on('exit', (code) => fail(`its thread ended with code ${code}`))
  signal?.addEventListener('abort', stop)
  try {
    return await (ms === undefined ? promise : within(ms, 'the thread', promise))
  } finally {
    signal?.removeEventListener('abort', stop)
    await worker.terminate()
  }
}
