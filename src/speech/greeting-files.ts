import { mkdir, readdir, stat, unlink, utimes } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { turns } from '../lib/waiting.js'

interface GreetingFile {
  readonly bytes: number
  /** When the time of the file was set, which says after a restart which ones were used last. */
  readonly touched: number
}

/** A file in use is touched again after so long, which also shows that it was deleted. */
const TOUCH_MS = 60_000

/** Of a rendered greeting, or a recording. */
export const GREETING_FILE = /^([0-9a-f]{32})\.wav$/
/** What a process that was killed left. */
const LEFTOVER = /^\.[0-9a-f]{32}\.wav\./

/** The folder of rendered greetings. It is read once; asking for a file is no I/O. */
export class GreetingFiles {
  readonly folder: string
  /** The least recently used first. */
  readonly #files = new Map<string, GreetingFile>()
  /** Names of files that are never deleted. */
  needed: ReadonlySet<string> = new Set()
  bytes = 0

  /** @param limit in bytes */
  constructor(
    folder: string,
    private readonly limit: number,
  ) {
    this.folder = resolve(folder)
  }

  get count(): number {
    return this.#files.size
  }

  get isFull(): boolean {
    return this.bytes > this.limit
  }

  /** Reads the folder, which is made where it is missing. @throws Error of the file system */
  async read(): Promise<void> {
    const before = new Map(this.#files)
    await mkdir(this.folder, { recursive: true })
    const pause = turns()
    const found: (readonly [string, GreetingFile])[] = []
    for (const name of await readdir(this.folder)) {
      await pause()
      if (LEFTOVER.test(name)) await unlink(join(this.folder, name)).catch(() => undefined)
      const [, hash] = GREETING_FILE.exec(name) ?? []
      const file = hash && (await stat(join(this.folder, name)).catch(() => undefined))
      if (hash && file && file.size > 0) found.push([hash, { bytes: file.size, touched: file.mtimeMs }])
    }
    // Those last that were written meanwhile.
    const meanwhile = [...this.#files].filter(([name, file]) => file !== before.get(name))
    this.#files.clear()
    this.bytes = 0
    found.sort(([, a], [, b]) => a.touched - b.touched)
    for (const [name, file] of [...found, ...meanwhile]) this.#set(name, file)
  }

  has(name: string): boolean {
    return this.#files.has(name)
  }

  /** The path of a file without its extension, where it is there. It is the most recently used one then. */
  use(name: string): string | undefined {
    const file = this.#files.get(name)
    if (file === undefined) return undefined
    const now = Date.now()
    const isDue = now - file.touched > TOUCH_MS
    this.#set(name, isDue ? { ...file, touched: now } : file)
    if (isDue) utimes(this.fileOf(name), new Date(now), new Date(now)).catch(() => this.#forget(name))
    return join(this.folder, name)
  }

  fileOf(name: string): string {
    return join(this.folder, `${name}.wav`)
  }

  /**
   * Takes in a file that was written. Where there are more than the limit allows, the least recently used ones go, and
   * if all others are needed, this one: then the answer is false.
   */
  async add(name: string, bytes: number): Promise<boolean> {
    this.#set(name, { bytes, touched: Date.now() })
    for (const other of this.isFull ? this.#files.keys() : []) {
      if (!this.isFull) break
      if (this.needed.has(other)) continue
      this.#forget(other)
      await unlink(this.fileOf(other)).catch(() => undefined)
    }
    return this.has(name)
  }

  /** @param path of a file without its extension. False where it is not in this folder. */
  async remove(path: string): Promise<boolean> {
    const name = basename(path)
    if (!GREETING_FILE.test(`${name}.wav`) || join(this.folder, name) !== path) return false
    this.#forget(name)
    return unlink(`${path}.wav`).then(
      () => true,
      () => false,
    )
  }

  #set(name: string, file: GreetingFile): void {
    this.#forget(name)
    this.#files.set(name, file)
    this.bytes += file.bytes
  }

  #forget(name: string): void {
    this.bytes -= this.#files.get(name)?.bytes ?? 0
    this.#files.delete(name)
  }
}
