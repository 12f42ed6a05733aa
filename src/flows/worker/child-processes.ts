import type { ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'

const running = new Set<ChildProcess>()

/** Takes note of every process that this thread starts from now on: esbuild is one. */
export function watchChildProcesses(): void {
  subscribe('child_process', (message) => {
    const { process } = message as { readonly process: ChildProcess }
    running.add(process)
    process.once('exit', () => running.delete(process))
  })
}

/**
 * Ends them. A thread that ends before its processes leaves each of them in the process table, dead, until the
 * whole of Doorman ends: one for every reload.
 */
export async function endChildProcesses(): Promise<void> {
  await Promise.all([...running].map(end))
}

async function end(child: ChildProcess): Promise<void> {
  // One that could not be started never exits.
  if (child.pid === undefined) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}
