import { LRUCache } from 'lru-cache'
import type { Databases } from '../databases/databases.js'
import { askHttp, fillHeaders, HttpError } from '../lib/http-client.js'
import { TimeoutError, within } from '../lib/waiting.js'
import type { Answer } from '../routing/outside-data.js'
import { fillKeyed, type Lookup, writtenText } from '../routing/outside-data.js'

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

export interface LookupClientParts {
  readonly ask: Ask
  readonly breakerChanged: (isOpen: boolean, reason: string) => void
}

/** What is kept of one lookup: characters of keys and values, and for each answer what an empty one takes. */
const CACHE_SIZE = 8_000_000
const ENTRY_SIZE = 200

interface Entry {
  readonly values: Values
  readonly askedAt: number
}

/**
 * One lookup: its answers so far, the requests under way, one for each key, and the circuit breaker.
 *
 *     recall ──▶ fresh · stale (asked again in the background) · missing
 *     ask ─────▶ one of these within the deadline ──▶ fresh · missing · failed · late
 *     breaker open ─▶ failed at once
 */
export class LookupClient {
  readonly #breaker: Breaker
  readonly #entries: LRUCache<string, Entry>
  readonly #requests = new Map<string, Promise<Entry>>()
  /** Requests that wait until one of those under way is over. */
  readonly #waiting: (() => void)[] = []
  #running = 0
  readonly #stopped = new AbortController()

  constructor(
    private readonly lookup: Lookup,
    private readonly parts: LookupClientParts,
  ) {
    this.#breaker = new Breaker(parts.breakerChanged)
    this.#entries = new LRUCache({
      maxSize: CACHE_SIZE,
      sizeCalculation: ({ values }, key) => ENTRY_SIZE + key.length + JSON.stringify(values).length,
    })
  }

  /** What is known without waiting. Where that is stale, it is asked for again. */
  recall(key: readonly string[]): Answer | undefined {
    const { freshMs, staleMs, missingMs } = this.lookup
    const entry = this.#entries.get(nameOf(key))
    if (entry === undefined) return undefined
    const ageMs = Math.round(performance.now() - entry.askedAt)
    const isMissing = Object.keys(entry.values).length === 0
    if (ageMs > (isMissing ? missingMs : staleMs)) return undefined
    if (isMissing) return { result: 'missing', values: {}, ageMs, ms: 0 }
    if (ageMs <= freshMs) return { result: 'fresh', values: entry.values, ageMs, ms: 0 }
    this.#refresh(key)
    return { result: 'stale', values: entry.values, ageMs, ms: 0 }
  }

  /** Asks, and waits for so many milliseconds at most. Never rejects. */
  async ask(key: readonly string[], ms: number): Promise<Answer> {
    const start = performance.now()
    const waited = () => Math.round((performance.now() - start) * 100) / 100
    const none = (result: 'late' | 'failed', why: string): Answer => {
      return { result, why, values: {}, ageMs: undefined, ms: waited() }
    }
    if (this.#breaker.isOpen) {
      this.#refresh(key)
      return none('failed', `it is not asked for a while: ${this.#breaker.reason}`)
    }
    try {
      const { values, askedAt } = await within(ms, this.lookup.name, this.#request(key))
      const result = Object.keys(values).length === 0 ? 'missing' : 'fresh'
      return { result, values, ageMs: Math.round(performance.now() - askedAt), ms: waited() }
    } catch (error) {
      if (error instanceof TimeoutError) return none('late', `no answer within ${Math.round(ms)} ms`)
      return none('failed', reasonOf(error))
    }
  }

  /** Ends the requests under way. */
  stop(): void {
    this.#stopped.abort()
  }

  /** In the background, for the next call. */
  #refresh(key: readonly string[]): void {
    if (this.#breaker.admits()) this.#request(key).catch(() => undefined)
  }

  #request(key: readonly string[]): Promise<Entry> {
    const name = nameOf(key)
    const known = this.#requests.get(name)
    if (known !== undefined) return known
    const request = this.#send(key).finally(() => this.#requests.delete(name))
    this.#requests.set(name, request)
    return request
  }

  /** An answer after the deadline is kept, and counts as a failure: calls would wait in vain for such ones. */
  async #send(key: readonly string[]): Promise<Entry> {
    const { name, atMost, deadlineMs } = this.lookup
    const isQueued = this.#running >= atMost
    if (isQueued) await new Promise<void>((resolve) => void this.#waiting.push(resolve))
    else this.#running += 1
    let [isOverdue, isAnswered] = [false, false]
    // Where the process stood still, timers run before the answers that came meanwhile are read.
    const timer = setTimeout(setImmediate, deadlineMs, () => {
      if (isAnswered) return
      isOverdue = true
      this.#breaker.failed(`no answer within ${deadlineMs} ms`)
    })
    try {
      if (isQueued && this.#breaker.isOpen) throw new Error(this.#breaker.reason)
      const askedAt = performance.now()
      const { signal } = this.#stopped
      const values = await within(REQUEST_MS, name, this.parts.ask(this.lookup, key, signal), signal)
      const entry = { values, askedAt }
      this.#entries.set(nameOf(key), entry)
      if (!isOverdue) this.#breaker.succeeded()
      return entry
    } catch (error) {
      if (!isOverdue) this.#breaker.failed(reasonOf(error))
      throw error
    } finally {
      clearTimeout(timer)
      isAnswered = true
      const next = this.#waiting.shift()
      if (next === undefined) this.#running -= 1
      else next()
    }
  }
}

/** To follow a colon. */
function reasonOf(error: unknown): string {
  return (error as Error).message.replace(/\.$/, '')
}

/** Values have no control characters. */
function nameOf(key: readonly string[]): string {
  return key.join('\n')
}

/** So many failures in a row open a breaker. */
const MOST_FAILURES = 5
/** Milliseconds between two requests that find out whether the source answers again. */
const RETRY_MS = 5_000

/**
 * The circuit breaker of a source. Once it is open, no call waits any more: a request goes out now and then in the
 * background, and its success closes it. (The breakers of libraries let a call wait for that request.)
 */
export class Breaker {
  #failures = 0
  #triedAt = 0
  /** Of the last failure. */
  reason = ''

  constructor(private readonly changed: (isOpen: boolean, reason: string) => void) {}

  get isOpen(): boolean {
    return this.#failures >= MOST_FAILURES
  }

  /** Whether a request may go out; while it is open, one in five seconds. */
  admits(): boolean {
    const now = performance.now()
    if (this.isOpen && now - this.#triedAt < RETRY_MS) return false
    this.#triedAt = now
    return true
  }

  succeeded(): void {
    const wasOpen = this.isOpen
    this.#failures = 0
    if (wasOpen) this.changed(false, '')
  }

  failed(reason: string): void {
    this.reason = reason
    this.#failures += 1
    if (this.#failures === MOST_FAILURES) this.changed(true, reason)
  }
}
