import { readdirSync } from 'node:fs'
import { setPriority } from 'node:os'

/** As `nice -n 10`. */
const NICE = 10

/**
 * Lets the thread that decides calls go before the helpers that Node and V8 have started beside it: while the
 * memory of a large revision is tidied up, these are as many as the processors, and a call waited up to 30 ms for
 * its turn. To be called at the start; threads that are started later have the priority of whoever starts them.
 *
 * Only Linux has a priority for each thread (setpriority(2), under "C library/kernel differences"), and none of it
 * takes a right; elsewhere nothing is done.
 */
export function letCallsGoFirst(): void {
  if (process.platform !== 'linux') return
  for (const thread of readdirSync('/proc/self/task').map(Number)) {
    if (thread !== process.pid) stepBack(thread)
  }
}

function stepBack(thread: number): void {
  try {
    setPriority(thread, NICE)
  } catch {
    // It has ended meanwhile, or must not be touched here; this is only a courtesy.
  }
}
