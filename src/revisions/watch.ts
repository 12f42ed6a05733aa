/**
 * Notices changes of the flows folder by reading the state of its files again and again. Unlike inotify this sees
 * whatever takes the place of the folder (`mv`, `rm -r` and `cp -r`, a symbolic link or a ConfigMap that is switched)
 * and changes on a network file system. Some twenty files cost 0.2 % of a processor.
 *
 * When files count as written: YAML and code once nothing has changed for half a second, which covers the steps of
 * an editor or of `cp`. Files of numbers come from other programs, which may pause while they write; half a list
 * would be a valid one, so these must not have changed for three seconds.
 */
import { readdir, readlink, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { ifMissing } from '../lib/replace-file.js'
import { pause } from '../lib/waiting.js'

export interface WatchOptions {
  readonly folder: string
  /** Called with the reason when the folder cannot be read; again only after it could be. */
  readonly failed: (reason: string) => void
  /** Files that the rules use, by name; found also behind a link to another folder. */
  readonly used?: () => Iterable<string>
  readonly pollMs?: number
  readonly settleMs?: number
  readonly settleNumbersMs?: number
}

/** A folder with more is read in part: a link or mount may lead to a whole disk. */
const MOST_FILES = 2_000
const MOST_DEPTH = 4

/** A folder that takes long to read is read less often, though no less than once a second. */
const PAUSE_PER_READ = 10
const LONGEST_PAUSE_MS = 1_000

/** Name → a text that changes with the file. */
type Snapshot = ReadonlyMap<string, string>

export class FolderWatch {
  readonly #options: Required<WatchOptions>
  readonly #stopped = new AbortController()
  /** When each file that is not announced yet was last seen to change. */
  readonly #changedAt = new Map<string, number>()
  #snapshot: Snapshot | undefined
  #polling: Promise<void> | undefined
  #isFailing = false

  private constructor(options: WatchOptions) {
    this.#options = { used: () => [], pollMs: 250, settleMs: 500, settleNumbersMs: 3_000, ...options }
  }

  /** Resolves once the present state is known. Changes after that are announced from `begin` on. */
  static async open(options: WatchOptions): Promise<FolderWatch> {
    const watch = new FolderWatch(options)
    await watch.#look()
    return watch
  }

  /** Calls `changed` when files have changed and count as written. Which does not matter: all are read again. */
  begin(changed: () => void): void {
    this.#polling = this.#poll(changed)
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#polling
  }

  async #poll(changed: () => void): Promise<void> {
    const { pollMs, settleMs, settleNumbersMs } = this.#options
    const { signal } = this.#stopped
    while (!signal.aborted) {
      const start = performance.now()
      await this.#look()
      const now = performance.now()
      const isWritten = [...this.#changedAt].every(
        ([name, at]) => now - at >= (isCode(name) ? settleMs : settleNumbersMs),
      )
      if (this.#changedAt.size > 0 && isWritten && !signal.aborted) {
        this.#changedAt.clear()
        changed()
      }
      const longest = Math.min((performance.now() - start) * PAUSE_PER_READ, LONGEST_PAUSE_MS)
      await pause(Math.max(longest, pollMs), signal)
    }
  }

  /** Reads the folder, and notes which files have changed. Never rejects. */
  async #look(): Promise<void> {
    try {
      const now = await snapshotOf(this.#options.folder, this.#options.used())
      const before = this.#snapshot ?? now
      this.#snapshot = now
      for (const name of new Set([...before.keys(), ...now.keys()])) {
        if (before.get(name) !== now.get(name)) this.#changedAt.set(name, performance.now())
      }
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing) this.#options.failed((error as Error).message)
      this.#isFailing = true
    }
  }
}

/** All other files may be read for numbers, whatever their names. */
function isCode(name: string): boolean {
  return ['', '.yaml', '.yml', '.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json'].includes(extname(name))
}

/** Rejects where the folder is there and cannot be read. */
async function snapshotOf(folder: string, used: Iterable<string>): Promise<Snapshot> {
  const snapshot = new Map<string, string>()
  const folders = [{ name: '', depth: 0 }]
  for (let next = folders.shift(); next !== undefined; next = folders.shift()) {
    const { name: parent, depth } = next
    const entries = await readdir(join(folder, parent), { withFileTypes: true }).catch(ifMissing([]))
    for (const entry of entries) {
      if (snapshot.size >= MOST_FILES) break
      const name = join(parent, entry.name)
      if (!entry.isDirectory()) snapshot.set(name, await stateOf(join(folder, name)))
      else if (depth < MOST_DEPTH) folders.push({ name, depth: depth + 1 })
    }
  }
  for (const name of used) {
    if (!snapshot.has(name)) snapshot.set(name, await stateOf(join(folder, name)))
  }
  return snapshot
}

/** Of a link to a file, the state of that file; of a link to a folder, only where it leads. */
async function stateOf(path: string): Promise<string> {
  try {
    const found = await stat(path)
    return found.isDirectory() ? await readlink(path) : `${found.ino} ${found.size} ${found.mtimeMs}`
  } catch {
    return 'unreadable'
  }
}
