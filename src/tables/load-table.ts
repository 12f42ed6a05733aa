import { hash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { Databases } from '../databases/databases.js'
import type { DatabaseAccess } from '../lib/database-url.js'
import { askHttp, fillHeaders } from '../lib/http-client.js'
import { KeptCopies } from '../lib/kept-copies.js'
import { counted, formatShare } from '../lib/units.js'
import { readNumberTable } from '../routing/number-file.js'
import type { OutsideTable } from '../routing/outside-data.js'
import type { TableOrigin, TableSource } from '../routing/types.js'

export interface LoadRequest {
  readonly source: TableSource
  readonly databases: ReadonlyMap<string, DatabaseAccess>
  readonly secrets: ReadonlyMap<string, string>
  /** The data folder, and the name of the table's copy in it. */
  readonly folder: string
  readonly copyName: string
  /** What is in memory already, and whether the copy on disk is the same. */
  readonly before: (Pick<OutsideTable, 'version' | 'size'> & { readonly isCopied: boolean }) | undefined
  /** What another PBX has loaded, compressed with gzip, instead of asking the source. */
  readonly copy?: { readonly rows: Uint8Array; readonly version: string; readonly at: number } | undefined
}

export type LoadResult =
  | {
      readonly ok: true
      /** Undefined where the rows are those of before. */
      readonly table: OutsideTable | undefined
      /** When the source sent it; milliseconds since 1970. */
      readonly at: number
      /** Rows that are left out, with an example, in a sentence; empty where there are none. */
      readonly leftOut: string
      /** Why there is no copy on disk; undefined where there is one. */
      readonly notCopied: string | undefined
    }
  | { readonly ok: false; readonly reason: string }

/** Loads a table; called in a thread. Never rejects. */
export function loadTable(request: LoadRequest): Promise<LoadResult> {
  return load(request).catch((error: Error) => ({ ok: false, reason: error.message.replace(/\.$/, '') }))
}

async function load({
  source,
  databases: access,
  secrets,
  folder,
  copyName,
  before,
  copy,
}: LoadRequest): Promise<LoadResult> {
  const databases = new Databases(access)
  const content =
    copy === undefined
      ? await readOrigin(source.origin, databases, secrets).finally(() => databases.stop())
      : gunzipSync(copy.rows, { maxOutputLength: MOST_BYTES })
  const at = copy?.at ?? Date.now()
  const { table: numbers, problems, faults } = readNumberTable(source.name, content, source.country, true)
  const version = hash('sha256', numbers.content).slice(0, 12)
  if (copy !== undefined && copy.version !== version)
    return { ok: false, reason: 'the copy that came is damaged, or was replaced meanwhile' }
  const example = problems[0]?.message.split(';')[0]
  if (numbers.size === 0 && example !== undefined)
    return { ok: false, reason: `none of its rows has a telephone number: ${example}` }
  const dropped = before === undefined ? 0 : 1 - numbers.size / before.size
  if (dropped > source.maxDrop) {
    const rows = `it has ${counted(numbers.size, 'row')} where there were ${before?.size}`
    const reason = `${rows}, and max_drop allows to drop ${formatShare(source.maxDrop)}; if that is meant, write "max_drop: 100%"`
    return { ok: false, reason }
  }
  const leftOut = faults === 0 ? '' : `${counted(faults, 'row')} left out, such as ${example}`
  const table = version === before?.version ? undefined : { ...numbers, version }
  const copies = new KeptCopies<OutsideTable>(folder, 'tables')
  const write = () => copies.write(copyName, { ...numbers, version }, new Date(at))
  const touch = () => copies.touch(copyName, new Date(at)).catch(write)
  const copying = table === undefined && before?.isCopied ? touch() : write()
  const notCopied = await copying.then(
    () => undefined,
    (error: Error) => error.message,
  )
  return { ok: true, table, at, leftOut, notCopied }
}

/** How long a source may take to send all rows. */
const LOAD_MS = 60_000
const MOST_MB = 200
const MOST_BYTES = MOST_MB * 2 ** 20

/** The rows of a table as a CSV file with a header. @throws Error with the reason, without a password */
async function readOrigin(
  origin: TableOrigin,
  databases: Databases,
  secrets: LoadRequest['secrets'],
): Promise<Buffer> {
  const csv = new CsvText()
  switch (origin.kind) {
    case 'sql':
      await databases
        .sql(origin.database)
        .read(origin.sql, LOAD_MS, (columns, rows) => csv.add(columns, rows))
      break
    case 'redis': {
      const { key } = origin
      await databases.redis(origin.database).ask(LOAD_MS, async (redis) => {
        if ((await redis.type(key)) === 'set')
          csv.add(
            ['number'],
            (await redis.smembers(key)).map((one) => [one]),
          )
        else csv.add(['number', 'value'], Object.entries(await redis.hgetall(key)))
      })
      break
    }
    case 'http': {
      const headers = fillHeaders(origin.headers, secrets)
      const request = { headers, ms: LOAD_MS, maxBytes: MOST_BYTES }
      const { body, contentType } = await askHttp(new URL(origin.url), request)
      if (/^text\/(csv|plain)$/.test(contentType)) return body
      if (!/^application\/([\w.-]+\+)?json$/.test(contentType))
        throw new Error(`it sends ${contentType || 'no content type'}, not text/csv or application/json`)
      addJson(csv, JSON.parse(body.toString('utf8')))
    }
  }
  return csv.toBuffer()
}

/** A list of numbers, or of maps, whose keys are the columns. */
function addJson(csv: CsvText, value: unknown): void {
  if (!Array.isArray(value)) throw new Error('its JSON is no list of numbers or of maps')
  const maps = value.map((one: unknown) => (typeof one === 'object' && one !== null ? one : { number: one }))
  const columns = new Set<string>()
  for (const map of maps) for (const name of Object.keys(map)) columns.add(name)
  csv.add(
    [...columns],
    maps.map((map) => [...columns].map((name) => jsonCell(map[name as keyof typeof map]))),
  )
}

function jsonCell(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '')
}

/** CSV as `readNumberTable` reads it. */
class CsvText {
  readonly #parts: Buffer[] = []
  #bytes = 0

  /** @param columns the same each time */
  add(columns: readonly string[], rows: readonly (readonly (string | null)[])[]): void {
    const lines = this.#parts.length === 0 ? [columns, ...rows] : rows
    const part = Buffer.from(lines.map((cells) => `${cells.map(cell).join(',')}\n`).join(''))
    this.#bytes += part.length
    if (this.#bytes > MOST_BYTES) throw new Error(`it has more than ${MOST_MB} MB`)
    this.#parts.push(part)
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.#parts)
  }
}

/** A `#` at the beginning of a line would make it a comment. */
function cell(value: string | null): string {
  if (value === null) return ''
  return /^[\s#]|[",\r\n]|\s$/.test(value)
    ? `"${value.replace(/\s*[\r\n]+\s*/g, ' ').replaceAll('"', '""')}"`
    : value
}
