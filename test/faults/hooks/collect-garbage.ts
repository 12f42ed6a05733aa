/**
 * Loaded into Doorman's process by `--import`: SIGUSR2 collects the garbage of its main thread. The memory of a Node
 * process varies by a fifth between collections; what it holds shows only after one. Doorman itself has no such hook.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('globalThis.gc') as () => void
process.on('SIGUSR2', () => {
  gc()
  gc()
})
