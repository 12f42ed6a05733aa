/**
 * Loaded into Doorman's own process by `--import`: at SIGUSR2 its event loop is blocked for five seconds, as by a
 * defect that nobody has thought of. Doorman itself has no such hook.
 */
import { isMainThread } from 'node:worker_threads'

const BLOCKED_MS = 5_000

if (isMainThread) {
  process.on('SIGUSR2', () => {
    const end = performance.now() + BLOCKED_MS
    while (performance.now() < end);
  })
}
