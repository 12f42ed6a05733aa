import type { Databases } from '../databases/databases.js'
import { askHttp, fillHeaders, HttpError } from '../lib/http-client.js'
import { fillKeyed, type Lookup, writtenText } from '../routing/lookup.js'

/** What a source says, by the names under `take`; empty where it has no entry. */
export type Values = Readonly<Record<string, string>>

/** Asks the source of a lookup for a key. Rejects with a sentence where it does not answer, or not in this form. */
export type Ask = (lookup: Lookup, key: readonly string[], signal: AbortSignal) => Promise<Values>

/** Milliseconds of a request. It may go on when its call has left without the answer, which the next one then finds. */
export const REQUEST_MS = 2_000
const MOST_BYTES = 65_536
const LONGEST_VALUE = 1_000

export interface AskParts {
  readonly databases: Databases
  readonly secrets: ReadonlyMap<string, string>
}

export function asker({ databases, secrets }: AskParts): Ask {
  return async (lookup, key, signal) => {
    const { kind, text, database } = lookup
    if (kind === 'http') return picked(lookup, await askServer(lookup, key, signal, secrets))
    if (kind === 'redis')
      return picked(
        lookup,
        await databases.redis(database).ask(REQUEST_MS, (redis) => redis.hgetall(fillKeyed(text, key))),
      )
    const parameters = new Map(text.fields.map((field, at) => [field, key[at] ?? '']))
    const [row] = await databases.sql(database).query(writtenText(text), parameters, REQUEST_MS)
    return picked(lookup, row)
  }
}

/** @returns the JSON; undefined for 404 */
async function askServer(
  { text, headers }: Lookup,
  key: readonly string[],
  signal: AbortSignal,
  secrets: AskParts['secrets'],
): Promise<unknown> {
  const url = new URL(fillKeyed(text, key.map(encodeURIComponent)))
  const request = { headers: fillHeaders(headers, secrets), ms: REQUEST_MS, maxBytes: MOST_BYTES, signal }
  try {
    const { body } = await askHttp(url, request)
    return JSON.parse(body.toString(), asWritten) as unknown
  } catch (error) {
    if (error instanceof HttpError && error.status === 404) return undefined
    throw error instanceof SyntaxError ? new Error(`The answer of ${url.host} is not JSON.`) : error
  }
}

/** A number of more than 15 digits is an account, and would lose some of them. */
function asWritten(_key: string, value: unknown, { source }: { readonly source?: string } = {}): unknown {
  return typeof value === 'number' ? source : value
}

/** The values that are taken of an answer: texts, numbers, true and false. */
function picked({ take }: Lookup, answer: unknown): Values {
  const entries = [...take].flatMap(([field, path]): [string, string][] => {
    const value = path.reduce(valueAt, answer)
    if (!['string', 'number', 'bigint', 'boolean'].includes(typeof value)) return []
    if (String(value).length <= LONGEST_VALUE) return [[field, String(value)]]
    throw new Error(`"${path.join('.')}" of the answer is longer than ${LONGEST_VALUE} characters.`)
  })
  return Object.fromEntries(entries)
}

function valueAt(inner: unknown, key: string): unknown {
  const isThere = typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
  return isThere ? (inner as Record<string, unknown>)[key] : undefined
}
