/**
 * The body of a worker thread that compiles one flows folder: compile → pack → put the parcel into the port →
 * say that all of it is there. Whoever started the thread ends it.
 */
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { compileFiles } from '../compile.js'
import { endChildProcesses, watchChildProcesses } from './child-processes.js'
import type { CompileOrder, ParcelMessage } from './compile-order.js'
import { pack } from './pack.js'

/** Where there is one processor for both, calls come first: as `nice -n 5`. */
const NICE = 5

/** Linux has a priority for each thread. Elsewhere this would slow down the whole process. */
function stepBack(): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(NICE)
  } catch {
    // It is only a courtesy.
  }
}

const { folder, port } = workerData as CompileOrder
const post = (message: ParcelMessage, transfer: readonly ArrayBuffer[]) => port.postMessage(message, transfer)

stepBack()
watchChildProcesses()
// Listening keeps the thread, and with it the port, until it is ended.
parentPort?.on('message', () => {})
const compiled = await compileFiles(folder)
await endChildProcesses()
const { blocks, chunks } = pack(compiled)
const memory = new Set(
  blocks.map(({ buffer }) => buffer).filter((buffer): buffer is ArrayBuffer => buffer instanceof ArrayBuffer),
)
post({ kind: 'blocks', blocks }, [...memory])
for (const chunk of chunks) post({ kind: 'chunk', chunk }, [chunk.words.buffer])
parentPort?.postMessage('packed')
