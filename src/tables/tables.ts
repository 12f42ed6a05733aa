import type { DatabaseAccess } from '../lib/database-url.js'
import type { Log } from '../lib/log.js'
import { runThread } from '../lib/thread.js'
import { counted } from '../lib/units.js'
import { within } from '../lib/waiting.js'
import type { OutsideData, OutsideTable } from '../routing/outside-data.js'
import type { Routing, TableSource } from '../routing/types.js'
import { readCopy, removeOtherCopies } from './copy.js'
import type { LoadRequest, LoadResult } from './load-worker.js'

export interface TablesParts {
  /** The data folder, for the last good copies. */
  readonly folder: string
  readonly databases: ReadonlyMap<string, DatabaseAccess>
  readonly secrets: ReadonlyMap<string, string>
  readonly log: Log
  /** A table has other rows than before. */
  readonly changed?: (name: string) => void
}

/** What is known of a table, for metrics and `doctor`. */
export interface TableState {
  readonly name: string
  readonly rows: number
  /** Null where it was never loaded. */
  readonly version: string | null
  /** When its source last sent it, in ISO 8601. */
  readonly loadedAt: string | null
  readonly everyMs: number
  /** Why the last load changed nothing; null where it did not fail. */
  readonly error: string | null
  readonly failures: number
}

interface Held {
  source: TableSource
  table?: OutsideTable | undefined
  loadedAt?: Date
  /** Why the last load changed nothing. */
  error?: string | undefined
  failures: number
  leftOut?: string
  notCopied?: string | undefined
  timer?: NodeJS.Timeout
  loading?: Promise<void> | undefined
}

const BODY = new URL('./load-worker.js', import.meta.url)
/** Heap of a thread that loads a table; a million rows need a tenth. The table lies in shared memory. */
const MEMORY_MB = 4_096

/** A source that failed is asked again after this time, unless `every` is shorter. */
const RETRY_MS = 10_000

/**
 * The tables from outside, in memory. A source that is down, or sends too little, changes nothing but the age of its
 * table.
 */
export class Tables {
  /** By the keys of their sources: those of the current revision, and of the one before. */
  readonly #held = new Map<string, Held>()
  #current: ReadonlyMap<string, TableSource> = new Map()
  readonly #stopping = new AbortController()

  constructor(private readonly parts: TablesParts) {}

  /**
   * Holds and refreshes the tables of a revision from now on. Resolves once those that are new have their last good copy;
   * of those without one, once they were asked for, at the latest after `waitMs`. Never rejects.
   */
  async use({ tables }: Pick<Routing, 'tables'>, waitMs: number): Promise<void> {
    const before = new Set([...this.#current.values()].map(({ key }) => key))
    this.#current = tables
    const sources = [...tables.values()]
    for (const [key, held] of this.#held) {
      if (this.#isCurrent(held)) continue
      clearTimeout(held.timer)
      // Until the swap calls are decided by the revision before.
      if (!before.has(key)) this.#held.delete(key)
    }
    const all = await Promise.all(sources.map((source) => this.#hold(source)))
    const isNew = ({ source, table }: Held) => table === undefined || !before.has(source.key)
    const loads = all.filter(isNew).map((held) => this.#refresh(held))
    const { folder, log } = this.parts
    await removeOtherCopies(folder, sources).catch((error: Error) => {
      const message = `Copies of tables cannot be removed: ${error.message}.`
      log.warn(message, { event: 'table_copy_problem' })
    })
    if (waitMs > 0) await within(waitMs, 'new tables', Promise.all(loads)).catch(() => undefined)
  }

  /** The tables of a revision that were loaded, by name. */
  of({ tables }: Pick<Routing, 'tables'>): OutsideData['tables'] {
    const loaded = new Map<string, OutsideTable>()
    for (const [name, { key }] of tables) {
      const table = this.#held.get(key)?.table
      if (table !== undefined) loaded.set(name, table)
    }
    return loaded
  }

  get states(): readonly TableState[] {
    return [...this.#current.values()].map(({ name, key, everyMs }) => {
      const { table, loadedAt, error = null, failures = 0 } = this.#held.get(key) ?? {}
      const { size: rows = 0, version = null } = table ?? {}
      return { name, rows, version, loadedAt: loadedAt?.toISOString() ?? null, everyMs, error, failures }
    })
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    for (const { timer } of this.#held.values()) clearTimeout(timer)
    await Promise.all([...this.#held.values()].map(({ loading }) => loading))
  }

  #isCurrent({ source: { key } }: Held): boolean {
    return [...this.#current.values()].some((source) => source.key === key)
  }

  /** A table that is new has its last good copy at first. */
  async #hold(source: TableSource): Promise<Held> {
    const known = this.#held.get(source.key)
    if (known !== undefined) return Object.assign(known, { source })
    const held: Held = { source, failures: 0 }
    this.#held.set(source.key, held)
    const { folder, log } = this.parts
    try {
      Object.assign(held, await readCopy(folder, source))
    } catch (error) {
      const message = `The last copy of table ${source.name} is ignored: ${(error as Error).message}.`
      log.warn(message, { event: 'table_copy_problem', table: source.name })
    }
    return held
  }

  #refresh(held: Held): Promise<void> {
    clearTimeout(held.timer)
    held.loading ??= this.#load(held).finally(() => {
      held.loading = undefined
    })
    return held.loading
  }

  async #load(held: Held): Promise<void> {
    const { folder, databases, secrets } = this.parts
    const { source, table } = held
    const before = table && { version: table.version, size: table.size }
    const request: LoadRequest = { source, databases, secrets, folder, before }
    const { signal } = this.#stopping
    const result = await runThread<LoadResult>(BODY, request, { memoryMb: MEMORY_MB, signal }).catch(
      (error: Error): LoadResult => ({ ok: false, reason: error.message }),
    )
    if (signal.aborted) return
    if (result.ok) this.#loaded(held, result)
    else this.#failed(held, result.reason)
    if (!this.#isCurrent(held)) return
    const { everyMs } = held.source
    held.timer = setTimeout(() => void this.#refresh(held), result.ok ? everyMs : Math.min(RETRY_MS, everyMs))
  }

  #loaded(held: Held, { table, leftOut, notCopied }: Extract<LoadResult, { ok: true }>): void {
    const { log } = this.parts
    const { source, error } = held
    const name = source.name
    held.table = table ?? held.table
    held.loadedAt = new Date()
    held.error = undefined
    const { size: rows = 0, version } = held.table ?? {}
    if (table !== undefined || error !== undefined)
      log.info(`Table ${name} has ${counted(rows, 'number')}.`, {
        event: 'table_loaded',
        table: name,
        rows,
        version,
      })
    if (leftOut !== '' && leftOut !== held.leftOut)
      log.warn(`Table ${name}: ${leftOut}.`, { event: 'table_rows', table: name })
    if (notCopied !== undefined && notCopied !== held.notCopied) {
      const message = `Table ${name} cannot be kept for a restart: ${notCopied}.`
      log.warn(message, { event: 'table_copy_problem', table: name })
    }
    Object.assign(held, { leftOut, notCopied })
    if (table !== undefined) this.parts.changed?.(name)
  }

  #failed(held: Held, reason: string): void {
    const isSaid = held.error === reason
    held.error = reason
    held.failures++
    if (isSaid) return
    const { name } = held.source
    const effect = held.table === undefined ? 'never was, so conditions on it are unknown' : 'stays as it was'
    const message = `Table ${name} cannot be loaded and ${effect}: ${reason}.`
    this.parts.log.warn(message, { event: 'table_problem', table: name })
  }
}
