/** What is remembered of callers: the table `callers`, and how a call changes a row of it. */
import type { DatabaseSync } from 'node:sqlite'

/** So many callers are remembered. Those whose last call is longest ago go first. */
export const MOST_CALLERS = 100_000
/** So many of the last calls of each are. */
export const MOST_CALLS = 20
/** How many rows are read at once. */
const PAGE = 2_000

/** A value that is remembered. */
export type MemoryValue = string | number | boolean

export interface RememberedCaller {
  /** The last call or message, in milliseconds since 1970. */
  readonly at: number
  /** When all of it is forgotten. */
  readonly expires: number
  readonly values: Readonly<Record<string, MemoryValue>>
  /** The last calls, the oldest first: when, and the unique id of the channel. */
  readonly calls: readonly (readonly [at: number, channelId: string])[]
}

/** What a call, or a message from its dialplan, changes. */
export interface CallerUpdate {
  /** The caller's number, or the keyed hash of it. */
  readonly caller: string
  /** In milliseconds since 1970. */
  readonly at: number
  /** How long the caller is remembered from then on, in milliseconds. */
  readonly forMs: number
  /** The call that is counted, by the unique id of its channel; undefined for a message. */
  readonly call: string | undefined
  /** The new values; null takes one out. */
  readonly values: Readonly<Record<string, MemoryValue | null>>
}

/** A row: `memory` is a `RememberedCaller` as JSON. */
export interface CallerRow {
  readonly caller: string
  readonly memory: string
}

const NOTHING: RememberedCaller = { at: 0, expires: 0, values: {}, calls: [] }

/** The caller after an update. A call is counted once, however often it comes to Doorman. */
export function remember(before: RememberedCaller = NOTHING, update: CallerUpdate): RememberedCaller {
  const { at, forMs, call } = update
  const known = before.expires > at ? before : NOTHING
  const isNew = call !== undefined && !known.calls.some(([, id]) => id === call)
  const values = Object.entries({ ...known.values, ...update.values })
  return {
    at: Math.max(at, known.at),
    expires: Math.max(at, known.at) + forMs,
    values: Object.fromEntries(values.filter((entry): entry is [string, MemoryValue] => entry[1] !== null)),
    calls: (isNew ? inOrder([...known.calls, [at, call]]) : known.calls).slice(-MOST_CALLS),
  }
}

/** A call of another PBX may come to be known later. */
function inOrder(calls: RememberedCaller['calls']): RememberedCaller['calls'] {
  return calls.toSorted(([a], [b]) => a - b)
}

/** Undefined also for a row that a failing disk has changed: the next update of that caller replaces it. */
export function parseCaller(memory: string | undefined): RememberedCaller | undefined {
  if (memory === undefined) return undefined
  try {
    const caller: RememberedCaller | null = JSON.parse(memory)
    const isWhole = Number.isFinite(caller?.expires) && caller?.values instanceof Object
    return isWhole && Array.isArray(caller.calls) ? caller : undefined
  } catch {
    return undefined
  }
}

export function updateCaller(db: DatabaseSync, update: CallerUpdate): void {
  const { at, expires, ...rest } = remember(findCaller(db, [update.caller]), update)
  const memory = JSON.stringify({ at, expires, ...rest })
  db.prepare('INSERT OR REPLACE INTO callers VALUES (?, ?, ?, ?)').run(update.caller, at, expires, memory)
}

/** The first of these names that is remembered. */
export function findCaller(db: DatabaseSync, names: readonly string[]): RememberedCaller | undefined {
  const row = db.prepare(`SELECT memory FROM callers WHERE ${AMONG}`).get(JSON.stringify(names))
  return parseCaller(row?.memory as string | undefined)
}

/** A page of all callers behind so many; those who are remembered longest come first. */
export function listCallers(db: DatabaseSync, offset: number): readonly CallerRow[] {
  const sql = `SELECT caller, memory FROM callers ORDER BY expires DESC, caller DESC LIMIT ${PAGE} OFFSET ?`
  return db.prepare(sql).all(offset) as unknown as CallerRow[]
}

/** Applies a shorter time to callers that were remembered for longer. */
export function limitCallers(db: DatabaseSync, forMs: number): void {
  const sql = `
    UPDATE callers SET expires = at + $forMs,
      memory = iif(json_valid(memory), json_set(memory, '$.expires', at + $forMs), memory)
    WHERE expires > at + $forMs`
  db.prepare(sql).run({ forMs })
}

/** Deletes callers whose time is over, and those beyond the limit. */
export function pruneCallers(db: DatabaseSync): void {
  db.prepare('DELETE FROM callers WHERE expires <= ?').run(Date.now())
  const beyond = `SELECT caller FROM callers ORDER BY expires DESC LIMIT -1 OFFSET ${MOST_CALLERS}`
  db.exec(`DELETE FROM callers WHERE caller IN (${beyond})`)
}

/** A failing disk may have changed a record. */
const GREETING = "iif(json_valid(record), json_extract(record, '$.greeting.file'), NULL)"
const AMONG = 'caller IN (SELECT value FROM json_each(?))'

/** What was deleted of a caller. */
export interface Forgotten {
  /** Whether the caller was remembered. */
  readonly memory: boolean
  /** How many recorded calls. */
  readonly calls: number
  /** Files of greetings, without their extension, that no recorded call of another caller heard. */
  readonly greetings: readonly string[]
  /** False where a reader of the database keeps the pages as they were in its write-ahead log. */
  readonly isErased: boolean
}

/** Deletes the memory and the recorded calls of a caller, by each of the names that may stand for the number. */
export function forgetCaller(db: DatabaseSync, names: readonly string[]): Omit<Forgotten, 'isErased'> {
  const among = JSON.stringify(names)
  const rows = (table: string) => Number(db.prepare(`DELETE FROM ${table} WHERE ${AMONG}`).run(among).changes)
  const heard = db.prepare(`SELECT DISTINCT ${GREETING} AS file FROM calls WHERE ${AMONG}`).all(among)
  const [memory, calls] = [rows('callers') > 0, rows('calls')]
  const others = db.prepare(`SELECT 1 FROM calls WHERE ${GREETING} = ? LIMIT 1`)
  const greetings = heard.flatMap(({ file }) =>
    typeof file === 'string' && others.get(file) === undefined ? [file] : [],
  )
  return { memory, calls, greetings }
}
