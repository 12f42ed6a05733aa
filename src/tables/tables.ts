import type { DatabaseAccess } from '../lib/database-url.js'
import { KeptCopies } from '../lib/kept-copies.js'
import type { Log } from '../lib/log.js'
import { inWords } from '../lib/text.js'
import { callInThread } from '../lib/thread.js'
import { counted, formatDuration } from '../lib/units.js'
import { within } from '../lib/waiting.js'
import type { OutsideData, OutsideTable } from '../routing/outside-data.js'
import type { Routing, TableSource } from '../routing/types.js'
import type { LoadRequest, LoadResult } from './load-table.js'

export interface TablesParts {
  /** The data folder, for the last good copies. */
  readonly folder: string
  readonly databases: ReadonlyMap<string, DatabaseAccess>
  readonly secrets: ReadonlyMap<string, string>
  readonly log: Log
  /** A table has other rows than before. */
  readonly changed?: (name: string) => void
}

/** The tables of a fleet that some PBXs load for all. */
export interface TableSharing {
  /** Whether it is for this PBX to ask the source now. */
  isLoader(source: TableSource): boolean
  /** The newest copy that was loaded after a time, in milliseconds since 1970. */
  newest(source: TableSource, after: number): SharedCopy | undefined
  /** Gives others what this PBX has loaded. */
  share(source: TableSource, table: OutsideTable, at: Date): void
  /** Takes the copies of other tables from them again. */
  removeOthers(sources: readonly TableSource[]): void
}

export interface SharedCopy {
  readonly version: string
  /** When its source sent it; milliseconds since 1970. */
  readonly at: number
  /** Compressed with gzip. */
  readonly rows: () => Promise<Uint8Array>
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
  /** Why the copy on disk is not what is in memory. */
  notCopied?: string | undefined
  timer?: NodeJS.Timeout
  loading?: Promise<void> | undefined
}

const LOAD_TABLE = new URL('./load-table.js', import.meta.url)
/** Heap of a thread that loads a table; a million rows need a tenth. The table lies in shared memory. */
const MEMORY_MB = 4_096

/** A source that failed is asked again after this time, unless `every` is shorter. */
const RETRY_MS = 10_000
/** A copy that is so many times `every` old is out of date: the next PBX under `loaded_by` loads the table. */
export const OUTDATED = 3

/**
 * The tables from outside, in memory. A source that is down, or sends too little, changes nothing but the age of its
 * table.
 */
export class Tables {
  /** By the keys of their sources: those of the current revision, and of the one before. */
  readonly #held = new Map<string, Held>()
  #current: ReadonlyMap<string, TableSource> = new Map()
  readonly #stopping = new AbortController()
  readonly #sharing = Promise.withResolvers<TableSharing | undefined>()
  readonly #copies: KeptCopies<OutsideTable>

  constructor(private readonly parts: TablesParts) {
    this.#copies = new KeptCopies(parts.folder, 'tables')
  }

