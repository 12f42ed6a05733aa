import { setImmediate } from 'node:timers/promises'

/** Work that was not done in time. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
}

/**
 * Settles as `work` does, or rejects with a `TimeoutError` after the time or as soon as it is `stopped`. ari-client's
 * requests never settle when the network fails, and asterisk-manager's never call back while it is down.
 */
export async function within<T>(
  timeoutMs: number,
  what: string,
  work: Promise<T>,
  stopped?: AbortSignal,
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const fail = (why: string) => reject(new TimeoutError(`${what}: ${why}`))
  const stop = () => fail('stopped')
  const timer = setTimeout(fail, timeoutMs, `no answer within ${timeoutMs} ms`)
  if (stopped?.aborted) stop()
  stopped?.addEventListener('abort', stop)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
    stopped?.removeEventListener('abort', stop)
    work.catch(() => undefined)
  }
}

const FIRST_MS = 250
const CAP_MS = 5_000

/**
 * How long to wait before try number `attempt` (from 0): doubling from a quarter of a second up to five
 * seconds, or what is given, each shortened by up to a half at random, so that several instances do not try in step.
 */
export function retryDelayMs(
  attempt: number,
  random: () => number = Math.random,
  [firstMs, capMs]: readonly [firstMs: number, capMs: number] = [FIRST_MS, CAP_MS],
): number {
  const full = Math.min(capMs, firstMs * 2 ** Math.min(attempt, 10))
  return Math.round(full * (1 - random() / 2))
}

/** A pause that a stop can cut short. */
export function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    function done() {
      clearTimeout(timer)
      stopped.removeEventListener('abort', done)
      resolve()
    }
    if (stopped.aborted) done()
    else stopped.addEventListener('abort', done)
  })
}

/** The returned function does work when all that came before it has ended, be it that it failed. */
export function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = last.then(work)
    last = result.catch(() => undefined)
    return result
  }
}

/**
 * For long work on the main thread: the returned function lets the event loop run, and with it the calls, once the
 * work has held it for some milliseconds.
 */
export function turns(ms = 4): () => Promise<void> {
  let until = performance.now() + ms
  return async () => {
    if (performance.now() < until) return
    await setImmediate()
    until = performance.now() + ms
  }
}
