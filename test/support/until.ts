import { setTimeout as sleep } from 'node:timers/promises'

/** Greetings are rendered ahead only where no other process wants the processor (SCHED_IDLE): not soon beside other tests. */
export const RENDERED_MS = 150_000

/** Resolves once `isSo` holds, which is asked every few milliseconds; rejects in time for the test to say so. */
export async function until(isSo: () => boolean | Promise<boolean>, what = 'it', ms = 25_000): Promise<void> {
  for (const end = performance.now() + ms; !(await isSo()); ) {
    if (performance.now() > end) throw new Error(`Not within ${ms} ms: ${what}`)
    await sleep(5)
  }
}
