import { setImmediate as turn } from 'node:timers/promises'
import { deepFreeze } from '../lib/deep-freeze.js'
import { runThread } from '../lib/thread.js'
import { compilePattern, leavesOf } from '../routing/condition.js'
import { asBuffer } from '../routing/number-table.js'
import type { Rule } from '../routing/types.js'
import { type Compiled, ROUTING_FILE } from './compile.js'

const BODY = new URL('./compile-worker.js', import.meta.url)

/** Heap of the thread in MiB, of which 10,000 rules need a fraction. */
const MEMORY_MB = 4_096

/**
 * As `compile`, in a worker thread. Rejects never: a thread that dies is a problem. Number tables and their files lie
 * in shared memory and are not copied.
 */
export async function compileInWorker(folder: string, memoryMb = MEMORY_MB): Promise<Compiled> {
  const compiled = await runThread<Compiled>(BODY, folder, { memoryMb }).catch(failed)
  // A Buffer arrives as a Uint8Array.
  const files = new Map([...compiled.files].map(([name, content]) => [name, asBuffer(content)]))
  if (!compiled.ok) return { ...compiled, files }
  await prepare(compiled.revision.routing.rules)
  return { ...compiled, files, revision: deepFreeze(compiled.revision) }
}

/** So many rules are prepared at once; then calls have their turn. */
const RULES_IN_TURN = 50

/** Freezes rules and compiles their patterns, each in a tenth of a millisecond: a first call would wait for them. */
async function prepare(rules: readonly Rule[]): Promise<void> {
  for (const [at, rule] of rules.entries()) {
    for (const leaf of leavesOf(deepFreeze(rule).when))
      if (leaf.kind === 'header' && leaf.test.kind === 'matches') compilePattern(leaf.test)
    if (at % RULES_IN_TURN === 0) await turn()
  }
}

function failed(error: Error): Compiled {
  const message = `the flow files could not be compiled: ${error.message}; the rules stay as they were`
  const problem = { file: ROUTING_FILE, line: 1, column: 1, code: 'flows.compile', message }
  return { ok: false, problems: [problem], warnings: [], files: new Map() }
}
