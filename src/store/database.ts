import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { MIGRATIONS } from './schema.js'
import { StoreError, storeError } from './store-error.js'

export const DATABASE_FILE = 'doorman.db'

/** How many revisions are stored. */
export const KEPT_REVISIONS = 50

/** Numbers and names of callers are in these files: only the user that runs Doorman may read them. */
const PRIVATE_FOLDER = 0o700
const PRIVATE_FILE = 0o600

/** How long a lock is waited for. No writer blocks readers in WAL mode, except while it creates the database. */
const BUSY_MS = 2_000

/** A revision, as the database lists it. */
export interface StoredRevision {
  /** Counts from 1; no number is used twice in one data folder. */
  readonly number: number
  readonly id: string
  readonly hash: string
  /** ISO 8601 */
  readonly at: string
  readonly way: string
  readonly by: string | null
  /** For a rollback: the number that was brought back, and the hash of the flows folder at that time. */
  readonly rollbackOf: number | null
  readonly insteadOf: string | null
  readonly files: number
}

export type NewRevision = Omit<StoredRevision, 'number' | 'files'>

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
  /** Only calls that were recorded before this one, by its `id`: for the next page. */
  readonly before?: number
  readonly limit: number
}

export interface FoundCall {
  readonly id: number
  readonly record: string
}

/** Opens the database to write, creates it where it is missing, and migrates it. @throws StoreError */
export function openDatabase(folder: string): DatabaseSync {
  const path = join(folder, DATABASE_FILE)
  let db: DatabaseSync | undefined
  try {
    createPrivateFile(folder, DATABASE_FILE)
    db = new DatabaseSync(path, { timeout: BUSY_MS })
    db.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON')
    refuseNewer(db, path)
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216')
    migrate(db)
    return db
  } catch (error) {
    db?.close()
    throw storeError(path, error)
  }
}

/** Creates a file where it is missing; SQLite gives its -wal and -shm files the same mode. */
export function createPrivateFile(folder: string, name: string): void {
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER })
  closeSync(openSync(join(folder, name), 'a', PRIVATE_FILE))
}

/** Opens the database to read only, also while Doorman runs; undefined where there is none. @throws StoreError */
export function openReadOnly(folder: string): DatabaseSync | undefined {
  const path = join(folder, DATABASE_FILE)
  if (!existsSync(path)) return undefined
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS })
    refuseNewer(db, path)
    if (versionOf(db) === MIGRATIONS.length) return db
    db.close()
    return undefined
  } catch (error) {
    db?.close()
    throw storeError(path, error)
  }
}

function migrate(db: DatabaseSync): void {
  for (const [index, migration] of MIGRATIONS.entries()) {
    if (index < versionOf(db)) continue
    transaction(db, () => db.exec(`${migration}; PRAGMA user_version = ${index + 1}`))
  }
}

function refuseNewer(db: DatabaseSync, path: string): void {
  const version = versionOf(db)
  if (version <= MIGRATIONS.length) return
  const message =
    `${path} was written by a newer Doorman (schema ${version}; this one knows ${MIGRATIONS.length}). ` +
    'Install that version again, or set DOORMAN_DATA to another folder.'
  throw new StoreError('newer', message)
}

function versionOf(db: DatabaseSync): number {
  return pragma(db, 'user_version')
}

/** The value of a pragma that has one number. */
export function pragma(db: DatabaseSync, name: string): number {
  return Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0])
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
export function listRevisions(db: DatabaseSync): readonly StoredRevision[] {
  const sql = `
    SELECT number, id, hash, at, way, by, rollback_of AS rollbackOf, instead_of AS insteadOf,
      (SELECT count(*) FROM revision_files WHERE revision = number) AS files
    FROM revisions ORDER BY number`
  return db.prepare(sql).all() as unknown as StoredRevision[]
}

/** The files of a revision by name. @throws StoreError `missing`, or `damaged` where a content was changed. */
export function filesOf(db: DatabaseSync, number: number): ReadonlyMap<string, Buffer> {
  const sql = 'SELECT name, sha256, content FROM revision_files JOIN blobs USING (sha256) WHERE revision = ?'
  const rows = db.prepare(sql).all(number) as { name: string; sha256: string; content: Uint8Array }[]
  if (rows.length === 0) throw new StoreError('missing', `Revision ${number} is not in the database.`)
  const files = new Map<string, Buffer>()
  for (const { name, sha256, content } of rows) {
    const buffer = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
    if (sha256Of(buffer) !== sha256) {
      throw new StoreError('damaged', `The content of ${name} in revision ${number} is damaged.`)
    }
    files.set(name, buffer)
  }
  return files
}

const COLUMNS = {
  channelId: 'channel_id',
  sipCallId: 'sip_call_id',
  caller: 'caller',
  callee: 'callee',
  rule: 'rule',
  flow: 'flow',
  outcome: 'outcome',
} as const

/** The newest calls that match, newest first. */
export function findCalls(db: DatabaseSync, query: CallQuery): readonly FoundCall[] {
  const conditions = ['1']
  const values: SQLInputValue[] = []
  const where = (condition: string, value: SQLInputValue | undefined) => {
    if (value === undefined) return
    conditions.push(condition)
    values.push(value)
  }
  where('at >= ?', query.since)
  where('id < ?', query.before)
  for (const [key, column] of Object.entries(COLUMNS)) {
    where(`${column} IS ?`, query[key as keyof typeof COLUMNS])
  }
  const sql = `SELECT id, record FROM calls WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT ?`
  return db.prepare(sql).all(...values, query.limit) as unknown as FoundCall[]
}

export function sha256Of(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
