/**
 * What the PBXs of a fleet share: small values by their keys, contents of any size by their names, and questions. An
 * exchange only delivers; whatever decides calls is in memory and on the local disk, and no call waits for it.
 *
 *     orders/<ring>                   which revision a ring should have, signed    publisher ▶ PBXs
 *     overrides/<PBX or all>/<hours>  an override of hours, signed                 publisher ▶ PBXs
 *     status/<PBX>                    what the PBX has, and how it is              PBX ▶ publisher
 *     memory/<PBX>/<caller>           what it remembers of a caller                PBX ▶ other PBXs
 *     tables/<PBX>/<table>            which rows of a table it has loaded, and when PBX ▶ other PBXs
 *     live/<PBX>                      a sample of its calls, to those that watch   PBX ▶ other PBXs
 *
 * Contents are the files of revisions, named by their hash, and the rows of tables, named `<PBX>/<table>`.
 */
import type * as z from 'zod'
import { within } from '../lib/waiting.js'

/** Parts of letters, digits, `_`, `-` and `%`, separated by `/`. The first part is a kind. */
export type Key = `${'orders' | 'overrides' | 'status' | 'memory' | 'tables' | 'live'}/${string}`

/** Takes a value when it is there and each time it changes; an empty one was deleted. Must not throw. */
export type Changed = (key: Key, value: string) => void

export interface Exchange {
  /** Whether it was reached when that was last tried. */
  readonly isUp: boolean
  /** Why not; of one that was reached, a value that cannot be read. Empty where nothing fails. */
  readonly problem: string
  /**
   * Stores a value; an empty one deletes the key. Rejects where the exchange cannot be reached. What is `live/` may be
   * lost, and is not kept for those who come later.
   */
  put(key: Key, value: string): Promise<void>
  /**
   * Tells the values of all keys that begin with the prefix (`orders/`, `memory/berlin/`), now and whenever they change,
   * through all failures of the exchange; a value may be told again. Resolves once those that are there now were told,
   * which may take as long as the exchange is away.
   * @param ended ends it; rejects where that comes first
   */
  watch(prefix: Key, changed: Changed, ended?: AbortSignal): Promise<void>
  /** Stores a content in place of the one that has this name. */
  putContent(name: string, content: Uint8Array): Promise<void>
  /**
   * As it was stored, or damaged, as where it is being replaced: a hash tells. Rejects where it is not there or cannot be
   * read.
   */
  getContent(name: string): Promise<Uint8Array>
  /** Asks another PBX. Rejects where it does not answer in time. */
  ask(pbx: string, question: string, timeoutMs: number): Promise<string>
  /** Answers what others ask this PBX. */
  answer(reply: (question: string) => Promise<string>): void
  stop(): Promise<void>
}

const LIST_MS = 10_000

/** The values under a prefix as they are now. Rejects where the exchange does not tell them in time. */
export async function list(
  exchange: Pick<Exchange, 'watch'>,
  prefix: Key,
): Promise<ReadonlyMap<Key, string>> {
  const found = new Map<Key, string>()
  const ended = new AbortController()
  const changed: Changed = (key, value) => void (value === '' ? found.delete(key) : found.set(key, value))
  const told = exchange.watch(prefix, changed, ended.signal)
  await within(LIST_MS, 'the exchange of the fleet', told).finally(() => ended.abort())
  return found
}

/** A value as it was written; undefined where it is damaged, or deleted. */
export function readValue<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** The last part of a key: a ring, a PBX, or the hours. */
export function lastPart(key: Key): string {
  return key.slice(key.lastIndexOf('/') + 1)
}

export interface ExchangeAccess {
  /** A folder, or the URL of a NATS server. */
  readonly address: string
  /** Of this PBX, or `publisher`. */
  readonly name: string
  /** The seed of its NKEY, for NATS. */
  readonly seed?: string | undefined
  /** File of the certificate by which the NATS server is known. */
  readonly ca?: string | undefined
}
