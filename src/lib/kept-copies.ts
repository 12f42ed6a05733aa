import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { ifMissing, replaceFile } from './replace-file.js'

const DIGEST_BYTES = 32

/**
 * The last good copies of data from outside, a file each in a folder of the data folder, so that a restart with a source
 * down decides as before. A file holds the SHA-256 of the data and the data as `node:v8` serializes it: a million rows
 * are read in a tenth of a second. Its time says when the source last sent the data.
 */
export class KeptCopies<T> {
  readonly #folder: string

  /** @param data the data folder */
  constructor(data: string, kind: 'calendars' | 'tables') {
    this.#folder = join(data, kind)
  }

  /** Whole or not at all. Only Doorman's user may read it: numbers of customers are personal data. */
  async write(name: string, copy: T, at: Date): Promise<void> {
    const body = serialize(copy)
    const digest = createHash('sha256').update(body).digest()
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const { uid, gid } = await stat(this.#folder)
    const owned = { uid, gid, mode: 0o600 }
    await replaceFile(this.#fileOf(name), Buffer.concat([digest, body]), owned)
    await this.touch(name, at)
  }

  /** The source has sent the same again. */
  async touch(name: string, at: Date): Promise<void> {
    await utimes(this.#fileOf(name), at, at)
  }

  /** Undefined where there is none. @throws Error where it cannot be read, or is damaged */
  async read(name: string): Promise<{ readonly copy: T; readonly at: Date } | undefined> {
    const path = this.#fileOf(name)
    const file = await readFile(path).catch(ifMissing(undefined))
    if (file === undefined) return undefined
    const body = file.subarray(DIGEST_BYTES)
    // Off the main thread, unlike createHash.
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', new Uint8Array(body)))
    if (!digest.equals(file.subarray(0, DIGEST_BYTES))) throw new Error(`${path} is damaged`)
    return { copy: deserialize(body) as T, at: (await stat(path)).mtime }
  }

  /** Removes all others. */
  async keepOnly(names: readonly string[]): Promise<void> {
    for (const name of await readdir(this.#folder).catch(ifMissing([])))
      if (!names.includes(name)) await rm(this.#fileOf(name), { force: true })
  }

  #fileOf(name: string): string {
    return join(this.#folder, name)
  }
}
