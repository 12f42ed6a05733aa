import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Has V8 look through the objects that were made last, and keep those that are still used.
 *
 * V8 does so by itself when some 16 MB of them have come together, and everything waits for as long as it takes
 * to move those that stay. In most programs nearly none stay. Of a revision that is being made all of them do,
 * and calls were held up by 15 to 30 ms. After each slice there are few, and it takes one or two. V8 also shares
 * this work among threads and waits for each of them; where the processors were busy with other things, a call
 * waited 60 ms for such a thread to get its turn. (Node 20.20, two cores.)
 */
export function collectYoung(): void {
  if (collect === undefined) return
  setFlagsFromString('--no-parallel-scavenge')
  collect({ type: 'minor' })
  setFlagsFromString('--parallel-scavenge')
}

type Collect = (options: { readonly type: 'minor' }) => void

const collect = collector()

/** Node has no other way to ask for it. The flag counts only for what is made between the two lines. */
function collector(): Collect | undefined {
  setFlagsFromString('--expose-gc')
  const gc: unknown = runInNewContext('globalThis.gc')
  setFlagsFromString('--no-expose-gc')
  return typeof gc === 'function' ? (options) => gc(options) : undefined
}
