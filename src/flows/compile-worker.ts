/**
 * The body of a worker thread that compiles one flows folder. A message holds up the thread that receives it, so rules
 * are posted in batches. Number tables and their files lie in shared memory and are not copied.
 */
import type { ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { indexRouting } from '../routing/rule-index.js'
import { compile } from './compile.js'
import type { CompileMessage } from './compile-in-worker.js'

const RULES_IN_BATCH = 200

const { folder, port } = workerData as { readonly folder: string; readonly port: MessagePort }
const post = (message: CompileMessage) => port.postMessage(message)
const children = new Set<ChildProcess>()
subscribe('child_process', (message) => children.add((message as { process: ChildProcess }).process))
// Listening keeps the thread, and with it the port, until it is ended.
parentPort?.on('message', () => {})

const compiled = await compile(folder)
await Promise.all([...children].map(end))
if (compiled.ok) {
  const { index, rules, ...routing } = compiled.revision.routing
  const empty = { ...routing, rules: [] }
  const revision = { ...compiled.revision, routing: { ...empty, index: indexRouting(empty) } }
  post({ kind: 'compiled', compiled: { ...compiled, revision } })
  for (let at = 0; at < rules.length; at += RULES_IN_BATCH)
    post({ kind: 'rules', rules: rules.slice(at, at + RULES_IN_BATCH) })
  post({ kind: 'index', index })
} else post({ kind: 'compiled', compiled })
parentPort?.postMessage('posted')

/** A thread that ends before its processes (esbuild) leaves each of them behind as a zombie. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}
