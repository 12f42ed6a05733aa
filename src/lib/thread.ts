import { parentPort, Worker, workerData } from 'node:worker_threads'
import { within } from './waiting.js'

/** What a thread may take, and what ends it early. */
export interface ThreadLimits {
  /** MiB of heap. */
  readonly memoryMb: number
  readonly ms?: number
  readonly signal?: AbortSignal
}

interface ThreadCall {
  readonly module: string
  readonly name: string
  readonly args: readonly unknown[]
}

/** In the thread this file runs again, with the call. */
const BODY = new URL(import.meta.url)

/**
 * Calls a function that a module exports in a worker thread, so that calls are decided meanwhile. The thread sees no
 * environment (no secrets), and is ended whatever comes. Arguments and result are cloned.
 *
 * @param module a compiled file
 * @throws Error that says why there is no result
 */
export async function callInThread<Result>(
  module: URL | string,
  name: string,
  args: readonly unknown[],
  limits: ThreadLimits,
): Promise<Result> {
  const { memoryMb, ms, signal } = limits
  signal?.throwIfAborted()
  const worker = new Worker(BODY, {
    workerData: { threadCall: { module: String(module), name, args } satisfies ThreadCall },
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

async function answer({ module, name, args }: ThreadCall): Promise<void> {
  // Listening keeps the thread, which nothing else may do while the function waits for a process.
  parentPort?.on('message', () => {})
  const exported = (await import(module)) as Readonly<
    Record<string, (...args: readonly unknown[]) => unknown>
  >
  parentPort?.postMessage(await exported[name]?.(...args))
}

const { threadCall } = (workerData ?? {}) as { readonly threadCall?: ThreadCall }
if (threadCall !== undefined) void answer(threadCall)
