import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { deepFreeze } from '../flows/parts/deep-freeze.js'
import type { RevisionEntry, RevisionFile } from '../revisions/entry.js'
import { Blobs } from './blobs.js'
import { isUnfinished, writeDurably } from './durable-file.js'
import { entryName, formatEntry } from './entry-file.js'
import { StoreError, storeError } from './store-error.js'
import { NOTHING, type Scan, scan } from './store-scan.js'
import { storedNameProblem } from './stored-name.js'
import { unpackInto } from './unpack.js'

/** So many revisions are kept. */
export const KEPT = 50

/**
 * The last 50 revisions that decided, with their files, in a data folder that belongs to one Doorman:
 *
 *     data/revisions/000012.json   one entry each: when, by which way, by whom, which files
 *     data/blobs/<sha256>          the contents, each once
 *
 * An entry is written after its contents and removed before them, so that none ever names what is not there.
 */
export class RevisionStore {
  readonly #data: string
  readonly #blobs: Blobs
  #kept: Scan
  /** Numbers go on from here even where somebody empties the folder meanwhile. */
  #highest: number
  #last: Promise<unknown> = Promise.resolve()

  private constructor(data: string, blobs: Blobs, kept: Scan) {
    this.#data = data
    this.#blobs = blobs
    this.#kept = kept
    this.#highest = kept.highest
  }

  /**
   * Reads what is kept in a data folder and writes nothing, so that a command can look while a Doorman runs.
   * Never rejects: a folder that cannot be read is empty, and `problems` says why.
   */
  static async open(folder: string): Promise<RevisionStore> {
    const blobs = new Blobs(join(folder, 'blobs'))
    const kept = await scan(join(folder, 'revisions'), blobs).catch((error: Error) => ({
      ...NOTHING,
      problems: [error.message],
    }))
    return new RevisionStore(folder, blobs, kept)
  }

  /** Ascending by number. */
  entries(): readonly RevisionEntry[] {
    return this.#kept.entries
  }

  /** A sentence for each file that was passed over when the folder was last read. */
  get problems(): readonly string[] {
    return this.#kept.problems
  }

  /** The newest: the one that decides, or decided last. */
  last(): RevisionEntry | undefined {
    return this.#kept.entries.at(-1)
  }

  /** The newest revision with this id. */
  find(id: string): RevisionEntry | undefined {
    return this.#kept.entries.findLast((entry) => entry.id === id)
  }

  /**
   * Keeps a revision under the next number and drops those that are too old. Several at once wait for each other.
   * @throws StoreError where it cannot be written; then `entries` are what they were.
   */
  add(
    files: ReadonlyMap<string, Buffer>,
    entry: Omit<RevisionEntry, 'number' | 'files'>,
  ): Promise<RevisionEntry> {
    const added = this.#last.then(() => this.#add(files, entry))
    this.#last = added.catch(() => undefined)
    return added
  }

  /** The files of a kept revision by name. @throws StoreError where the number is not kept, or a file is damaged. */
  async files(number: number): Promise<ReadonlyMap<string, Buffer>> {
    const files = new Map<string, Buffer>()
    for (const file of this.#entry(number).files) files.set(file.name, await this.#blobs.get(file))
    return files
  }

  /** Writes the files of a kept revision into a folder, best a new one. @throws StoreError */
  async unpack(number: number, intoFolder: string): Promise<void> {
    await unpackInto(intoFolder, await this.files(number))
  }

  async #add(
    files: ReadonlyMap<string, Buffer>,
    given: Omit<RevisionEntry, 'number' | 'files'>,
  ): Promise<RevisionEntry> {
    for (const name of files.keys()) refuseName(name)
    const found = await scan(this.#folder, this.#blobs)
    const number = Math.max(found.highest, this.#highest) + 1
    const stored = await this.#blobs.putAll(files)
    const entry = deepFreeze({ number, ...structuredClone(given), files: stored })
    await this.#write(entry, found)
    const entries = [...found.entries, entry]
    this.#highest = number
    this.#kept = Object.freeze({ ...found, highest: number, entries: Object.freeze(entries.slice(-KEPT)) })
    await this.#prune(entries.slice(0, -KEPT)).catch(() => undefined)
    return entry
  }

  async #write(entry: RevisionEntry, { entries }: Scan): Promise<void> {
    const path = this.#path(entry.number)
    try {
      await writeDurably(path, formatEntry(entry))
    } catch (error) {
      const named = contentsOf(entries)
      await this.#blobs.remove(entry.files.map(({ sha256 }) => sha256).filter((one) => !named.has(one)))
      throw storeError('write', path, error)
    }
  }

  /** What cannot be removed now is in nobody's way, and is tried again with the next revision. */
  async #prune(dropped: readonly RevisionEntry[]): Promise<void> {
    for (const { number } of dropped) await rm(this.#path(number), { force: true })
    const unfinished = (await readdir(this.#folder)).filter(isUnfinished)
    for (const name of unfinished) await rm(join(this.#folder, name), { force: true })
    await this.#blobs.keepOnly(contentsOf(this.#kept.entries))
  }

  #entry(number: number): RevisionEntry {
    const entry = this.#kept.entries.find((one) => one.number === number)
    if (entry !== undefined) return entry
    const [first] = this.#kept.entries
    const kept = first === undefined ? 'none is' : `${first.number} to ${this.last()?.number} are`
    throw new StoreError(`Revision ${number} is not kept in ${this.#data}; ${kept}.`)
  }

  get #folder(): string {
    return join(this.#data, 'revisions')
  }

  #path(number: number): string {
    return join(this.#folder, entryName(number))
  }
}

function refuseName(name: string): void {
  const problem = storedNameProblem(name)
  if (problem !== undefined) throw new StoreError(`The revision cannot be kept: ${problem}.`)
}

function contentsOf(entries: readonly { readonly files: readonly RevisionFile[] }[]): ReadonlySet<string> {
  return new Set(entries.flatMap(({ files }) => files.map(({ sha256 }) => sha256)))
}
