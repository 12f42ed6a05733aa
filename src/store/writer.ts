/**
 * The one writer of the database. It runs in a worker thread, because every call of `node:sqlite` blocks: a slow
 * or hanging disk holds up this thread and no call. See store.ts for the other end.
 */
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import {
  type CallQuery,
  createPrivateFile,
  DATABASE_FILE,
  filesOf,
  findCalls,
  KEPT_REVISIONS,
  listRevisions,
  type NewRevision,
  openDatabase,
  openReadOnly,
  pragma,
  type StoredCall,
  type StoredRevision,
  sha256Of,
  transaction,
} from './database.js'
import { isBusy, StoreError, type StoreFault, storeError } from './store-error.js'

export interface WriterOptions {
  readonly folder: string
  /** Calls that are older are deleted; 0 deletes all. */
  readonly keepCallsDays: number
  /** The oldest calls are deleted where all of them take more. */
  readonly keepCallsMb: number
  /** How often retention is enforced; the first time, the whole database is checked. */
  readonly upkeepMs: number
}

export type WriterRequest =
  | { readonly kind: 'insert'; readonly calls: readonly StoredCall[] }
  | {
      readonly kind: 'add'
      readonly revision: NewRevision
      readonly files: ReadonlyMap<string, Uint8Array>
    }
  | { readonly kind: 'revisions' }
  | { readonly kind: 'files'; readonly number: number }
  | { readonly kind: 'find'; readonly query: CallQuery }
  | { readonly kind: 'close' }

export type WriterReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly fault: StoreFault; readonly message: string }
  /** The database was replaced by a new one. */
  | { readonly replaced: 'damaged' | 'deleted'; readonly message: string }

const LOCK_FILE = 'doorman.lock'
/** At most so many calls or pages are deleted at once, so that nothing waits long for the thread. */
const PRUNE_STEP = 5_000
const DAY_MS = 86_400_000

class Writer {
  readonly #options: WriterOptions
  readonly #report: (reply: WriterReply) => void
  #lock: DatabaseSync | undefined
  #db: DatabaseSync | undefined
  /** Identity and size of the file after the last use. */
  #file: { readonly ino: number; readonly size: number } | undefined
  /** Numbers go on from here also in a new database. */
  #highest = 0
  #isChecked = false

