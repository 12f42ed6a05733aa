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
