import { setTimeout as sleep } from 'node:timers/promises'
import { type CompiledFiles, ROUTING_FILE } from '../compile.js'
import { CompileThread } from './compile-thread.js'
import { revive } from './revive.js'
import { inSlices, TIDYING_MS } from './slices.js'
import { unpack } from './unpack.js'

export interface CompileAsideOptions {
  /** Ends the compile early; the result then has that as its problem. */
  readonly signal?: AbortSignal
  /** Heap of the thread in MiB; 4,096 by default, of which 10,000 rules need a fraction. */
  readonly memoryMb?: number
}

const MEMORY_MB = 4_096

/**
 * As `compileFiles`, in a thread of its own: calls are decided meanwhile as if nothing was going on. What comes
 * back is put together on this thread in short slices. Rejects never: a thread that dies is a problem.
 */
export async function compileAside(
  folder: string,
  { signal, memoryMb = MEMORY_MB }: CompileAsideOptions = {},
): Promise<CompiledFiles> {
  if (signal?.aborted) return failed('it was stopped')
  const thread = new CompileThread(folder, memoryMb)
  try {
    const trouble = await thread.packed(signal)
    if (trouble !== undefined) return failed(trouble)
    const blocks = thread.blocks()
    // Tens of megabytes have changed hands, and V8 looks through its memory for that.
    await sleep(TIDYING_MS, undefined, signal && { signal })
    const plain = await inSlices(unpack(blocks, thread.chunks()), signal)
    // The thread holds several times the memory that its result takes.
    await thread.end()
    await sleep(TIDYING_MS, undefined, signal && { signal })
    return await inSlices(revive(plain as CompiledFiles), signal)
  } catch (error) {
    return failed(signal?.aborted ? 'it was stopped' : String(error))
  } finally {
    await thread.end()
  }
}

function failed(why: string): CompiledFiles {
  const message = `the flow files could not be compiled: ${why}; the rules stay as they were`
  const problem = Object.freeze({ file: ROUTING_FILE, line: 1, column: 1, message })
  return { ok: false, problems: Object.freeze([problem]), warnings: [], files: new Map() }
}
