import { PbxError } from '../asterisk/pbx.js'

/**
 * Settles as `work` does, or fails as `unreachable` after the given time. ari-client's requests never settle
 * when the network fails and asterisk-manager's never call back while it is down, so that no step may wait
 * for either without this.
 */
export async function within<T>(timeoutMs: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const fail = () => reject(new PbxError('unreachable', `${what}: no answer within ${timeoutMs} ms`))
    timer = setTimeout(fail, timeoutMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    // Whatever comes after the time limit is nobody's any more.
    work.catch(() => undefined)
  }
}

/** The same, and over as soon as it is stopped: for work that can neither be ended nor hears of a signal. */
export function withinUnless<T>(
  stopped: AbortSignal,
  timeoutMs: number,
  what: string,
  work: Promise<T>,
): Promise<T> {
  const stop = new Promise<never>((_, reject) => {
    const fail = () => reject(new PbxError('unreachable', `${what}: stopped`))
    if (stopped.aborted) fail()
    else stopped.addEventListener('abort', fail, { once: true })
  })
  return within(timeoutMs, what, Promise.race([work, stop]))
}
