import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { ifMissing, removeLeftovers, replaceFile } from './replace-file.js'

const DIGEST_BYTES = 32
const HEAD_BYTES = DIGEST_BYTES + new Date(0).toISOString().length

/**
 * The last good copies of data from outside, a file each in a folder of the data folder, so that a restart with a source
 * down decides as before. A file holds the SHA-256 of the data, when the source last sent it (the file's own time is
 * another one after a restore), and the data as `node:v8` serializes it: a million rows are read in a tenth of a second.
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
    const path = this.#fileOf(name)
    await removeLeftovers(path)
    await replaceFile(path, Buffer.concat([digest, Buffer.from(at.toISOString()), body]), owned)
  }

  /** The source has sent the same again. */
  async touch(name: string, at: Date): Promise<void> {
    const file = await open(this.#fileOf(name), 'r+')
    await file.write(at.toISOString(), DIGEST_BYTES).finally(() => file.close())
  }

  /** Undefined where there is none. @throws Error where it cannot be read, or is damaged */
  async read(name: string): Promise<{ readonly copy: T; readonly at: Date } | undefined> {
    const path = this.#fileOf(name)
    const file = await readFile(path).catch(ifMissing(undefined))
    if (file === undefined) return undefined
    const body = new Uint8Array(file.subarray(HEAD_BYTES))
    // Off the main thread, unlike createHash.
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', body))
    const at = new Date(file.toString('latin1', DIGEST_BYTES, HEAD_BYTES))
    if (!digest.equals(file.subarray(0, DIGEST_BYTES)) || Number.isNaN(at.getTime()))
      throw new Error(`${path} is damaged`)
    return { copy: deserialize(body) as T, at }
  }

  /** Removes all others, but for what `replaceFile` is writing beside these. */
  async keepOnly(names: readonly string[]): Promise<void> {
    for (const file of await readdir(this.#folder).catch(ifMissing([])))
      if (!names.some((name) => file === name || file.startsWith(`.${name}.`)))
        await rm(this.#fileOf(file), { force: true })
  }

  #fileOf(name: string): string {
    return join(this.#folder, name)
  }
}
