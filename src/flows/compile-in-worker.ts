import { setImmediate as turn } from 'node:timers/promises'
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { deepFreeze } from '../lib/deep-freeze.js'
import { leavesOf } from '../routing/condition.js'
import { compilePattern } from '../routing/pattern.js'
import type { NumberPattern, NumberTable, Routing, Rule } from '../routing/types.js'
import { type Compiled, ROUTING_FILE } from './compile.js'

export interface CompileOptions {
  /** Ends the compile early; the result then has that as its problem. */
  readonly signal?: AbortSignal
  /** Heap of the thread in MiB; 4,096 by default, of which 10,000 rules need a fraction. */
  readonly memoryMb?: number
}

/** The messages of the worker, in this order. Each is deserialized in one go, in some milliseconds. */
export type CompileMessage =
  /** A revision lacks its rules and its index; they follow. */
  | { readonly kind: 'compiled'; readonly compiled: Compiled }
  | { readonly kind: 'rules'; readonly rules: readonly Rule[] }
  | { readonly kind: 'index'; readonly index: Routing['index'] }

const BODY = new URL('./compile-worker.js', import.meta.url)

/**
 * As `compile`, in a worker thread, so that calls are decided meanwhile. Rejects never: a thread that dies is a
 * problem. The thread sees no environment (no secrets).
 */
export async function compileInWorker(folder: string, options: CompileOptions = {}): Promise<Compiled> {
  const { signal, memoryMb = 4_096 } = options
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
    return failure === undefined ? await received(port) : failed(failure)
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

/** Puts the messages together; between two of them calls have their turn. */
async function received(port: MessagePort): Promise<Compiled> {
  let compiled = failed('the thread sent nothing')
  let index: Routing['index'] | undefined
  const rules: Rule[] = []
  const tables = new Map<string, NumberTable>()
  for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
    const message = got.message as CompileMessage
    if (message.kind === 'compiled') compiled = message.compiled
    else if (message.kind === 'rules') {
      for (const leaf of message.rules.flatMap(({ when }) => leavesOf(when)))
        if ('numbers' in leaf) share(leaf.numbers, tables)
      rules.push(...deepFreeze(message.rules))
    } else {
      share(message.index.referenced.callers, tables)
      index = message.index
    }
    await turn()
  }
  const files = new Map([...compiled.files].map(([name, content]) => [name, bufferOf(content)]))
  if (!compiled.ok || index === undefined) return { ...compiled, files }
  await compilePatterns(rules, index)
  const routing = { ...compiled.revision.routing, rules, index }
  return { ...compiled, files, revision: deepFreeze({ ...compiled.revision, routing }) }
}

/** A table arrives with each message that names it: one copy is kept. */
function share(numbers: NumberPattern, tables: Map<string, NumberTable>): void {
  const shared = numbers.tables.map((table) => tables.get(table.file) ?? table)
  for (const table of shared) tables.set(table.file, table)
  Object.assign(numbers, { tables: shared })
}

/** A Buffer arrives as a Uint8Array. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

/** Compiling a regular expression takes a tenth of a millisecond, so a call may find that many that are not. */
const FEW = 50

/**
 * Compiles the regular expressions of rules that are tried together, where they are many: the first call would have to
 * wait for all of them. Others are compiled when a call needs them; most are never needed, and each takes 8 KB.
 */
async function compilePatterns(rules: readonly Rule[], index: Routing['index']): Promise<void> {
  const buckets = index.rules.fields.flatMap((field) => [...field.buckets.values()])
  for (const list of [index.rules.unindexed, ...buckets].filter(({ length }) => length > FEW)) {
    for (const [at, position] of list.entries()) {
      for (const leaf of leavesOf(rules[position]?.when ?? { kind: 'all', of: [] }))
        if (leaf.kind === 'header' && leaf.test.kind === 'matches') compilePattern(leaf.test)
      if (at % FEW === 0) await turn()
    }
  }
}

function failed(why: string): Compiled {
  const message = `the flow files could not be compiled: ${why}; the rules stay as they were`
  const problem = { file: ROUTING_FILE, line: 1, column: 1, code: 'flows.compile', message }
  return { ok: false, problems: [problem], warnings: [], files: new Map() }
}
