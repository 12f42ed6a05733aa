/**
 * The embedded database of a running Doorman, `doorman.db` in its data folder:
 *
 *     recordCall, remember ──▶ bounded queue ──▶ (200 ms, or 500 entries) ──▶ writer thread ──▶ one transaction
 *
 * No call waits for it, and neither ever throws: while the database cannot be written, entries wait in the queue, and
 * what exceeds the queue is dropped and counted. An entry is a call, an update of what is remembered of a caller, or who
 * changed what. Commands use `StoreReader`, which needs no Doorman.
 */
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { pause, within } from '../lib/waiting.js'
import { type CallerRow, type CallerUpdate, findCaller, type RememberedCaller } from './callers.js'
import { DATABASE_FILE, openReadOnly } from './database.js'
import {
  type AuditEntry,
  type CallQuery,
  type FoundCall,
  filesOf,
  findCalls,
  listOverrides,
  listRevisions,
  type NewRevision,
  oldestCall,
  type QueuedEntry,
  type RevisionEntry,
  type StoredAudit,
  type StoredCall,
  type StoredOverride,
} from './queries.js'
import { StoreError, type StoreFault, storeError } from './store-error.js'
import type { Arguments, Methods, WriterOptions, WriterReply, WriterRequest } from './writer.js'

/** What can be read; the running Doorman and the commands read the same. All reject with StoreError. */
export type StoreReads = Pick<Store, 'revisions' | 'files' | 'findCalls'>

export interface StoreOptions extends Pick<WriterOptions, 'folder' | 'keepCallsDays' | 'keepCallsMb'> {
  readonly report: (level: 'error' | 'info', message: string, event: StoreEvent) => void
  /** How long entries are gathered before they are written together. */
  readonly batchMs?: number
  /** When a write that failed is tried again. */
  readonly retryMs?: number
  readonly upkeepMs?: number
  /** How many bytes of entries wait at most; memory is for calls. */
  readonly queueBytes?: number
}

export type StoreEvent = `store_${StoreFault}` | 'store_restored' | 'store_deleted'

const BATCH = 500
/** What any other entry is taken to need in the queue, in bytes. */
const UPDATE_BYTES = 500
const bytesOf = (entry: QueuedEntry) => ('record' in entry ? entry.record.length : UPDATE_BYTES)
/** How long a stop waits for what is still queued, and then for the thread. */
const CLOSE_MS = 2_000

const WRITES = new Set<keyof Methods>(['write', 'addRevision', 'saveOverrides'])

const WRITER = new URL('./writer.js', import.meta.url)

export class Store {
  readonly #options: Required<StoreOptions>
  readonly #closing = new AbortController()
  readonly #requests = new Map<number, PromiseWithResolvers<unknown>>()
  #worker: Worker | undefined
  #lastRequest = 0
  /** The number of the last revision: in a new database, too, the next one is higher. */
  #lastRevision = 0
  #queue: QueuedEntry[] = []
  #queuedBytes = 0
  #lastBatch: Promise<boolean> = Promise.resolve(true)
  #isWriting = false
  #fault: StoreFault | undefined
  #dropped = 0
  #failures = 0
  /** The size of the database file. */
  #bytes = 0

  constructor(options: StoreOptions) {
    this.#options = { batchMs: 200, retryMs: 5_000, upkeepMs: 5_000, queueBytes: 16 * 1_048_576, ...options }
  }

  /** What the metrics show of the database, since the start. */
  get health() {
    return {
      /** False from a failure on until something was written again. */
      isUp: this.#fault === undefined,
      /** The size of the database file. */
      bytes: this.#bytes,
      /** How many entries wait to be written. */
      queued: this.#queue.length,
      /** How many reads and writes failed. */
      failures: this.#failures,
      /** How many entries were not stored: they exceeded the queue, or the database refused them. */
      dropped: this.#dropped,
    }
  }

  /** Whether another process writes to the data folder, as far as is known. */
  get isInUse(): boolean {
    return this.#fault === 'in_use'
  }

