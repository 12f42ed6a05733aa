/** What is read from the database and written to it. Everything here blocks; see store.ts. */
import { hash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { type CallerUpdate, type Forgotten, forgetCaller, updateCaller } from './callers.js'
import { scalar, transaction } from './database.js'
import { isOfEntry, StoreError } from './store-error.js'

/** How many revisions are stored. */
export const KEPT_REVISIONS = 50

/** A revision that decided calls, as it is stored. */
export interface RevisionEntry {
  /** Counts from 1; no number is used twice in one data folder. */
  readonly number: number
  /** `Revision.id`: what `DOORMAN_REVISION` and the decision records say. */
  readonly id: string
  /** `Revision.hash` */
  readonly hash: string
  /** ISO 8601 */
  readonly at: string
  /** How it came to decide: by `start`, `files`, `signal`, `command`, `http`, `fleet` or `rollback`. */
  readonly way: string
  /** The user who asked for it, where that is known. */
  readonly by: string | null
  /** For a rollback: the number that was brought back. */
  readonly rollbackOf: number | null
  /** For a rollback or a draft: the hash of the flows folder in whose place it decides. */
  readonly insteadOf: string | null
  /** How many files it has. */
  readonly files: number
}

export type NewRevision = Omit<RevisionEntry, 'number' | 'files'>

/** A recorded call: the columns that a search can use, and its whole record as JSON. */
export interface StoredCall {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly channelId: string
  readonly sipCallId: string
  readonly caller: string
  readonly callee: string
  readonly rule: string | null
  readonly flow: string
  readonly outcome: string
  readonly record: string
}

/** Which calls to find; all given conditions must hold. */
export interface CallQuery extends Partial<Omit<StoredCall, 'at' | 'record'>> {
  /** The earliest instant, in milliseconds since 1970. */
  readonly since?: number
  /** The `id` that SQLite gave it, ascending. */
  readonly id?: number
  /** Only calls recorded before the one with this `id`: for the next page. */
  readonly before?: number
  /** Only calls recorded after the one with this `id`: for those that are new. */
  readonly after?: number
  readonly limit: number
}

export interface FoundCall {
  readonly id: number
  readonly record: string
}

/** The stored revisions, ascending by number. */
export function listRevisions(db: DatabaseSync): readonly RevisionEntry[] {
  const sql = `
    SELECT number, id, hash, at, way, by, rollback_of AS rollbackOf, instead_of AS insteadOf,
      (SELECT count(*) FROM revision_files WHERE revision = number) AS files
    FROM revisions ORDER BY number`
  return db.prepare(sql).all() as unknown as RevisionEntry[]
}

/** The files of a revision by name. @throws StoreError `missing`, or `damaged` where a content was changed. */
export function filesOf(db: DatabaseSync, revision: number): ReadonlyMap<string, Uint8Array> {
  const sql = 'SELECT name, sha256, content FROM revision_files JOIN blobs USING (sha256) WHERE revision = ?'
  const rows = db.prepare(sql).all(revision) as { name: string; sha256: string; content: Uint8Array }[]
  if (rows.length === 0) throw new StoreError('missing', `Revision ${revision} is not in the database.`)
  for (const { name, sha256, content } of rows) {
    if (hash('sha256', content) === sha256) continue
    throw new StoreError('damaged', `The content of ${name} in revision ${revision} is damaged.`)
  }
  return new Map(rows.map(({ name, content }) => [name, content]))
}

/**
 * Stores a revision under the next number and deletes those beyond the last 50.
 * @param above the highest number that was given before: the database may be a new one since.
 */
export function addRevision(
  db: DatabaseSync,
  revision: NewRevision,
  files: ReadonlyMap<string, Uint8Array>,
  above: number,
): RevisionEntry {
  const { id, at, way, by, rollbackOf, insteadOf } = revision
  // A revision must survive a power failure: it decides after the next start if the flows folder has problems.
  db.exec('PRAGMA synchronous = FULL')
  const next = transaction(db, () => {
    const next = Math.max(above, scalar(db, 'SELECT coalesce(max(number), 0) FROM revisions')) + 1
    const revisions = db.prepare('INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    revisions.run(next, id, revision.hash, at, way, by, rollbackOf, insteadOf)
    const blob = db.prepare('INSERT OR IGNORE INTO blobs VALUES (?, ?, ?)')
    const file = db.prepare('INSERT INTO revision_files VALUES (?, ?, ?)')
    for (const [name, content] of files) {
      const sha256 = hash('sha256', content)
      blob.run(sha256, content.length, content)
      file.run(next, name, sha256)
    }
    db.prepare('DELETE FROM revisions WHERE number <= ?').run(next - KEPT_REVISIONS)
    db.exec('DELETE FROM blobs WHERE sha256 NOT IN (SELECT sha256 FROM revision_files)')
    return next
  })
  db.exec('PRAGMA synchronous = NORMAL')
  return { number: next, ...revision, files: files.size }
}

/** What is stored when there is time: a call, what is remembered of a caller, or who changed what. */
export type QueuedEntry = StoredCall | CallerUpdate | AuditEntry

/** Stores entries in their order. @returns how many could not be stored, and never can */
export function write(db: DatabaseSync, entries: readonly QueuedEntry[]): number {
  const insert = db.prepare(
    `INSERT INTO calls (at, channel_id, sip_call_id, caller, callee, rule, flow, outcome, record)
    VALUES ($at, $channelId, $sipCallId, $caller, $callee, $rule, $flow, $outcome, $record)`,
  )
  const writeEntry = (entry: QueuedEntry) => {
    if ('record' in entry) insert.run({ ...entry })
    else if ('event' in entry) addAudit(db, entry)
    else updateCaller(db, entry)
  }
  return transaction(db, () => {
    let refused = 0
    for (const entry of entries) {
      try {
        writeEntry(entry)
      } catch (error) {
        if (!isOfEntry(error)) throw error
        refused += 1
      }
    }
    return refused
  })
}

/** Deletes what is stored of a caller, and empties the write-ahead log, which has the pages as they were. */
export function forget(db: DatabaseSync, names: readonly string[]): Forgotten {
  const forgotten = transaction(db, () => forgetCaller(db, names))
  return { ...forgotten, isErased: scalar(db, 'PRAGMA wal_checkpoint(TRUNCATE)') === 0 }
}

/** When the oldest recorded call came, in milliseconds since 1970; undefined where none is recorded. */
export function oldestCall(db: DatabaseSync): number | undefined {
  const { at } = db.prepare('SELECT min(at) AS at FROM calls').get() ?? {}
  return typeof at === 'number' ? at : undefined
}

/** What each property of a query asks for. */
const CONDITIONS: Readonly<Record<Exclude<keyof CallQuery, 'limit'>, string>> = {
  since: 'at >= $since',
  id: 'id = $id',
  before: 'id < $before',
  after: 'id > $after',
  channelId: 'channel_id = $channelId',
  sipCallId: 'sip_call_id = $sipCallId',
  caller: 'caller = $caller',
  callee: 'callee = $callee',
  rule: 'rule IS $rule',
  flow: 'flow = $flow',
  outcome: 'outcome = $outcome',
}

/** The newest calls that match, newest first. */
export function findCalls(db: DatabaseSync, query: CallQuery): readonly FoundCall[] {
  const { limit, ...asked } = query
  const where = (Object.keys(asked) as (keyof typeof asked)[]).map((key) => `${CONDITIONS[key]} AND `)
  const sql = `SELECT id, record FROM calls WHERE ${where.join('')} 1 ORDER BY id DESC LIMIT $limit`
  return db.prepare(sql).all({ ...query }) as unknown as FoundCall[]
}

/** Of so many calls. */
const RECENT_CALLS = 100_000

/** Who called last, newest first, each once. */
export function recentCallers(db: DatabaseSync, limit: number): readonly string[] {
  const calls = `SELECT id, caller FROM calls ORDER BY id DESC LIMIT ${RECENT_CALLS}`
  const sql = `SELECT caller FROM (${calls}) GROUP BY caller ORDER BY max(id) DESC LIMIT $limit`
  return db
    .prepare(sql)
    .all({ limit })
    .map(({ caller }) => String(caller))
}

export interface AuditEntry {
  /** Milliseconds since 1970. */
  readonly at: number
  /** The user; where none is known, what asked for the change: `files`, `signal`. */
  readonly who: string
  /** The event of the log line: `reload`, `override_set` … */
  readonly event: string
  readonly what: string
}

/** As it is stored: `id` ascends. */
export type StoredAudit = AuditEntry & { readonly id: number }

/** Someone who tries tokens must not fill the disk. */
const MOST_ENTRIES = 100_000

export function addAudit(db: DatabaseSync, entry: AuditEntry): void {
  db.prepare('INSERT INTO audit (at, who, event, what) VALUES ($at, $who, $event, $what)').run({ ...entry })
}

/** The newest entries before an id, the newest first. */
export function listAudit(db: DatabaseSync, before: number, limit: number): readonly StoredAudit[] {
  const sql = 'SELECT id, at, who, event, what FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?'
  return db.prepare(sql).all(before, limit) as unknown as StoredAudit[]
}

export function pruneAudit(db: DatabaseSync, oldest: number): void {
  const beyond = `(SELECT max(id) FROM audit) - ${MOST_ENTRIES}`
  db.prepare(`DELETE FROM audit WHERE at < ? OR id <= ${beyond}`).run(oldest)
}

/** Times are milliseconds since 1970. */
export interface StoredOverride {
  /** Of the hours. */
  readonly name: string
  readonly open: boolean
  readonly since: number
  readonly until: number
  readonly by: string
  readonly why: string
}

export function listOverrides(db: DatabaseSync): readonly StoredOverride[] {
  const rows = db.prepare('SELECT * FROM overrides ORDER BY name').all() as unknown as StoredOverride[]
  return rows.map((row) => ({ ...row, open: Boolean(row.open) }))
}

/** These take the place of those that are stored. */
export function saveOverrides(db: DatabaseSync, overrides: readonly StoredOverride[]): void {
  transaction(db, () => {
    db.exec('DELETE FROM overrides')
    const insert = db.prepare('INSERT INTO overrides VALUES ($name, $open, $since, $until, $by, $why)')
    for (const override of overrides) insert.run({ ...override, open: Number(override.open) })
  })
}
