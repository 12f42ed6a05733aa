/**
 * Tables that some PBXs load for all. The flow files, which the publisher has signed, name them under `loaded_by`: the
 * first of them loads a table, the next one does where no copy of it is up to date, and copies of others are not taken.
 *
 *     loaded here      ──▶ files/<PBX>/<table>: the rows, where they changed; then tables/<PBX>/<table>: version and time
 *     loaded elsewhere ──▶ taken as if the source had sent it: the same checks, the same copy on disk
 */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import * as z from 'zod'
import { within } from '../lib/waiting.js'
import type { OutsideTable } from '../routing/outside-data.js'
import type { TableSource } from '../routing/types.js'
import { OUTDATED, type SharedCopy, type TableSharing, type Tables } from '../tables/tables.js'
import { type Exchange, type Key, readValue } from './exchange.js'

/** At a start the exchange may take so long to tell of copies, before sources are asked. */
const TOLD_MS = 3_000
/** A table of 200 MB, over a slow line. */
const CONTENT_MS = 60_000

const announced = z.object({ version: z.string().regex(/^[0-9a-f]{12}$/), at: z.number() })
type Announced = z.output<typeof announced>

export interface SharedTablesParts {
  readonly exchange: Exchange
  readonly name: string
  readonly tables: Pick<Tables, 'share' | 'takeCopy'>
}

export class SharedTables implements TableSharing {
  /** What PBXs have loaded, by `<PBX>/<table>`. */
  readonly #announced = new Map<string, Announced>()
  /** Tables that are being sent. */
  readonly #sending = new Set<string>()

  constructor(private readonly parts: SharedTablesParts) {}

  start(): void {
    const { exchange, tables } = this.parts
    const told = exchange.watch('tables/', (key, text) => this.#onChange(key, text))
    void within(TOLD_MS, 'the exchange', told)
      .catch(() => undefined)
      .then(() => tables.share(this))
  }

  isLoader({ key, loadedBy, everyMs }: TableSource): boolean {
    const at = loadedBy.indexOf(this.parts.name)
    const oldest = Date.now() - OUTDATED * everyMs
    return at >= 0 && !loadedBy.slice(0, at).some((pbx) => (this.#of(pbx, key)?.at ?? 0) > oldest)
  }

  newest({ key, loadedBy }: TableSource, after: number): SharedCopy | undefined {
    const copies = loadedBy.flatMap((pbx) => {
      const found = this.#of(pbx, key)
      const rows = () => within(CONTENT_MS, 'the exchange', this.parts.exchange.getContent(`${pbx}/${key}`))
      return found === undefined || found.at <= after ? [] : { ...found, rows }
    })
    return copies.sort((a, b) => b.at - a.at)[0]
  }

  /** What does not arrive is sent after the next load. */
  share({ key }: TableSource, { version, content }: OutsideTable, at: Date): void {
    const isThere = this.#of(this.parts.name, key)?.version === version
    const announcement = JSON.stringify({ version, at: at.getTime() })
    void this.#send(key, announcement, isThere ? undefined : () => promisify(gzip)(content))
  }

  removeOthers(sources: readonly TableSource[]): void {
    const { name } = this.parts
    const isUsed = (table: string) =>
      sources.some(({ key, loadedBy }) => key === table && loadedBy.includes(name))
    for (const id of this.#announced.keys()) {
      const [pbx, key = ''] = id.split('/')
      if (pbx === name && !isUsed(key)) void this.#send(key, '', async () => Buffer.alloc(0))
    }
  }

  #of(pbx: string, key: string): Announced | undefined {
    return this.#announced.get(`${pbx}/${key}`)
  }

  async #send(key: string, announcement: string, rows?: () => Promise<Uint8Array>): Promise<void> {
    const { exchange, name } = this.parts
    if (this.#sending.has(key)) return
    this.#sending.add(key)
    const send = async () => {
      if (rows !== undefined) await exchange.putContent(`${name}/${key}`, await rows())
      await exchange.put(`tables/${name}/${key}`, announcement)
      this.#onChange(`tables/${name}/${key}`, announcement)
    }
    await within(CONTENT_MS, 'the exchange', send()).catch(() => undefined)
    this.#sending.delete(key)
  }

  #onChange(announcement: Key, text: string): void {
    const [, pbx = '', key = ''] = announcement.split('/')
    const read = readValue(announced, text)
    if (read === undefined) return void this.#announced.delete(`${pbx}/${key}`)
    // The clock of the other PBX may be ahead.
    this.#announced.set(`${pbx}/${key}`, { ...read, at: Math.min(read.at, Date.now()) })
    if (pbx !== this.parts.name) this.parts.tables.takeCopy(key)
  }
}