  /** Takes a call for recording. Returns at once, and never throws. */
  recordCall(call: StoredCall): void {
    if (this.#options.keepCallsDays > 0) this.#enqueue(call)
  }

  /** Takes what is to be remembered of a caller. Returns at once, and never throws. */
  remember(update: CallerUpdate): void {
    this.#enqueue(update)
  }

  /** Takes who changed what. Returns at once, and never throws. */
  audit(entry: AuditEntry): void {
    this.#enqueue(entry)
  }

  #enqueue(entry: QueuedEntry): void {
    if (this.#closing.signal.aborted) return
    if (this.#queuedBytes + bytesOf(entry) > this.#options.queueBytes) {
      this.#dropped += 1
      // The fault that fills the queue has been reported, unless it is the speed of the disk.
      if (this.#fault === undefined) {
        this.#failed('unavailable', `The disk of ${this.#options.folder} does not keep up.`)
      }
      return
    }
    this.#queue.push(entry)
    this.#queuedBytes += bytesOf(entry)
    if (!this.#isWriting) void this.#writeAll()
  }

  /** Stores a revision under the next number and deletes those beyond the last 50. @throws StoreError */
  async addRevision(revision: NewRevision, files: ReadonlyMap<string, Uint8Array>): Promise<RevisionEntry> {
    const entry = await this.#request('addRevision', revision, files, this.#lastRevision)
    this.#lastRevision = entry.number
    return entry
  }

  /** Ascending by number. */
  revisions(): Promise<readonly RevisionEntry[]> {
    return this.#request('listRevisions')
  }

  /** The files of a revision by name. */
  files(number: number): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.#request('filesOf', number)
  }

  /** The newest calls that match, newest first. */
  findCalls(query: CallQuery): Promise<readonly FoundCall[]> {
    return this.#request('findCalls', query)
  }

  /** The numbers that called last, newest first, each once. */
  recentCallers(limit: number): Promise<readonly string[]> {
    return this.#request('recentCallers', limit)
  }

  /** A page of all callers behind so many, beginning with those who are remembered longest. */
  callers(offset: number): Promise<readonly CallerRow[]> {
    return this.#request('listCallers', offset)
  }

  /** Callers that were remembered for longer are from now on remembered so long, in milliseconds. */
  limitCallers(forMs: number): Promise<void> {
    return this.#request('limitCallers', forMs)
  }

  /** Deletes what is stored of a caller, by each of the names that may stand for the number. */
  async forget(names: readonly string[]) {
    await this.flush()
    return this.#request('forget', names)
  }

  /** The newest changes before one with this id, the newest first. */
  changes(before: number, limit: number): Promise<readonly StoredAudit[]> {
    return this.#request('listAudit', before, limit)
  }

  overrides(): Promise<readonly StoredOverride[]> {
    return this.#request('listOverrides')
  }

  /** These take the place of those that are stored. */
  saveOverrides(overrides: readonly StoredOverride[]): Promise<void> {
    return this.#request('saveOverrides', overrides)
  }

  /** Resolves once the entries so far are in the database, or could not be written. */
  async flush(): Promise<void> {
    while (this.#queue.length > 0) if (!(await this.#nextBatch())) return
  }

  /** Writes what is queued, for as long as that takes at most two seconds, and ends the thread. */
  async close(): Promise<void> {
    this.#closing.abort()
    if (this.#worker === undefined && this.#queue.length === 0) return
    const written = this.flush().then(() => this.#post('close', []))
    await within(CLOSE_MS, 'the database', written).catch(() => undefined)
    this.#dropped += this.#queue.length
    // A thread inside a system call that hangs cannot be ended; the process ends without it.
    await within(CLOSE_MS, 'the thread', Promise.resolve(this.#worker?.terminate())).catch(() => undefined)
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true
    const { signal } = this.#closing
    await pause(this.#options.batchMs, signal)
    while (this.#queue.length > 0 && !signal.aborted) {
      if (!(await this.#nextBatch())) await pause(this.#options.retryMs, signal)
    }
    this.#isWriting = false
  }

  /** Batches follow each other: two at once would write the same entries. */
  #nextBatch(): Promise<boolean> {
    this.#lastBatch = this.#lastBatch.then(() => this.#writeBatch())
    return this.#lastBatch
  }

  async #writeBatch(): Promise<boolean> {
    const entries = this.#queue.slice(0, BATCH)
    if (entries.length === 0) return true
    try {
      const refused = await this.#request('write', entries)
      this.#dropped += refused
    } catch {
      return false
    }
    this.#queue.splice(0, entries.length)
    for (const entry of entries) this.#queuedBytes -= bytesOf(entry)
    return true
  }

  async #request<M extends keyof Methods>(method: M, ...args: Arguments<M>): Promise<ReturnType<Methods[M]>> {
    try {
      const result = await this.#post(method, args)
      if (WRITES.has(method)) this.#wrote()
      return result as ReturnType<Methods[M]>
    } catch (error) {
      if (error instanceof StoreError && error.fault !== 'missing') {
        this.#failures += 1
        this.#failed(error.fault, error.message)
      }
      throw error
    }
  }

  #post(method: WriterRequest['method'], args: readonly unknown[]): Promise<unknown> {
    const id = ++this.#lastRequest
    const reply = Promise.withResolvers<unknown>()
    this.#requests.set(id, reply)
    this.#worker ??= this.#startWorker()
    this.#worker.postMessage({ id, method, args } satisfies WriterRequest)
    return reply.promise
  }

  #startWorker(): Worker {
    const { folder, keepCallsDays, keepCallsMb, upkeepMs } = this.#options
    const workerData: WriterOptions = { folder, keepCallsDays, keepCallsMb, upkeepMs }
    const worker = new Worker(WRITER, { workerData, env: {}, execArgv: [], argv: [] })
    let cause = 'it ended'
    worker.on('message', (reply: WriterReply) => this.#answered(reply))
    worker.on('error', (error) => {
      cause = String(error)
    })
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined
      for (const { reject } of this.#requests.values()) {
        reject(new StoreError('unavailable', `The thread that writes to ${folder} failed: ${cause}.`))
      }
      this.#requests.clear()
    })
    return worker
  }

  #answered(reply: WriterReply): void {
    if ('replaced' in reply) {
      this.#options.report('error', reply.message, `store_${reply.replaced}`)
      return
    }
    const request = this.#requests.get(reply.id)
    this.#requests.delete(reply.id)
    if ('fault' in reply) request?.reject(new StoreError(reply.fault, reply.message))
    else {
      this.#bytes = reply.bytes
      request?.resolve(reply.result)
    }
  }

  /** Reported once, and again only after writing had worked in between or for another fault. */
  #failed(fault: StoreFault, message: string): void {
    if (this.#fault === fault || this.#closing.signal.aborted) return
    this.#fault = fault
    const effect = 'Calls are routed, but not recorded, and new revisions are not stored.'
    this.#options.report('error', `${message} ${effect}`, `store_${fault}`)
  }

  #wrote(): void {
    if (this.#fault === undefined) return
    this.#fault = undefined
    const message = `Calls are recorded again; ${this.#dropped} entries were not stored since the start.`
    this.#options.report('info', message, 'store_restored')
  }
}

/** Reads the database for a command, also while Doorman runs. */
export class StoreReader implements StoreReads {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async revisions(): Promise<readonly RevisionEntry[]> {
    return this.#read(listRevisions, [])
  }

  async files(number: number): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.#read<ReadonlyMap<string, Uint8Array>>((db) => filesOf(db, number), new Map())
  }

  async findCalls(query: CallQuery): Promise<readonly FoundCall[]> {
    return this.#read((db) => findCalls(db, query), [])
  }

  async overrides(): Promise<readonly StoredOverride[]> {
    return this.#read(listOverrides, [])
  }

  /** When the oldest recorded call came, in milliseconds since 1970. */
  async oldestCall(): Promise<number | undefined> {
    return this.#read(oldestCall, undefined)
  }

  /** What is remembered of the first of these names that is. */
  async caller(names: readonly string[]): Promise<RememberedCaller | undefined> {
    return this.#read((db) => findCaller(db, names), undefined)
  }

  /** A connection for each read: one that stays open would keep the -wal file from being emptied. */
  #read<T>(work: (db: DatabaseSync) => T, nothing: T): T {
    const db = openReadOnly(this.#folder)
    if (db === undefined) return nothing
    try {
      return work(db)
    } catch (error) {
      // A database that an older Doorman still writes lacks tables.
      if (String(error).includes('no such table')) return nothing
      throw storeError(join(this.#folder, DATABASE_FILE), error)
    } finally {
      db.close()
    }
  }
}
