/** Work that was not done in time. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
}

/**
 * Settles as `work` does, or rejects with a `TimeoutError`. ari-client's requests never settle when the network fails,
 * and asterisk-manager's never call back while it is down.
 */
export async function within<T>(timeoutMs: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const fail = () => reject(new TimeoutError(`${what}: no answer within ${timeoutMs} ms`))
    timer = setTimeout(fail, timeoutMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    work.catch(() => undefined)
  }
}

/** The same, and over as soon as it is stopped: for work that cannot be ended. */
export function withinUnless<T>(
  stopped: AbortSignal,
  timeoutMs: number,
  what: string,
  work: Promise<T>,
): Promise<T> {
  const stop = new Promise<never>((_, reject) => {
    const fail = () => reject(new TimeoutError(`${what}: stopped`))
    if (stopped.aborted) fail()
    else stopped.addEventListener('abort', fail, { once: true })
  })
  return within(timeoutMs, what, Promise.race([work, stop]))
}
