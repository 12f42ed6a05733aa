import { PbxError } from './pbx.js'

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
