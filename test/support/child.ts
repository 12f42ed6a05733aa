import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'

/**
 * Starts a program that cannot outlive this process. A shell holds a pipe to us and, when the pipe closes
 * because we ended in whatever way (Ctrl-C and SIGKILL too, where no handler of ours runs), kills the child's
 * process group by its id. `leftovers` are folders that the shell then removes.
 *
 * The child leads a process group of its own, so that Ctrl-C in a terminal reaches us alone and the order of
 * stopping stays ours. Neither of the two keeps Node's event loop alive.
 */
export function startGuarded(
  command: readonly string[],
  options: Omit<SpawnOptions, 'detached'> = {},
  leftovers: readonly string[] = [],
): ChildProcess {
  const [program = '', ...args] = command
  const child = spawn(program, args, { ...options, detached: true })
  // Without a listener a failed start would throw in the event loop; callers hear of it by their own listener.
  child.on('error', () => {})
  if (child.pid !== undefined) guard(child, child.pid, leftovers)
  child.unref()
  return child
}

const GUARD =
  'trap "" INT TERM HUP; read -r _; kill -9 -"$1" 2>/dev/null; shift; [ $# -eq 0 ] || rm -rf -- "$@"'

function guard(child: ChildProcess, pid: number, leftovers: readonly string[]): void {
  const shell = spawn('/bin/sh', ['-c', GUARD, 'guard', String(pid), ...leftovers], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  shell.on('error', () => {})
  shell.unref()
  // A pipe is a socket in Node: without this it would keep the event loop alive.
  if (shell.stdin !== null && 'unref' in shell.stdin && typeof shell.stdin.unref === 'function')
    shell.stdin.unref()
  // Process ids are used again: a guard must not outlive the one it watches.
  child.once('exit', () => shell.kill('SIGKILL'))
}

/** True once the child has ended, or when it never started. */
export function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null
}

/** Resolves when the child has ended, at the latest after `limit_ms`; says whether it has. */
export function ended(child: ChildProcess, limit_ms: number): Promise<boolean> {
  if (hasEnded(child)) return Promise.resolve(true)
  return new Promise((resolve) => {
    const timer = setTimeout(() => settle(), limit_ms)
    const settle = (): void => {
      clearTimeout(timer)
      child.off('exit', settle)
      resolve(hasEnded(child))
    }
    child.once('exit', settle)
    child.once('error', settle)
  })
}

/** What of our environment a `doorman` that a test starts has: settings of whoever runs the tests are not among it. */
export function ownEnvironment(): Record<string, string> {
  const { PATH = '', NODE_COMPILE_CACHE } = process.env
  return { PATH, TMPDIR: tmpdir(), ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }) }
}

/** Sends a signal to the child's whole process group; a group that is gone already is no error. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || hasEnded(child)) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // It ended between the question and the signal.
  }
}

/** SIGTERM to the child's group, so that it can clean up; SIGKILL where that takes longer than `limit_ms`. */
export async function stopGroup(child: ChildProcess, limit_ms: number): Promise<void> {
  signalGroup(child, 'SIGTERM')
  if (await ended(child, limit_ms)) return
  signalGroup(child, 'SIGKILL')
  await ended(child, limit_ms)
}

export interface Finished {
  /** Exit code; undefined where a signal or the limit ended it, or where it never started. */
  readonly code: number | undefined
  /** What it wrote to stdout and stderr, at most the last 64 KB. */
  readonly output: string
  readonly timedOut: boolean
}

const KEPT = 65_536

/** Runs a program to its end, with its stdin closed; after `limit_ms` it is killed. Never rejects. */
export async function runToEnd(
  command: readonly string[],
  limit_ms: number,
  options: { readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Finished> {
  const child = startGuarded(command, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString('latin1')).slice(-KEPT)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  child.on('error', (error) => keep(Buffer.from(error.message)))
  const inTime = await ended(child, limit_ms)
  if (!inTime) signalGroup(child, 'SIGKILL')
  await drained(child)
  return { code: child.exitCode ?? undefined, output, timedOut: !inTime }
}

/** The last output may arrive after the exit; a grandchild that holds the pipe open must not hold us up. */
async function drained(child: ChildProcess): Promise<void> {
  if (child.stdout?.readableEnded !== false && child.stderr?.readableEnded !== false) return
  await once(child, 'close', { signal: AbortSignal.timeout(500) }).catch(() => undefined)
}

/**
 * Whether a process of this number lives; one of another user answers EPERM and lives too. A zombie is dead: where
 * nothing collects orphans (many containers) it would look alive for ever.
 */
export function isAlive(pid: number): boolean {
  try {
    // proc(5): the state is the letter behind the program's name, which is in parentheses.
    if (/\) Z [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))) return false
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
