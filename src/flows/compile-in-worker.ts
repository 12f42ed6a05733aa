import { setImmediate as turn } from 'node:timers/promises'
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { deepFreeze } from '../lib/deep-freeze.js'
import { leavesOf } from '../routing/condition.js'
import { compilePattern } from '../routing/pattern.js'
import { indexRouting } from '../routing/rule-index.js'
import type { NumberTable, Routing, RoutingIndex, Rule } from '../routing/types.js'
import { type CompiledFiles, ROUTING_FILE } from './compile.js'
import type { Revision } from './revision.js'

export interface CompileOptions {
  /** Ends the compile early; the result then has that as its problem. */
  readonly signal?: AbortSignal
  /** Heap of the thread in MiB; 4,096 by default, of which 10,000 rules need a fraction. */
  readonly memoryMb?: number
}

const MEMORY_MB = 4_096
/** Some milliseconds to deserialize. */
export const RULES_IN_BATCH = 200
const BODY = new URL('./compile-worker.js', import.meta.url)

/**
 * As `compileFiles`, in a worker thread, so that calls are decided meanwhile. Rejects never: a thread that dies is a
 * problem. The thread sees no environment (no secrets).
 */
export async function compileInWorker(folder: string, options: CompileOptions = {}): Promise<CompiledFiles> {
  const { signal, memoryMb = MEMORY_MB } = options
  if (signal?.aborted) return failed('it was stopped')
  const { port1: port, port2 } = new MessageChannel()
  const worker = new Worker(BODY, {
    workerData: { folder, port: port2 },
    transferList: [port2],
    env: {},
    execArgv: [],
    argv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  })
  try {
    const failure = await posted(worker, memoryMb, signal)
    if (failure !== undefined) return failed(failure)
    const compiled = restored(receiveMessageOnPort(port)?.message as CompiledFiles)
    if (!compiled.ok) return compiled
    const rules: Rule[] = []
    for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
      rules.push(...(got.message as readonly Rule[]))
      await turn()
    }
    return { ...compiled, revision: await withRules(compiled.revision, rules) }
  } catch (error) {
    return failed(String(error))
  } finally {
    port.close()
    await worker.terminate()
  }
}

/** Resolves once everything is in the port, to the reason where the thread dies before. */
function posted(worker: Worker, memoryMb: number, signal?: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    let trouble: string | undefined
    signal?.addEventListener('abort', () => resolve('it was stopped'), { once: true })
    worker.on('message', () => resolve(undefined))
    worker.on('error', (error: NodeJS.ErrnoException) => {
      const outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
      trouble = outOfMemory ? `it needs more than ${memoryMb} MiB of memory` : `its thread died of ${error}`
    })
    worker.on('exit', (code) => resolve(trouble ?? `its thread ended with code ${code}`))
  })
}

/** A Buffer arrives as a Uint8Array. */
function restored(compiled: CompiledFiles): CompiledFiles {
  const files = new Map<string, Buffer>()
  for (const [name, { buffer, byteOffset, byteLength }] of compiled.files)
    files.set(name, Buffer.from(buffer, byteOffset, byteLength))
  return { ...compiled, files }
}

async function withRules(revision: Revision, rules: readonly Rule[]): Promise<Revision> {
  const routing: Omit<Routing, 'index'> = { ...revision.routing, rules: withSharedTables(rules) }
  await turn()
  const index = indexRouting(routing)
  await turn()
  await compilePatterns(routing.rules, index)
  return deepFreeze({ ...revision, routing: { ...routing, index } })
}

/** Compiling a regular expression takes a tenth of a millisecond, so a call may find that many that are not. */
const FEW = 50

/**
 * Compiles the regular expressions of rules that are tried together, where they are many: the first call would have to
 * wait for all of them. Others are compiled when a call needs them; most are never needed, and each takes 8 KB.
 */
async function compilePatterns(rules: readonly Rule[], index: RoutingIndex): Promise<void> {
  const buckets = index.rules.fields.flatMap((field) => [...field.buckets.values()])
  for (const list of [index.rules.unindexed, ...buckets]) {
    if (list.length <= FEW) continue
    for (const [at, position] of list.entries()) {
      for (const leaf of leavesOf(rules[position]?.when ?? { kind: 'all', of: [] }))
        if (leaf.kind === 'header' && leaf.test.kind === 'matches') compilePattern(leaf.test)
      if (at % FEW === 0) await turn()
    }
  }
}

/** A table arrives once for each batch of rules that names it: one copy is kept. */
function withSharedTables(rules: readonly Rule[]): readonly Rule[] {
  const tables = new Map<string, NumberTable>()
  for (const leaf of rules.flatMap(({ when }) => leavesOf(when))) {
    if (leaf.kind !== 'caller' && leaf.kind !== 'callee') continue
    const shared = leaf.numbers.tables.map((table) => tables.get(table.file) ?? table)
    for (const table of shared) tables.set(table.file, table)
    Object.assign(leaf.numbers, { tables: shared })
  }
  return rules
}

function failed(why: string): CompiledFiles {
  const message = `the flow files could not be compiled: ${why}; the rules stay as they were`
  const problem = { file: ROUTING_FILE, line: 1, column: 1, code: 'flows.compile', message }
  return { ok: false, problems: [problem], warnings: [], files: new Map() }
}
