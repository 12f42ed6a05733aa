/**
 * The body of a worker thread that compiles one flows folder. It posts the revision without its rules and its
 * index, then the rules in batches: a message is deserialized in one go, which holds up the calls of the thread that
 * receives it. Number tables and their files lie in shared memory and are not copied.
 */
import type { ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { compileFiles } from './compile.js'
import { RULES_IN_BATCH } from './compile-in-worker.js'

const { folder, port } = workerData as { readonly folder: string; readonly port: MessagePort }
const children = new Set<ChildProcess>()
subscribe('child_process', (message) => children.add((message as { process: ChildProcess }).process))
// Listening keeps the thread, and with it the port, until it is ended.
parentPort?.on('message', () => {})

const compiled = await compileFiles(folder)
await Promise.all([...children].map(end))
if (compiled.ok) {
  const { rules, index: _, ...routing } = compiled.revision.routing
  port.postMessage({ ...compiled, revision: { ...compiled.revision, routing } })
  for (let at = 0; at < rules.length; at += RULES_IN_BATCH)
    port.postMessage(rules.slice(at, at + RULES_IN_BATCH))
} else port.postMessage(compiled)
parentPort?.postMessage('posted')

/** A thread that ends before its processes (esbuild) leaves each of them behind as a zombie. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}
