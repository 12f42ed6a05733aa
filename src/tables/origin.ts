import type { Databases } from '../databases/databases.js'
import { askHttp, fillHeaders } from '../lib/http-client.js'
import type { TableOrigin } from '../routing/types.js'

/** How long a source may take to send all rows. */
const LOAD_MS = 60_000
const MOST_MB = 200
const MOST_BYTES = MOST_MB * 2 ** 20

export interface OriginParts {
  readonly databases: Databases
  readonly secrets: ReadonlyMap<string, string>
}

/** The rows of a table as a CSV file with a header. @throws Error with the reason, without a password */
export async function readOrigin(origin: TableOrigin, { databases, secrets }: OriginParts): Promise<Buffer> {
  const csv = new CsvText()
  switch (origin.kind) {
    case 'sql':
      await databases
        .sql(origin.database)
        .read(origin.sql, LOAD_MS, (columns, rows) => csv.add(columns, rows))
      break
    case 'redis': {
      const redis = databases.redis(origin.database)
      if ((await redis.type(origin.key, LOAD_MS)) === 'set')
        csv.add(['number'], await redis.smembers(origin.key, LOAD_MS).then((all) => all.map((one) => [one])))
      else csv.add(['number', 'value'], Object.entries(await redis.hgetall(origin.key, LOAD_MS)))
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
