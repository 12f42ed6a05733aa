import { createHash } from 'node:crypto'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { RevisionFile } from '../revisions/entry.js'
import { writeDurably } from './durable-file.js'
import { codeOf, StoreError, storeError } from './store-error.js'

/** So many bytes are hashed before calls have their turn again; a few milliseconds at most. */
const SLICE_BYTES = 1 << 20

/** File contents by their SHA-256, so that a million VIP numbers in 50 revisions are kept once. */
export class Blobs {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * Keeps every content that is not there yet. What was written is taken back where one of them fails.
   * @throws StoreError
   */
  async putAll(files: ReadonlyMap<string, Buffer>): Promise<readonly RevisionFile[]> {
    const fresh: string[] = []
    const put: RevisionFile[] = []
    try {
      for (const [name, content] of files) {
        const file = { name, sha256: await sha256Of(content), bytes: content.length }
        if (await this.#put(file, content)) fresh.push(file.sha256)
        put.push(file)
      }
      return put
    } catch (error) {
      await this.remove(fresh)
      throw error
    }
  }

  /** False where it was there already. */
  async #put(file: RevisionFile, content: Buffer): Promise<boolean> {
    if (await this.has(file)) return false
    const path = this.#path(file.sha256)
    await writeDurably(path, content).catch((error: unknown) => {
      throw storeError('write', path, error)
    })
    return true
  }

  /** Whether the content is there in its full length. @throws StoreError where the folder cannot be asked. */
  async has({ sha256, bytes }: RevisionFile): Promise<boolean> {
    try {
      const found = await stat(this.#path(sha256))
      return found.isFile() && found.size === bytes
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false
      throw storeError('read', this.#path(sha256), error)
    }
  }

  /** The content of a file, as it was. @throws StoreError where it is gone or damaged. */
  async get({ name, sha256 }: RevisionFile): Promise<Buffer> {
    const content = await readFile(this.#path(sha256)).catch((error: unknown) => {
      throw storeError('read', this.#path(sha256), error)
    })
    if ((await sha256Of(content)) === sha256) return content
    throw new StoreError(`What is kept of ${name} in ${this.#path(sha256)} is damaged. Remove that file.`)
  }

  /** Removes all that is in the folder except these. */
  async keepOnly(named: ReadonlySet<string>): Promise<void> {
    const names = await readdir(this.#folder)
    await this.remove(names.filter((name) => !named.has(name)))
  }

  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) await rm(this.#path(name), { force: true }).catch(() => undefined)
  }

  #path(sha256: string): string {
    return join(this.#folder, sha256)
  }
}

async function sha256Of(content: Buffer): Promise<string> {
  const hash = createHash('sha256')
  for (let at = 0; at < content.length; at += SLICE_BYTES) {
    if (at > 0) await setImmediate()
    hash.update(content.subarray(at, at + SLICE_BYTES))
  }
  return hash.digest('hex')
}
