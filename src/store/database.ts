/** The database file: its schema, opening it, and its queries. Everything here blocks; see store.ts. */
import { hash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type AuditEntry, addAudit } from './audit.js'
import { type CallerUpdate, type Forgotten, forgetCaller, updateCaller } from './callers.js'
import { StoreError, storeError } from './store-error.js'

export const DATABASE_FILE = 'doorman.db'

/** How long a lock is waited for. In WAL mode no writer blocks readers, except while it creates the database. */
const BUSY_MS = 2_000

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

/**
 * The schema, as numbered migrations: entry 0 makes version 1 of an empty file, entry 1 takes that to version 2,
 * and so on. `PRAGMA user_version` holds the number. A released entry never changes; the next one is appended.
 */
const MIGRATIONS: readonly string[] = [
  `
  -- Contents of flow files by their SHA-256, so that a list that 50 revisions share is stored once.
  CREATE TABLE blobs (
    sha256 TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL,
    content BLOB NOT NULL
  ) STRICT;

  CREATE TABLE revisions (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    hash TEXT NOT NULL,
    at TEXT NOT NULL,
    way TEXT NOT NULL,
    by TEXT,
    rollback_of INTEGER,
    instead_of TEXT
  ) STRICT;

  CREATE TABLE revision_files (
    revision INTEGER NOT NULL REFERENCES revisions ON DELETE CASCADE,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES blobs,
    PRIMARY KEY (revision, name)
  ) STRICT, WITHOUT ROWID;

  -- at: milliseconds since 1970. record: the decision record and the facts of the call, as JSON.
  CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    channel_id TEXT NOT NULL,
    sip_call_id TEXT NOT NULL,
    caller TEXT NOT NULL,
    callee TEXT NOT NULL,
    rule TEXT,
    flow TEXT NOT NULL,
    outcome TEXT NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX calls_at ON calls (at);
  CREATE INDEX calls_channel_id ON calls (channel_id);
  CREATE INDEX calls_sip_call_id ON calls (sip_call_id);
  CREATE INDEX calls_caller ON calls (caller);
  CREATE INDEX calls_callee ON calls (callee);
  CREATE INDEX calls_rule ON calls (rule);
  CREATE INDEX calls_flow ON calls (flow);
  CREATE INDEX calls_outcome ON calls (outcome);
  `,
  `
  -- at: the last call, expires: when the caller is forgotten, in milliseconds since 1970. memory: see callers.ts.
  CREATE TABLE callers (
    caller TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    memory TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX callers_expires ON callers (expires);
  `,
  `
  -- name: of the hours. since, until: milliseconds since 1970.
  CREATE TABLE overrides (
    name TEXT PRIMARY KEY,
    open INTEGER NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    by TEXT NOT NULL,
    why TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- at: milliseconds since 1970. See audit.ts.
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    event TEXT NOT NULL,
    what TEXT NOT NULL
  ) STRICT;
  CREATE INDEX audit_at ON audit (at);
  `,
]

/** Opens the database to write, creates it where it is missing, and migrates it. @throws StoreError */
export function openDatabase(folder: string): DatabaseSync {
  return opened(createPrivateFile(folder, DATABASE_FILE), false, (db) => {
    db.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON')
    // What is deleted is overwritten with zeros, as far as it is in the file itself: see forget().
    db.exec('PRAGMA secure_delete = ON')
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216')
    for (const [index, migration] of MIGRATIONS.entries()) {
      if (index < number(db, 'PRAGMA user_version')) continue
      transaction(db, () => db.exec(`${migration}; PRAGMA user_version = ${index + 1}`))
    }
  })
}

/** Opens the database to read, also while Doorman runs; undefined where there is none. @throws StoreError */
export function openReadOnly(folder: string): DatabaseSync | undefined {
  const path = join(folder, DATABASE_FILE)
  const db = existsSync(path) ? opened(path, true, () => undefined) : undefined
  if (db === undefined || number(db, 'PRAGMA user_version') > 0) return db
  // Doorman is about to create it.
  db.close()
  return undefined
}

function opened(path: string, readOnly: boolean, prepare: (db: DatabaseSync) => void): DatabaseSync {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path, { readOnly, timeout: BUSY_MS })
    const version = number(db, 'PRAGMA user_version')
    if (version > MIGRATIONS.length) throw new StoreError('newer', newer(path, version))
    prepare(db)
    return db
  } catch (error) {
    db?.close()
    throw storeError(path, error)
  }
}

function newer(path: string, version: number): string {
  return (
    `${path} was written by a newer Doorman (schema ${version}; this one knows ${MIGRATIONS.length}). ` +
    'Install that version again, or set DOORMAN_DATA to another folder.'
  )
}

/**
 * Creates a file where it is missing and returns its path. Numbers and names of callers are in it, so only the user
 * that runs Doorman may read it; SQLite gives its -wal and -shm files the same mode.
 */
export function createPrivateFile(folder: string, name: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  closeSync(openSync(join(folder, name), 'a', 0o600))
  return join(folder, name)
}

/** The one number that a statement or pragma gives. */
export function number(db: DatabaseSync, sql: string): number {
  return Number(Object.values(db.prepare(sql).get() ?? {})[0])
}

/** Runs `work` in a transaction; all of it takes effect, or nothing. */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    // SQLite has rolled back by itself after some errors, such as a full disk.
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
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
    const next = Math.max(above, number(db, 'SELECT coalesce(max(number), 0) FROM revisions')) + 1
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

/** Stores entries in their order. */
export function write(db: DatabaseSync, entries: readonly QueuedEntry[]): void {
  const insert = db.prepare(
    `INSERT INTO calls (at, channel_id, sip_call_id, caller, callee, rule, flow, outcome, record)
    VALUES ($at, $channelId, $sipCallId, $caller, $callee, $rule, $flow, $outcome, $record)`,
  )
  transaction(db, () => {
    for (const entry of entries)
      if ('record' in entry) insert.run({ ...entry })
      else if ('event' in entry) addAudit(db, entry)
      else updateCaller(db, entry)
  })
}

/** Deletes what is stored of a caller, and empties the write-ahead log, which has the pages as they were. */
export function forget(db: DatabaseSync, names: readonly string[]): Forgotten {
  const forgotten = transaction(db, () => forgetCaller(db, names))
  return { ...forgotten, isErased: number(db, 'PRAGMA wal_checkpoint(TRUNCATE)') === 0 }
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
