import { setImmediate as turn } from 'node:timers/promises'
import { collectYoung } from './young-objects.js'

/** So long other work waits at most, in milliseconds, apart from the last step before a pause. */
const SLICE_MS = 2

/**
 * Does long work on a thread that has calls to attend to: a slice of it, then everything else that is due,
 * then the next slice. The shorter the steps of the work, the better this keeps to its slices.
 * @throws whatever the work throws, and the signal's reason where it is aborted.
 */
export async function inSlices<T>(work: Generator<void, T, undefined>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    signal?.throwIfAborted()
    const until = performance.now() + SLICE_MS
    do {
      const step = work.next()
      if (step.done) return step.value
    } while (performance.now() < until)
    collectYoung()
    await turn()
  }
}