  /**
   * Holds and refreshes the tables of a revision from now on. Resolves once those that are new have their last good copy;
   * of those without one, once they were asked for, at the latest after `waitMs`. Never rejects.
   */
  async use({ tables }: Pick<Routing, 'tables'>, waitMs: number): Promise<void> {
    const before = new Map([...this.#current.values()].map(({ key, everyMs }) => [key, everyMs]))
    this.#current = tables
    const sources = [...tables.values()]
    for (const [key, held] of this.#held) {
      if (this.#isCurrent(held)) continue
      clearTimeout(held.timer)
      // Until the swap calls are decided by the revision before.
      if (!before.has(key)) this.#held.delete(key)
    }
    const all = await Promise.all(sources.map((source) => this.#hold(source)))
    const isNew = ({ source, table }: Held) =>
      table === undefined || before.get(source.key) !== source.everyMs
    const loads = all.filter(isNew).map((held) => this.#refresh(held))
    await this.#copies.keepOnly(sources.map(copyNameOf)).catch((error: Error) => {
      const message = `Copies of tables cannot be removed: ${error.message}.`
      this.parts.log.warn(message, { event: 'table_copy_problem' })
    })
    void this.#sharing.promise.then((sharing) => sharing?.removeOthers([...this.#current.values()]))
    if (waitMs > 0) await within(waitMs, 'new tables', Promise.all(loads)).catch(() => undefined)
  }

  /** Tables with `loaded_by` wait for this. @param sharing undefined where there is no fleet, and each PBX loads them */
  share(sharing?: TableSharing): void {
    this.#sharing.resolve(sharing)
  }

  /** Another PBX has loaded the table with this key. */
  takeCopy(key: string): void {
    const held = this.#held.get(key)
    if (held !== undefined && this.#isCurrent(held)) void this.#refresh(held)
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
    this.share()
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
    try {
      const kept = await this.#copies.read(copyNameOf(source))
      if (kept !== undefined) Object.assign(held, { table: kept.copy, loadedAt: kept.at })
    } catch (error) {
      const message = `The last copy of table ${source.name} is ignored: ${(error as Error).message}.`
      this.parts.log.warn(message, { event: 'table_copy_problem', table: source.name })
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
    const { source, loadedAt } = held
    const { everyMs, loadedBy } = source
    const sharing = loadedBy.length === 0 ? undefined : await this.#sharing.promise
    const isLoader = sharing?.isLoader(source) ?? true
    const own = isLoader ? await this.#run(held) : undefined
    const since = loadedAt?.getTime() ?? 0
    const copy = own?.ok ? undefined : sharing?.newest(source, since)
    const result = copy === undefined ? own : await this.#take(held, copy).catch(failure)
    if (this.#stopping.signal.aborted) return
    // By then the next PBX has taken over, where there is one.
    const limitMs = (OUTDATED + 1) * everyMs
    if (result?.ok) this.#loaded(held, result)
    else if (sharing === undefined || Date.now() - since > limitMs) {
      const missing = `no copy of ${inWords(loadedBy)} is younger than ${formatDuration(limitMs)}`
      this.#failed(held, result?.reason ?? missing)
    }
    if (own?.ok && held.table && held.loadedAt) sharing?.share(source, held.table, held.loadedAt)
    if (!this.#isCurrent(held)) return
    const nextMs = own?.ok ? held.source.everyMs : Math.min(RETRY_MS, held.source.everyMs)
    held.timer = setTimeout(() => void this.#refresh(held), nextMs)
  }

  /** Rows that are here already, and on disk, are not fetched again. */
  async #take(held: Held, copy: SharedCopy): Promise<LoadResult> {
    const here = {
      ok: true,
      table: undefined,
      at: copy.at,
      leftOut: held.leftOut ?? '',
      notCopied: undefined,
    } as const
    const fetched = async () => this.#run(held, { ...copy, rows: await copy.rows() })
    if (copy.version !== held.table?.version || held.notCopied !== undefined) return fetched()
    return this.#copies.touch(copyNameOf(held.source), new Date(copy.at)).then(() => here, fetched)
  }

  #run({ source, table, notCopied }: Held, copy?: LoadRequest['copy']): Promise<LoadResult> {
    const { folder, databases, secrets } = this.parts
    const isCopied = notCopied === undefined
    const before = table && { version: table.version, size: table.size, isCopied }
    const copyName = copyNameOf(source)
    const request: LoadRequest = { source, databases, secrets, folder, copyName, before, copy }
    const limits = { memoryMb: MEMORY_MB, signal: this.#stopping.signal }
    return callInThread<LoadResult>(LOAD_TABLE, 'loadTable', [request], limits).catch(failure)
  }

  #loaded(held: Held, { table, at, leftOut, notCopied }: Extract<LoadResult, { ok: true }>): void {
    const { log } = this.parts
    const { source, error } = held
    const name = source.name
    held.table = table ?? held.table
    held.loadedAt = new Date(at)
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
    // Once, as the reason names another temporary file each time.
    if (notCopied !== undefined && held.notCopied === undefined) {
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

function failure({ message }: Error): LoadResult {
  return { ok: false, reason: message }
}

/** Tables with the same source share a copy. */
function copyNameOf({ key }: TableSource): string {
  return key
}

/** The last good copies of a revision's tables, by name, for a command; one that cannot be read is missing. */
export async function storedTables(
  data: string,
  { tables }: Pick<Routing, 'tables'>,
): Promise<OutsideData['tables']> {
  const copies = new KeptCopies<OutsideTable>(data, 'tables')
  const stored = new Map<string, OutsideTable>()
  for (const source of tables.values()) {
    const kept = await copies.read(copyNameOf(source)).catch(() => undefined)
    if (kept !== undefined) stored.set(source.name, kept.copy)
  }
  return stored
}
