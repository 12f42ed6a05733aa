import { setImmediate } from 'node:timers/promises'

/** Work that stops at every `yield`, so that others can have their turn there. */
export type Slices<T> = Generator<undefined, T>

/** How long calls may wait for a slice, in milliseconds. */
const SLICE_MS = 4

/** Does the work in one go. */
export function atOnce<T>(work: Slices<T>): T {
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
  }
}

/** Does the work a few milliseconds at a time, and what waits in the event loop between them. */
export async function inSlices<T>(work: Slices<T>): Promise<T> {
  for (let until = performance.now() + SLICE_MS; ; ) {
    const step = work.next()
    if (step.done) return step.value
    if (performance.now() < until) continue
    await setImmediate()
    until = performance.now() + SLICE_MS
  }
}
