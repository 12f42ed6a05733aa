/**
 * Loaded into Doorman's process by `--import`: SIGUSR2 collects the garbage of its threads. The memory of a Node process
 * varies by a fifth between collections; what it holds shows only after one. A "last resort" also gives back what V8
 * otherwise keeps for the next allocations, which is 10 to 70 MB by chance. Doorman itself has no such hook.
 */
import { syncBuiltinESMExports } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import threads, { type WorkerOptions } from 'node:worker_threads'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('globalThis.gc') as (options: object) => void
const collect = () => gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })

// A signal reaches the main thread alone, and NODE_OPTIONS no thread that is given options of its own.
const channel = new threads.BroadcastChannel('collect-garbage')
channel.unref()
channel.onmessage = collect
if (threads.isMainThread) {
  process.on('SIGUSR2', () => {
    channel.postMessage('now')
    collect()
  })
  threads.Worker = class extends threads.Worker {
    constructor(file: string | URL, options: WorkerOptions = {}) {
      super(file, { ...options, execArgv: [...(options.execArgv ?? []), '--import', import.meta.url] })
    }
  }
  syncBuiltinESMExports()
}
