/**
 * Loaded into Doorman's process by `--import`: SIGUSR2 collects its garbage. The memory of a Node process varies by a
 * fifth between collections; what it holds shows only after one. Doorman itself has no such hook.
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