  constructor(options: WriterOptions, report: (reply: WriterReply) => void) {
    this.#options = options
    this.#report = report
    setInterval(() => this.#upkeep(), options.upkeepMs).unref()
  }

  /** @throws StoreError */
  answer(request: WriterRequest): unknown {
    if (request.kind === 'close') return this.#close()
    try {
      return this.#use(request)
    } catch (error) {
      const failure = storeError(this.#path, error)
      if (failure.fault === 'damaged') {
        this.#setAside(failure.message)
        return this.#use(request)
      }
      if (this.#db === undefined && failure.fault !== 'newer' && isRead(request)) {
        const db = openReadOnly(this.#options.folder)
        if (db !== undefined) return readWith(db, request)
      }
      throw failure
    }
  }

  #use(request: WriterRequest): unknown {
    const db = this.#opened()
    try {
      return this.#run(db, request)
    } finally {
      this.#file = fileAt(this.#path)
    }
  }

  #run(db: DatabaseSync, request: WriterRequest): unknown {
    switch (request.kind) {
      case 'insert':
        return this.#insert(db, request.calls)
      case 'add':
        return this.#add(db, request.revision, request.files)
      case 'close':
        return undefined
      default:
        return read(db, request)
    }
  }

  #insert(db: DatabaseSync, calls: readonly StoredCall[]): void {
    const sql = `
      INSERT INTO calls (at, channel_id, sip_call_id, caller, callee, rule, flow, outcome, record)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
    const insert = db.prepare(sql)
    transaction(db, () => {
      for (const call of calls) {
        const { at, channelId, sipCallId, caller, callee, rule, flow, outcome, record } = call
        insert.run(at, channelId, sipCallId, caller, callee, rule, flow, outcome, record)
      }
    })
  }

  #add(db: DatabaseSync, revision: NewRevision, files: ReadonlyMap<string, Uint8Array>): StoredRevision {
    const { id, hash, at, way, by, rollbackOf, insteadOf } = revision
    // A revision must survive a power failure: it decides after the next start if the flows folder has problems.
    db.exec('PRAGMA synchronous = FULL')
    try {
      const number = transaction(db, () => {
        const newest = listRevisions(db).at(-1)
        const next = Math.max(this.#highest, newest?.number ?? 0) + 1
        db.prepare('INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?, ?, ?)').run(
          ...[next, id, hash, at, way, by, rollbackOf, insteadOf],
        )
        const blob = db.prepare('INSERT OR IGNORE INTO blobs VALUES (?, ?, ?)')
        const file = db.prepare('INSERT INTO revision_files VALUES (?, ?, ?)')
        for (const [name, content] of files) {
          const sha256 = sha256Of(content)
          blob.run(sha256, content.length, content)
          file.run(next, name, sha256)
        }
        const oldest = 'SELECT number FROM revisions ORDER BY number DESC LIMIT -1 OFFSET ?'
        db.prepare(`DELETE FROM revisions WHERE number IN (${oldest})`).run(KEPT_REVISIONS)
        db.exec('DELETE FROM blobs WHERE sha256 NOT IN (SELECT sha256 FROM revision_files)')
        return next
      })
      this.#highest = number
      return { number, ...revision, files: files.size }
    } finally {
      db.exec('PRAGMA synchronous = NORMAL')
    }
  }

  #upkeep(): void {
    if (this.#db === undefined) return
    try {
      if (!this.#isChecked) this.#check(this.#db)
      this.#isChecked = true
      this.#prune(this.#db)
      this.#file = fileAt(this.#path)
    } catch (error) {
      // Any other failure concerns the next request as well, which reports it.
      const failure = storeError(this.#path, error)
      if (failure.fault === 'damaged') this.#setAside(failure.message)
    }
  }

  /** Damage in a part that nothing reads or writes for now would be found too late. */
  #check(db: DatabaseSync): void {
    const [problem] = Object.values(db.prepare('PRAGMA quick_check(1)').get() ?? {})
    if (problem === 'ok') return
    const [, detail] = /([^\n]*)$/.exec(String(problem)) ?? []
    throw new StoreError('damaged', `${this.#path} is damaged: ${detail}.`)
  }

  #prune(db: DatabaseSync): void {
    const oldest = Date.now() - this.#options.keepCallsDays * DAY_MS
    const tooOld = 'SELECT id FROM calls WHERE at < ? ORDER BY at LIMIT ?'
    db.prepare(`DELETE FROM calls WHERE id IN (${tooOld})`).run(oldest, PRUNE_STEP)
    const surplus = this.#surplus(db)
    if (surplus > 0) {
      const first = 'SELECT id FROM calls ORDER BY id LIMIT ?'
      db.prepare(`DELETE FROM calls WHERE id IN (${first})`).run(Math.min(surplus, PRUNE_STEP))
    }
    // Free pages are used again. Many of them, after the limit was lowered, go back to the file system.
    const free = pragma(db, 'freelist_count') * pragma(db, 'page_size')
    if (free > this.#mostBytes / 10) db.exec(`PRAGMA incremental_vacuum(${PRUNE_STEP})`)
  }

  /** How many calls must go for the others to fit. */
  #surplus(db: DatabaseSync): number {
    const pages = pragma(db, 'page_count') - pragma(db, 'freelist_count')
    const bytes = pages * pragma(db, 'page_size') - numberOf(db, 'SELECT coalesce(sum(bytes), 0) FROM blobs')
    if (bytes <= this.#mostBytes) return 0
    const calls = numberOf(db, 'SELECT coalesce(max(id) - min(id) + 1, 0) FROM calls')
    // A little more than necessary, so that it is not necessary again at once.
    return Math.ceil((calls * (bytes - this.#mostBytes * 0.98)) / bytes)
  }

  /** The database, opened now where it is not; a new one where its file is gone. @throws StoreError */
  #opened(): DatabaseSync {
    const file = fileAt(this.#path)
    if (this.#db !== undefined && file?.ino !== this.#file?.ino) {
      this.#close()
      const message = `${this.#path} was deleted or replaced while Doorman ran. Doorman goes on with the file that is there now, or a new one.`
      this.#report({ replaced: 'deleted', message })
    }
    if (this.#db !== undefined && file !== undefined && file.size < (this.#file?.size ?? 0)) {
      throw new StoreError('damaged', `${this.#path} is damaged: it was truncated.`)
    }
    if (this.#db === undefined) {
      this.#lock ??= lockFolder(this.#options.folder)
      this.#db = openDatabase(this.#options.folder)
      this.#isChecked = false
    }
    return this.#db
  }

  /** @throws StoreError where it cannot be renamed. */
  #setAside(why: string): void {
    closeQuietly(this.#db)
    this.#db = undefined
    const { folder } = this.#options
    const aside = `${DATABASE_FILE}.damaged-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`
    try {
      // One is enough to look for the cause; a failing disk would otherwise fill up.
      const earlier = readdirSync(folder).filter((name) => name.startsWith(`${DATABASE_FILE}.damaged-`))
      for (const name of earlier) rmSync(join(folder, name), { force: true })
      renameSync(this.#path, join(folder, aside))
      for (const part of ['-wal', '-shm']) rmSync(this.#path + part, { force: true })
    } catch (error) {
      throw storeError(this.#path, error)
    }
    const message = `${why} Doorman has renamed it to ${aside} and begins a new one: revisions and calls recorded so far are in the renamed file.`
    this.#report({ replaced: 'damaged', message })
  }

  #close(): void {
    closeQuietly(this.#db)
    closeQuietly(this.#lock)
    this.#db = undefined
    this.#lock = undefined
  }

  get #path(): string {
    return join(this.#options.folder, DATABASE_FILE)
  }

  get #mostBytes(): number {
    return this.#options.keepCallsMb * 1_048_576
  }
}

/**
 * Claims the data folder for this process: an SQLite transaction that stays open on a file of its own, which ends
 * with the process in whatever way. Readers are not held up by it.
 * @throws StoreError `in_use`, naming the process that has it.
 */
function lockFolder(folder: string): DatabaseSync {
  const path = join(folder, LOCK_FILE)
  createPrivateFile(folder, LOCK_FILE)
  const lock = new DatabaseSync(path, { timeout: 0 })
  try {
    lock.exec('CREATE TABLE IF NOT EXISTS owner (pid INTEGER, host TEXT, since TEXT)')
    transaction(lock, () => {
      lock.exec('DELETE FROM owner')
      lock
        .prepare('INSERT INTO owner VALUES (?, ?, ?)')
        .run(process.pid, hostname(), new Date().toISOString())
    })
    lock.exec('BEGIN IMMEDIATE')
    return lock
  } catch (error) {
    const failure = isBusy(error) ? inUse(lock, folder) : storeError(path, error)
    lock.close()
    if (failure.fault === 'damaged') rmSync(path, { force: true })
    throw failure
  }
}

function inUse(lock: DatabaseSync, folder: string): StoreError {
  const owner = lock.prepare('SELECT pid, host, since FROM owner').get()
  const who =
    owner === undefined
      ? 'Another process'
      : `Process ${owner.pid} on ${owner.host}, running since ${owner.since},`
  return new StoreError(
    'in_use',
    `${who} uses the data folder ${folder}. This Doorman routes calls but writes nothing there. ` +
      'Stop one of them, or set DOORMAN_DATA to another folder.',
  )
}

type ReadRequest = Extract<WriterRequest, { kind: 'revisions' | 'files' | 'find' }>

function isRead(request: WriterRequest): request is ReadRequest {
  return request.kind === 'revisions' || request.kind === 'files' || request.kind === 'find'
}

function read(db: DatabaseSync, request: ReadRequest): unknown {
  if (request.kind === 'revisions') return listRevisions(db)
  return request.kind === 'files' ? filesOf(db, request.number) : findCalls(db, request.query)
}

/** A database that another process writes to, or that cannot be written, can often be read. */
function readWith(db: DatabaseSync, request: ReadRequest): unknown {
  try {
    return read(db, request)
  } finally {
    db.close()
  }
}

function numberOf(db: DatabaseSync, sql: string): number {
  return Number(Object.values(db.prepare(sql).get() ?? {})[0])
}

function fileAt(path: string): { readonly ino: number; readonly size: number } | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found && { ino: found.ino, size: found.size }
}

function closeQuietly(db: DatabaseSync | undefined): void {
  try {
    db?.close()
  } catch {
    // It is damaged or its disk is gone; nothing more can be saved.
  }
}

const port = parentPort
if (port !== null) {
  const writer = new Writer(workerData as WriterOptions, (reply) => port.postMessage(reply))
  port.on('message', ({ id, request }: { id: number; request: WriterRequest }) => {
    try {
      port.postMessage({ id, result: writer.answer(request) } satisfies WriterReply)
    } catch (error) {
      const { fault, message } = storeError(DATABASE_FILE, error)
      port.postMessage({ id, fault, message } satisfies WriterReply)
    }
    if (request.kind === 'close') port.close()
  })
}
