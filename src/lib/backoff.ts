const FIRST_MS = 250
const CAP_MS = 5_000

/**
 * How long to wait before try number `attempt` (from 0): doubling from a quarter of a second up to five
 * seconds, or what is given, each shortened by up to a half at random, so that several instances do not try in step.
 */
export function retryDelayMs(
  attempt: number,
  random: () => number = Math.random,
  [firstMs, capMs]: readonly [firstMs: number, capMs: number] = [FIRST_MS, CAP_MS],
): number {
  const full = Math.min(capMs, firstMs * 2 ** Math.min(attempt, 10))
  return Math.round(full * (1 - random() / 2))
}

/** A pause that a stop can cut short. */
export function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    function done() {
      clearTimeout(timer)
      stopped.removeEventListener('abort', done)
      resolve()
    }
    if (stopped.aborted) done()
    else stopped.addEventListener('abort', done)
  })
}
