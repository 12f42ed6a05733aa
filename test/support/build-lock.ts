import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** A lock older than this belongs to nobody: no build takes so long. */
const STALE_MS = 20 * 60_000

/**
 * Takes a lock file, waiting while a living process holds it, and returns how to let it go. The lock saves work
 * only (two builds of the same root at once); that nothing torn is ever used rests on the rename of a whole build.
 */
export async function takeLock(file: string, whileWaiting: () => void): Promise<() => void> {
  while (!tryTake(file)) {
    if (isStale(file)) rmSync(file, { force: true })
    else {
      whileWaiting()
      await sleep(1_000)
    }
  }
  return () => rmSync(file, { force: true })
}

function tryTake(file: string): boolean {
  try {
    const handle = openSync(file, 'wx')
    writeSync(handle, String(process.pid))
    closeSync(handle)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

function isStale(file: string): boolean {
  try {
    const age_ms = Date.now() - statSync(file).mtimeMs
    const pid = Number(readFileSync(file, 'utf8'))
    // A lock that was made this second may not hold its number yet.
    return age_ms > STALE_MS || (age_ms > 2_000 && !isAlive(pid))
  } catch {
    // It was let go between the two looks: try again at once.
    return false
  }
}

/**
 * Whether a process of this number lives; one of another user answers EPERM and lives too. A zombie is dead: where
 * nobody collects orphans (many containers) it would look alive for ever.
 */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || isZombie(pid)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** Errors of node's own modules are no `instanceof Error` inside jest: they come from outside of its world. */
function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}

/** proc(5): the state is the letter behind the program's name, which is in parentheses. */
function isZombie(pid: number): boolean {
  try {
    return /\) Z [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}
