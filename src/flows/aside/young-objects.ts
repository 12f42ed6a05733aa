import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Has V8 look through the objects that were made last, and keep those that are still used.
 *
 * V8 does so by itself when some 16 MB of them have come together, and everything waits for as long as it takes
 * to move those that stay. In most programs nearly none stay. Of a revision that is being made all of them do,
 * and calls were held up by 15 to 30 ms (Node 20.20, two cores). After each slice there are few, and it takes
 * one or two.
 */
export const collectYoung: () => void = collector()

/** Node has no other way to ask for it. The flag counts only for what is made between the two lines. */
function collector(): () => void {
  try {
    setFlagsFromString('--expose-gc')
    const gc: unknown = runInNewContext('gc')
    setFlagsFromString('--no-expose-gc')
    return typeof gc === 'function' ? () => gc({ type: 'minor' }) : () => {}
  } catch {
    // Then calls wait a little longer, now and again.
    return () => {}
  }
}
