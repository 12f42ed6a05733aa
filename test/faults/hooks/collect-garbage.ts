/**
 * Loaded into Doorman's process by `--import`: SIGUSR2 collects the garbage of its threads. The memory of a Node process
 * varies by a fifth between collections; what it holds shows only after one. Doorman itself has no such hook.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { BroadcastChannel, isMainThread } from 'node:worker_threads'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('globalThis.gc') as () => void
const collect = () => {
  gc()
  gc()
}
// A signal reaches the main thread alone.
const threads = new BroadcastChannel('collect-garbage')
threads.unref()
if (isMainThread)
  process.on('SIGUSR2', () => {
    threads.postMessage('now')
    collect()
  })
else threads.onmessage = collect
