/**
 * The one writer of the database. It runs in a worker thread, because every call of `node:sqlite` blocks: a slow
 * or hanging disk holds up this thread and no call. See store.ts for the other end.
 */
import { readdirSync, renameSync, rmSync, type Stats, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { DAY_MS } from '../lib/units.js'
import { limitCallers, listCallers, pruneCallers } from './callers.js'
import { createPrivateFile, DATABASE_FILE, openDatabase, scalar, transaction } from './database.js'
import {
  addRevision,
  filesOf,
  findCalls,
  forget,
  listAudit,
  listOverrides,
  listRevisions,
  pruneAudit,
  recentCallers,
  saveOverrides,
  write,
} from './queries.js'
import { isBusy, StoreError, type StoreFault, storeError } from './store-error.js'

/** What the thread does with the database on request. */
const METHODS = {
  ...{ write, addRevision, listRevisions, filesOf, findCalls, recentCallers },
  ...{ listCallers, limitCallers, forget },
  ...{ listOverrides, saveOverrides, listAudit },
}

export type Methods = typeof METHODS

/** The arguments of a method behind the database. */
export type Arguments<M extends keyof Methods> = Methods[M] extends (
  db: DatabaseSync,
  ...args: infer A
) => unknown
  ? A
  : never

export interface WriterOptions {
  readonly folder: string
  /** Calls that are older are deleted; 0 deletes all. */
  readonly keepCallsDays: number
  /** The oldest calls are deleted where all of them take more. */
  readonly keepCallsMb: number
  /** How often retention is enforced; the first time, the whole database is checked. */
  readonly upkeepMs: number
}

export interface WriterRequest {
  readonly id: number
  readonly method: keyof Methods | 'close'
  readonly args: readonly unknown[]
}

export type WriterReply =
  | { readonly id: number; readonly result: unknown; readonly bytes: number }
  | { readonly id: number; readonly fault: StoreFault; readonly message: string }
  /** The database was replaced by a new one. */
  | { readonly replaced: 'damaged' | 'deleted'; readonly message: string }

/** At most so many calls or pages are deleted at once: nothing waits long for the thread, and fewer calls come meanwhile. */
const PRUNE_STEP = 5_000
const MIB = 1_048_576
/** How long changes are kept where no calls are. */
const AUDIT_DAYS = 30

class Writer {
  readonly #path: string
  #lock: DatabaseSync | undefined
  #db: DatabaseSync | undefined
  /** Identity and size of the file after the last use. */
  #file: Stats | undefined
  #isChecked = false

  constructor(
    private readonly options: WriterOptions,
    private readonly report: (reply: WriterReply) => void,
  ) {
    this.#path = join(options.folder, DATABASE_FILE)
    setInterval(() => this.#upkeep(), options.upkeepMs).unref()
  }

  /** The size of the database file after the last use. */
  get bytes(): number {
    return this.#file?.size ?? 0
  }

  /** @throws StoreError */
  handle({ method, args }: WriterRequest): unknown {
    if (method === 'close') return this.#close()
    const run = METHODS[method] as (db: DatabaseSync, ...args: readonly unknown[]) => unknown
    return this.#use((db) => run(db, ...args))
  }

  /** Checks the database once, as damage in a part that nothing reads would be found too late, and deletes old calls. */
  #upkeep(): void {
    if (this.#db === undefined) return
    try {
      this.#use((db) => {
        if (!this.#isChecked) this.#check(db)
        this.#isChecked = true
        this.#prune(db)
      })
    } catch {
      // It concerns the next request as well, which reports it.
    }
  }

  #check(db: DatabaseSync): void {
    const [problem] = Object.values(db.prepare('PRAGMA quick_check(1)').get() ?? {})
    const detail = String(problem).split('\n').at(-1)
    if (problem !== 'ok') throw new StoreError('damaged', `${this.#path} is damaged: ${detail}.`)
  }

  #prune(db: DatabaseSync): void {
    pruneCallers(db)
    pruneAudit(db, Date.now() - (this.options.keepCallsDays || AUDIT_DAYS) * DAY_MS)
    const most = this.options.keepCallsMb * MIB
    const drop = (which: string, ...values: number[]) =>
      db.prepare(`DELETE FROM calls WHERE id IN (SELECT id FROM calls ${which} LIMIT ?)`).run(...values)
    drop('WHERE at < ? ORDER BY at', Date.now() - this.options.keepCallsDays * DAY_MS, PRUNE_STEP)
    const [pageSize, free] = [scalar(db, 'PRAGMA page_size'), scalar(db, 'PRAGMA freelist_count')]
    const blobs = scalar(db, 'SELECT coalesce(sum(bytes), 0) FROM blobs')
    const used = (scalar(db, 'PRAGMA page_count') - free) * pageSize - blobs
    if (used > most) {
      const calls = scalar(db, 'SELECT coalesce(max(id) - min(id) + 1, 0) FROM calls')
      // A little more than necessary, so that it is not necessary again at once.
      const surplus = Math.ceil((calls * (used - most * 0.98)) / used)
      drop('ORDER BY id', Math.min(surplus, PRUNE_STEP))
    }
    // Free pages are used again. Many of them, after the limit was lowered, go back to the file system.
    if (free * pageSize > most / 10) db.exec(`PRAGMA incremental_vacuum(${PRUNE_STEP})`)
  }

  /** Runs `work`, and again with a new database where it found this one damaged. @throws StoreError */
  #use<T>(work: (db: DatabaseSync) => T, isNew = false): T {
    try {
      const db = this.#opened()
      try {
        return work(db)
      } finally {
        this.#file = statSync(this.#path, { throwIfNoEntry: false })
      }
    } catch (error) {
      const failure = storeError(this.#path, error)
      if (failure.fault !== 'damaged' || isNew) throw failure
      this.#setAside(failure.message)
      return this.#use(work, true)
    }
  }

  /** The database, opened now where it is not; a new one where its file is gone. */
  #opened(): DatabaseSync {
    const file = statSync(this.#path, { throwIfNoEntry: false })
    if (this.#db !== undefined && file?.ino !== this.#file?.ino) {
      this.#close()
      const message = `${this.#path} was deleted or replaced while Doorman ran; it uses the file that is there now, or a new one.`
      this.report({ replaced: 'deleted', message })
    }
    if (this.#db !== undefined && (file?.size ?? 0) < (this.#file?.size ?? 0)) {
      throw new StoreError('damaged', `${this.#path} is damaged: it was truncated.`)
    }
    if (this.#db === undefined) {
      this.#lock ??= lockFolder(this.options.folder)
      this.#db = openDatabase(this.options.folder)
      this.#isChecked = false
    }
    return this.#db
  }

  #setAside(why: string): void {
    closeQuietly(this.#db)
    this.#db = undefined
    const { folder } = this.options
    const prefix = `${DATABASE_FILE}.damaged-`
    // One is enough to look for the cause; with a failing disk there would be many.
    for (const name of readdirSync(folder)) {
      if (name.startsWith(prefix)) rmSync(join(folder, name), { force: true })
    }
    const renamed = `${prefix}${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`
    renameSync(this.#path, join(folder, renamed))
    for (const part of ['-wal', '-shm']) rmSync(this.#path + part, { force: true })
    const message = `${why} Doorman has renamed it to ${renamed} and begins a new one, without the revisions and calls in it.`
    this.report({ replaced: 'damaged', message })
  }

  #close(): void {
    closeQuietly(this.#db)
    closeQuietly(this.#lock)
    this.#db = undefined
    this.#lock = undefined
  }
}

/**
 * Claims the data folder for this process: an SQLite transaction that stays open on a file of its own, and ends
 * with the process in whatever way.
 * @throws StoreError `in_use`, naming the process that has it.
 */
function lockFolder(folder: string): DatabaseSync {
  const path = createPrivateFile(folder, 'doorman.lock')
  const lock = new DatabaseSync(path, { timeout: 0 })
  try {
    lock.exec('CREATE TABLE IF NOT EXISTS owner (pid INTEGER, host TEXT, since TEXT)')
    transaction(lock, () => {
      lock.exec('DELETE FROM owner')
      const values = [process.pid, hostname(), new Date().toISOString()]
      lock.prepare('INSERT INTO owner VALUES (?, ?, ?)').run(...values)
    })
    lock.exec('BEGIN IMMEDIATE')
    return lock
  } catch (error) {
    const failure = isBusy(error) ? inUse(lock, folder) : storeError(path, error)
    lock.close()
    if (failure.fault !== 'damaged') throw failure
    rmSync(path, { force: true })
    return lockFolder(folder)
  }
}

function inUse(lock: DatabaseSync, folder: string): StoreError {
  const { pid, host, since } = lock.prepare('SELECT pid, host, since FROM owner').get() ?? {}
  return new StoreError(
    'in_use',
    `Process ${pid} on ${host}, which runs since ${since}, uses the data folder ${folder}. ` +
      'Stop one of the two, or set DOORMAN_DATA to another folder.',
  )
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
  port.on('message', (request: WriterRequest) => {
    const { id, method } = request
    try {
      const result = writer.handle(request)
      port.postMessage({ id, result, bytes: writer.bytes } satisfies WriterReply)
    } catch (error) {
      const { fault, message } = storeError(DATABASE_FILE, error)
      port.postMessage({ id, fault, message } satisfies WriterReply)
    }
    if (method === 'close') port.close()
  })
}
