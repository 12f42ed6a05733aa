/**
 * Loaded into Doorman's own process by `--import`: at SIGUSR2 it collects its garbage. Between collections the memory
 * of a Node process goes up and down by a fifth; what it holds shows only behind one. Doorman itself has no such hook.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMainThread } from 'node:worker_threads'

if (isMainThread) {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('globalThis.gc') as () => void
  process.on('SIGUSR2', () => {
    collect()
    collect()
  })
}
