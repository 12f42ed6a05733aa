import { LRUCache } from 'lru-cache'
import type { Compiled } from '../flows/compile.js'
import { FlowFilesError, formatProblem } from '../flows/problem.js'
import type { Revision } from '../flows/revision.js'
import type { Log } from '../lib/log.js'
import { within } from '../lib/waiting.js'
import type { NewRevision, RevisionEntry } from '../store/queries.js'
import type { Store } from '../store/store.js'
import { errorMessage } from './candidate.js'
import { withFilesOf } from './revision-files.js'

/** A revision, with its entry in the database where it could be stored. */
export interface ActiveRevision {
  readonly revision: Revision
  readonly entry: RevisionEntry | undefined
}

/** How long a start or a reload waits for the database. A disk that hangs must not stop it. */
export const STORE_MS = 5_000

/** Stores a revision that is about to decide; where that fails, the store reports it, and the revision decides too. */
export async function storeRevision(
  store: Pick<Store, 'addRevision'>,
  { revision, files }: Compiled & { ok: true },
  how: Pick<NewRevision, 'way' | 'by' | 'rollbackOf' | 'insteadOf'>,
): Promise<ActiveRevision> {
  const { id, hash } = revision
  const adding = store.addRevision({ id, hash, at: new Date().toISOString(), ...how }, files)
  return { revision, entry: await within(STORE_MS, 'the database', adding).catch(() => undefined) }
}

/** How many revisions before the current one stay in memory, for calls that come back. */
const RECENT = 4

/** How long a call that comes back waits for its revision; all of Doorman's work on a call has a second. */
const FIND_MS = 400

/** The revision that decides calls now, and earlier ones for calls that were decided by them before. */
export class ActiveRevisions {
  /** Calls that wait for the same revision share one load. */
  readonly #recent: LRUCache<string, Revision>
  #current: ActiveRevision

  /** @param load loads a stored revision by its id; undefined where it is not stored. */
  constructor(first: ActiveRevision, load: (id: string) => Promise<Revision | undefined>) {
    this.#current = first
    this.#recent = new LRUCache({ max: RECENT, fetchMethod: load, ignoreFetchAbort: true })
  }

  get current(): ActiveRevision {
    return this.#current
  }

  /** From now on this revision decides the calls that arrive. */
  swap(next: ActiveRevision): void {
    const { revision } = this.#current
    this.#recent.set(revision.id, revision)
    this.#current = next
  }

  /**
   * The revision with this id, from memory or from the database. One that takes longer than 400 ms to load is
   * undefined for this call, and found by the next. Never rejects.
   */
  async find(id: string): Promise<Revision | undefined> {
    const { revision } = this.#current
    if (revision.id === id) return revision
    return within(FIND_MS, `revision ${id}`, this.#recent.fetch(id)).catch(() => undefined)
  }
}

export interface StartupParts {
  /** Whether a changed flows folder waits for a reload by command or signal. */
  readonly isManual: boolean
  /** The largest share of recorded calls that a reload may move, where it does not say. */
  readonly maxChange: number | undefined
  readonly store: Pick<Store, 'files' | 'addRevision'>
  readonly log: Pick<Log, 'error' | 'warn' | 'info'>
  /** Compiles a folder, and tries its code flows and examples on threads of their own. */
  load(folder: string): Promise<Compiled>
}

/**
 * The revision to start with: the flows folder, unless a restart at night would change something by that, or the
 * folder cannot be used. Then the newest stored revision goes on deciding, where there is one.
 * @throws FlowFilesError
 */
export async function firstRevision(
  parts: StartupParts,
  folder: Compiled,
  last: RevisionEntry | undefined,
): Promise<ActiveRevision> {
  const why = last && whyNotTheFolder(parts, folder, last)
  if (last !== undefined && why !== undefined) {
    const name = `Revision ${last.number} (${last.id})`
    try {
      const loaded = await withFilesOf(parts.store, last, parts.load)
      if (!loaded.ok) throw new FlowFilesError(loaded.problems)
      parts.log.warn(`${name} decides, not the flows folder: ${why}.`, { event: 'not_the_folder' })
      return { revision: loaded.revision, entry: last }
    } catch (error) {
      const instead = folder.ok ? '; the flows folder decides instead' : ''
      const message = `${name} cannot be loaded${instead}: ${errorMessage(error)}`
      parts.log.error(message, { event: 'revision_problem' })
    }
  }
  if (!folder.ok) throw new FlowFilesError(folder.problems)
  for (const warning of folder.warnings) parts.log.warn(formatProblem(warning), { event: 'flow_warning' })
  const { revision } = folder
  if (last?.hash === revision.hash) return { revision, entry: last }
  return storeRevision(parts.store, folder, { way: 'start', by: null, rollbackOf: null, insteadOf: null })
}

function whyNotTheFolder(
  { isManual, maxChange }: StartupParts,
  folder: Compiled,
  last: RevisionEntry,
): string | undefined {
  if (!folder.ok) return 'the flows folder has problems'
  if (last.insteadOf === folder.revision.hash) {
    const how = last.rollbackOf === null ? 'reloaded from a draft' : 'rolled back to'
    return `it was ${how}, and the flows folder has not changed since`
  }
  if (last.hash === folder.revision.hash) return undefined
  if (isManual) return 'the flows folder has changed, and DOORMAN_RELOAD is manual'
  if (maxChange !== undefined) return 'the flows folder has changed, and DOORMAN_MAX_CHANGE has to be checked'
  return undefined
}
