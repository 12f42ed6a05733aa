import type { CompiledFiles } from '../flows/compile.js'
import { FlowFilesError, formatProblem } from '../flows/problem.js'
import type { Revision } from '../flows/revision.js'
import type { Log } from '../observability/log.js'
import { KEPT_REVISIONS } from '../store/database.js'
import type { Store } from '../store/store.js'
import { ActiveRevisions } from './active.js'
import { diffRevisions } from './diff.js'
import {
  type ReloadOptions,
  type ReloadRequest,
  type ReloadResult,
  type ReloadSteps,
  Reloads,
} from './reload.js'
import { firstRevision } from './startup.js'
import {
  entryOf,
  type NewEntry,
  type RevisionEntry,
  storedRevisions,
  toStore,
  type Way,
  withFilesOf,
} from './stored-revisions.js'

export interface RevisionsParts
  extends Pick<ReloadSteps, 'missingLocations' | 'isDialplanCurrent' | 'replay'> {
  /** The flows folder. */
  readonly folder: string
  readonly store: Pick<Store, 'revisions' | 'files' | 'addRevision'>
  readonly log: Log
  /** Counts reloads. */
  readonly metrics: { reload(way: Way, outcome: 'taken' | 'unchanged' | 'refused'): void }
  /** Compiles a folder, loads its code flows once, and runs its examples. */
  load(folder: string): Promise<CompiledFiles>
  /** Compiles a folder only: a revision that decided before has been tried. */
  compile(folder: string): Promise<CompiledFiles>
  /** Resolves once the flows folder does not seem to be written to. */
  settled(): Promise<void>
}

/** How long a start or a reload waits for the database. A disk that hangs must not stop it. */
const STORE_MS = 5_000

/** The revisions of a running Doorman: the one that decides, those before it, and the path from one to the next. */
export class Revisions {
  readonly #parts: RevisionsParts
  readonly #active: ActiveRevisions
  readonly #reloads: Reloads
  #entries: readonly RevisionEntry[]

  private constructor(
    parts: RevisionsParts,
    active: ActiveRevisions,
    entries: readonly RevisionEntry[],
    folderHash: string,
  ) {
    this.#parts = parts
    this.#active = active
    this.#entries = entries
    const steps: ReloadSteps = {
      active,
      entries: () => this.#entries,
      loadFolder: async () => {
        await parts.settled()
        return parts.load(parts.folder)
      },
      loadStored: (entry) => withFilesOf(parts.store, entry, parts.load),
      missingLocations: (flows) => parts.missingLocations(flows),
      isDialplanCurrent: (revision) => parts.isDialplanCurrent(revision),
      replay: (candidate) => parts.replay(candidate),
      diff: diffRevisions,
      store: async (files, entry) => {
        const stored = await store(parts, files, entry)
        if (stored !== undefined) this.#entries = [...this.#entries, stored].slice(-KEPT_REVISIONS)
        return stored
      },
      finished: (request, result, ms) => this.#finished(request, result, ms),
      now: () => new Date(),
    }
    this.#reloads = new Reloads(steps, folderHash)
  }

  /** Finds the revision to start with. @throws FlowFilesError where there is none. */
  static async start(parts: RevisionsParts): Promise<Revisions> {
    const { log, folder } = parts
    const [loaded, entries] = await Promise.all([parts.load(folder), entriesAtStart(parts)])
    for (const warning of loaded.warnings) log.warn(formatProblem(warning), { event: 'flow_warning' })
    const startup = await firstRevision({
      folder: loaded,
      last: entries.at(-1),
      loadStored: (entry) => withFilesOf(parts.store, entry, parts.load),
      store: ({ files, revision: { id, hash } }) => {
        const at = new Date().toISOString()
        return store(parts, files, { id, hash, at, way: 'start', by: null, rollback: null })
      },
    })
    if (!startup.ok) throw new FlowFilesError(startup.problems)
    const problems = loaded.ok ? [] : loaded.problems
    for (const problem of problems) log.error(formatProblem(problem), { event: 'flow_problem' })
    if (startup.notice !== undefined) log.warn(startup.notice, { event: 'not_the_folder' })
    const { revision, entry } = startup.first
    const name = entry === undefined ? revision.id : `${entry.number} (${revision.id})`
    const fields = { event: 'revision', revision: revision.id, number: entry?.number }
    log.info(`Revision ${name} decides.`, fields)
    const active = new ActiveRevisions(startup.first, (id) => loadById(parts, revisions.#entries, id))
    const known = entry === undefined || entries.includes(entry) ? entries : [...entries, entry]
    const revisions = new Revisions(parts, active, known, loaded.ok ? loaded.revision.hash : '')
    return revisions
  }

  get current(): Revision {
    return this.#active.current.revision
  }

  /** A revision that decided calls before, where it is found in time. Never rejects. */
  earlier(id: string): Promise<Revision | undefined> {
    return this.#active.find(id)
  }

  entries(): readonly RevisionEntry[] {
    return this.#entries
  }

  /** Takes the flows folder as it is now. */
  reload(way: Exclude<Way, 'rollback' | 'start'>, options: ReloadOptions = {}): Promise<ReloadResult> {
    return this.#reloads.request({ ...options, way })
  }

  /** Brings back a stored revision; the one before the current if no number is given. */
  rollback(to: number | undefined, options: ReloadOptions = {}): Promise<ReloadResult> {
    return this.#reloads.request({ ...options, way: 'rollback', to })
  }

  done(): Promise<void> {
    return this.#reloads.done()
  }

  #finished({ way, by }: ReloadRequest, result: ReloadResult, ms: number): void {
    const { log, metrics } = this.#parts
    metrics.reload(way, result.ok ? (result.changed ? 'taken' : 'unchanged') : 'refused')
    const fields = {
      event: 'reload',
      way,
      by: by ?? null,
      ms,
      warnings: result.warnings.map(formatProblem),
      ok: result.ok,
    }
    if (!result.ok) {
      const problems = result.problems.map(formatProblem)
      log.error(`The flow files were refused; revision ${this.current.id} still decides.`, {
        ...fields,
        problems,
      })
      return
    }
    const { revision, number, replay } = result
    if (result.changed) {
      const changes = result.changes.map(({ text }) => text)
      const message = `Revision ${number ?? revision} decides from now on.`
      log.info(message, { ...fields, revision, number, changes, replay })
    } else {
      log.info('The flow files were read again; nothing has changed.', { ...fields, revision })
    }
  }
}

/** Empty where the database cannot be read: the flows folder decides then. */
function entriesAtStart({ store }: RevisionsParts): Promise<readonly RevisionEntry[]> {
  return inTime(storedRevisions(store), [])
}

/** Undefined where it could not be stored; the store reports why. */
function store(
  { store }: RevisionsParts,
  files: ReadonlyMap<string, Buffer>,
  entry: NewEntry,
): Promise<RevisionEntry | undefined> {
  return inTime(store.addRevision(toStore(entry), files).then(entryOf), undefined)
}

async function inTime<T>(work: Promise<T>, otherwise: NoInfer<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(resolve, STORE_MS, otherwise)
  })
  return Promise.race([work.catch(() => otherwise), late]).finally(() => clearTimeout(timer))
}

async function loadById(
  { store, compile }: RevisionsParts,
  entries: readonly RevisionEntry[],
  id: string,
): Promise<Revision | undefined> {
  const entry = entries.findLast((one) => one.id === id)
  const loaded = entry && (await withFilesOf(store, entry, compile))
  return loaded?.ok ? loaded.revision : undefined
}
