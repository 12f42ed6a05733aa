import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import { collectYoung } from './young-objects.js'

/** So long other work waits at most, in milliseconds, apart from the last step before a pause. */
const SLICE_MS = 2

/** So much less in use than before, in bytes, means that V8 has looked through all of its memory meanwhile. */
const FREED = 8_000_000

/** So long V8 tidies up behind such a look, on another thread. Whoever wants something of it waits for the end. */
export const TIDYING_MS = 250

const inUse = () => getHeapStatistics().used_heap_size

/**
 * Does long work on a thread that has calls to attend to: a slice of it, then everything else that is due,
 * then the next slice. The shorter the steps of the work, the better this keeps to its slices.
 * @throws whatever the work throws, and the signal's reason where it is aborted.
 */
export async function inSlices<T>(work: Generator<void, T, undefined>, signal?: AbortSignal): Promise<T> {
  let before = inUse()
  for (;;) {
    signal?.throwIfAborted()
    const until = performance.now() + SLICE_MS
    do {
      const step = work.next()
      if (step.done) return step.value
    } while (performance.now() < until)
    if (inUse() < before - FREED) await sleep(TIDYING_MS, undefined, signal && { signal })
    collectYoung()
    before = inUse()
    await turn()
  }
}
