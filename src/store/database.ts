/** The database file: its schema, and opening it. Everything here blocks; see store.ts. */
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StoreError, storeError } from './store-error.js'

export const DATABASE_FILE = 'doorman.db'

/** How long a lock is waited for. In WAL mode no writer blocks readers, except while it creates the database. */
const BUSY_MS = 2_000

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
      if (index < scalar(db, 'PRAGMA user_version')) continue
      transaction(db, () => db.exec(`${migration}; PRAGMA user_version = ${index + 1}`))
    }
  })
}

/** Opens the database to read, also while Doorman runs; undefined where there is none. @throws StoreError */
export function openReadOnly(folder: string): DatabaseSync | undefined {
  const path = join(folder, DATABASE_FILE)
  const db = existsSync(path) ? opened(path, true, () => undefined) : undefined
  if (db === undefined || scalar(db, 'PRAGMA user_version') > 0) return db
  // Doorman is about to create it.
  db.close()
  return undefined
}

function opened(path: string, readOnly: boolean, prepare: (db: DatabaseSync) => void): DatabaseSync {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path, { readOnly, timeout: BUSY_MS })
    const version = scalar(db, 'PRAGMA user_version')
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
export function scalar(db: DatabaseSync, sql: string): number {
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
