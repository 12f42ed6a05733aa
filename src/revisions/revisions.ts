/**
 * The revisions of a running Doorman, and the one path by which the rules change while calls run:
 *
 *     load ──▶ locations ──▶ replay ──▶ diff ──▶ prepare ──▶ store ──▶ swap
 *      │           │           │         │          │
 *      └───────────┴───────────┴─────────┴──────────┴──▶ refused: the current revision goes on deciding
 *
 * Requests are handled one after the other. A database that fails stops no change. The swap is one assignment, so that each call is decided by one revision
 * or the other, and nothing that can fail comes after it.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Compiled } from '../flows/compile.js'
import type { Problem } from '../flows/problem.js'
import type { Revision } from '../flows/revision.js'
import { oneAtATime, within } from '../lib/waiting.js'
import type { Metrics } from '../observability/metrics.js'
import { KEPT_REVISIONS, type RevisionEntry } from '../store/queries.js'
import type { Store } from '../store/store.js'
import {
  type ActiveRevision,
  ActiveRevisions,
  firstRevision,
  STORE_MS,
  type StartupParts,
  storeRevision,
} from './active.js'
import {
  type Candidate,
  type CandidateChecks,
  checkCandidate,
  errorMessage,
  logCandidate,
  logReload,
  problem,
  type ReloadOptions,
  type ReloadResult,
  unusable,
  type WaitingCandidate,
} from './candidate.js'
import { inTemporaryFolder, withFilesOf } from './revision-files.js'

/** What asks for a reload; `files` is the flows folder, which has changed. */
export type ReloadTrigger = 'files' | 'signal' | 'command' | 'http' | 'fleet'

export interface RevisionsParts extends StartupParts, CandidateChecks {
  /** The flows folder. */
  readonly folder: string
  readonly store: Pick<Store, 'revisions' | 'files' | 'addRevision'>
  readonly metrics: Pick<Metrics, 'reload' | 'candidate'>
  /** Compiles a folder only: a revision that decided before has been tried. */
  compile(folder: string): Promise<Compiled>
  /**
   * Loads code flows, calendars and tables to use for calls, beside those of the current revision; what is wrong with
   * the flows.
   * @param isStart whether no call may wait for it
   */
  prepare(revision: Revision, isStart: boolean): Promise<readonly Problem[]>
  /** A revision decides from now on. Must not throw. */
  swapped(revision: Revision): void
}

type Request = ReloadOptions &
  ({ readonly way: ReloadTrigger } | { readonly way: 'rollback'; readonly to: number | undefined })

export class Revisions {
  readonly #active: ActiveRevisions
  #waiting: WaitingCandidate | undefined
  /** The hash of the flows folder in whose place a rollback or a draft decides; null where the folder itself does. */
  #insteadOf: string | null
  readonly #inTurn = oneAtATime()

  /** Finds the revision to start with. @throws FlowFilesError where there is none. */
  static async start(parts: RevisionsParts): Promise<Revisions> {
    const { log, metrics, store } = parts
    const start = performance.now()
    // Without the database the flows folder decides.
    const [folder, entries] = await Promise.all([
      parts.load(parts.folder),
      within(STORE_MS, 'the database', store.revisions()).catch(() => []),
    ])
    const first = await firstRevision(parts, folder, entries.at(-1))
    const { revision, entry } = first
    await parts.prepare(revision, true)
    parts.swapped(revision)
    const name = entry === undefined ? revision.id : `${entry.number} (${revision.id})`
    log.info(`Revision ${name} decides.`, { event: 'revision', revision: revision.id, number: entry?.number })
    metrics.reload('start', folder.ok ? 'taken' : 'refused', performance.now() - start)
    const insteadOf = entry?.insteadOf ?? ''
    const folderHash = folder.ok ? folder.revision.hash : insteadOf
    const revisions = new Revisions(parts, first, entries, folderHash)
    // A folder that the start passed over is handled as one that changes now.
    if (!folder.ok || ![revision.hash, insteadOf].includes(folderHash)) void revisions.reload('files')
    return revisions
  }

  /**
   * @param entries the stored revisions, ascending by number
   * @param folderHash the hash of the flows folder when it was last loaded without problems
   */
  private constructor(
    private readonly parts: RevisionsParts,
    first: ActiveRevision,
    private entries: readonly RevisionEntry[],
    private folderHash: string,
  ) {
    this.#active = new ActiveRevisions(first, (id) => this.#loadById(id))
    this.#noteEntry(first.entry)
    this.#insteadOf = first.revision.hash === folderHash ? null : (first.entry?.insteadOf ?? null)
  }

  get current(): Revision {
    return this.#active.current.revision
  }

  /** The changed flows folder that does not decide calls, if there is one. */
  get waiting(): WaitingCandidate | undefined {
    return this.#waiting
  }

  /** A revision that decided calls before, where it is found in time. Never rejects. */
  earlier(id: string): Promise<Revision | undefined> {
    return this.#active.find(id)
  }

  /** Takes the flows folder as it is now, or a draft. Never rejects. */
  reload(way: ReloadTrigger, options: ReloadOptions = {}): Promise<ReloadResult> {
    return this.#queue({ ...options, way })
  }

  /** Brings back a stored revision; the one before the current if no number is given. Never rejects. */
  rollback(to: number | undefined, options: ReloadOptions = {}): Promise<ReloadResult> {
    return this.#queue({ ...options, way: 'rollback', to })
  }

  /** What a reload of the flows folder would do now, or a rollback to a stored revision; changes nothing. */
  async preview(to?: number): Promise<Candidate & { readonly loaded: Revision | null }> {
    const { folder, load, store } = this.parts
    const target = to === undefined ? undefined : await this.#rollbackTarget(to)
    if (to !== undefined && target === undefined) return { ...unusable([this.#notStored(to)]), loaded: null }
    const loaded = await (target === undefined ? load(folder) : withFilesOf(store, target, load))
    const candidate = await checkCandidate(loaded, this.current, this.parts, {})
    return { ...candidate, loaded: loaded.ok ? loaded.revision : null }
  }

  /** Resolves when no request is being handled. */
  async done(): Promise<void> {
    await this.#inTurn(async () => undefined)
  }

  #queue(request: Request): Promise<ReloadResult> {
    return this.#inTurn(() => this.#handle(request))
  }

  async #handle(request: Request): Promise<ReloadResult> {
    const start = performance.now()
    const result = await this.#try(request).catch(
      (error: unknown): ReloadResult => refused([problem('reload.failed', errorMessage(error))]),
    )
    const before = this.#waiting
    this.#waiting = this.#stillWaiting(request, result)
    const ms = Math.round(performance.now() - start)
    const { log, metrics, isManual } = this.parts
    try {
      if (result.ok) metrics.reload(request.way, result.changed ? 'taken' : 'unchanged', ms)
      else metrics.reload(request.way, isManual && request.way === 'files' ? 'waiting' : 'refused', ms)
      metrics.candidate(this.#waiting !== undefined)
      if (result.ok || request.way !== 'files') logReload(log, request, result, ms, this.current)
      else if (this.#waiting !== before) logCandidate(log, result, this.current)
    } catch {
      // A log line that could not be written does not undo a swap.
    }
    return result
  }

  async #try(request: Request): Promise<ReloadResult> {
    const { isManual, maxChange, prepare, store } = this.parts
    if ((request.expected ?? this.current.id) !== this.current.id) return this.#outdated()
    const target = request.way === 'rollback' ? await this.#rollbackTarget(request.to) : undefined
    if (request.way === 'rollback' && target === undefined) return refused([this.#notStored(request.to)])
    const loaded = await this.#load(request, target)
    const { revision: current, entry: currentEntry } = this.#active.current
    const hash = loaded.ok ? loaded.revision.hash : undefined
    const rollbackOf = target === undefined ? null : originOf(target)
    // An editor that only touches a file does not end a rollback or a draft; a reload by command does.
    const isTouched = request.way === 'files' && hash === this.#insteadOf
    if (hash === current.hash || isTouched) {
      if (isFolder(request) && !isTouched) this.#insteadOf = null
      const unchanged = { changed: false, changes: [], warnings: loaded.warnings, replay: null }
      const number = currentEntry?.number ?? null
      return { ok: true, number, rollbackOf, revision: current.id, ...unchanged }
    }
    // A rollback has to work at once, and leads to what decided before.
    const limits =
      request.way === 'rollback' ? request : { ...request, maxChange: request.maxChange ?? maxChange }
    const candidate = await checkCandidate(loaded, current, this.parts, limits)
    const mayTake = candidate.problems.length === 0 && !(isManual && request.way === 'files')
    if (!loaded.ok || !mayTake) return { ok: false, ...candidate }
    const unprepared = await prepare(loaded.revision, false)
    if (unprepared.length > 0) return { ok: false, ...candidate, problems: unprepared }
    const insteadOf = isFolder(request) ? null : this.folderHash
    const how = { way: request.way, by: request.by ?? null, rollbackOf, insteadOf }
    const next = await storeRevision(store, loaded, how)
    this.#active.swap(next)
    this.#insteadOf = insteadOf
    this.parts.swapped(next.revision)
    this.#noteEntry(next.entry)
    const { problems: _, ...taken } = candidate
    return { ok: true, changed: true, number: next.entry?.number ?? null, rollbackOf, ...taken }
  }

  async #load({ files }: Request, target: RevisionEntry | undefined): Promise<Compiled> {
    const { folder, load, store } = this.parts
    if (target !== undefined) return withFilesOf(store, target, load)
    if (files !== undefined) return inTemporaryFolder(files, load)
    const loaded = await load(folder)
    if (loaded.ok) this.folderHash = loaded.revision.hash
    return loaded
  }

  /** Where it is not known, the database is asked again: it may have been too slow for the start. */
  async #rollbackTarget(to: number | undefined): Promise<RevisionEntry | undefined> {
    const target = this.#findTarget(to)
    if (target !== undefined) return target
    this.entries = await within(STORE_MS, 'the database', this.parts.store.revisions())
    return this.#findTarget(to)
  }

  /** Without a number, the revision before the current one; a second rollback goes back one further. */
  #findTarget(to: number | undefined): RevisionEntry | undefined {
    if (to !== undefined) return this.entries.find(({ number }) => number === to)
    const { revision, entry: current } = this.#active.current
    const origin = current === undefined ? Number.POSITIVE_INFINITY : originOf(current)
    return this.entries.findLast((entry) => originOf(entry) < origin && entry.hash !== revision.hash)
  }

  #outdated(): ReloadResult {
    const { revision, entry } = this.#active.current
    const by = entry?.by ? ` by ${entry.by}` : ''
    const since = `has been active since ${entry?.at ?? 'a moment ago'}${by}`
    const message = `Revision ${entry?.number ?? revision.id} ${since}; review the change again.`
    return { ...refused([problem('reload.failed', message)]), isOutdated: true }
  }

  #notStored(to: number | undefined): Problem {
    const what = to === undefined ? 'No earlier revision is stored' : `Revision ${to} is not stored`
    const stored = this.entries.map(({ number }) => number).join(', ') || 'none'
    return problem('reload.not_stored', `${what}; stored are: ${stored}.`)
  }

  async #loadById(id: string): Promise<Revision | undefined> {
    const entry = this.entries.findLast((one) => one.id === id)
    const loaded = entry && (await withFilesOf(this.parts.store, entry, this.parts.compile))
    return loaded?.ok ? loaded.revision : undefined
  }

  #noteEntry(entry: RevisionEntry | undefined): void {
    if (entry === undefined) return
    const others = this.entries.filter(({ number }) => number !== entry.number)
    this.entries = [...others, entry].slice(-KEPT_REVISIONS)
  }

  /** What waits after a request. A rollback and a draft take the place of the flows folder as it is. */
  #stillWaiting(request: Request, result: ReloadResult): WaitingCandidate | undefined {
    if (result.ok) return result.changed || isFolder(request) ? undefined : this.#waiting
    if (request.way !== 'files') return this.#waiting
    const { ok: _, ...candidate } = result
    const isSame = this.#waiting !== undefined && saysTheSame(this.#waiting, candidate)
    return isSame ? this.#waiting : { at: new Date().toISOString(), ...candidate }
  }
}

/** Whether a candidate is the one before, with the same result: an announcement would be a repetition. */
function saysTheSame(before: Candidate, now: Candidate): boolean {
  if (before.revision !== now.revision) return false
  if (now.revision === null) return isDeepStrictEqual(before.problems, now.problems)
  return (before.problems.length === 0) === (now.problems.length === 0)
}

/** Whether the flows folder is asked for, and no draft or stored revision. */
function isFolder({ way, files }: Request): boolean {
  return way !== 'rollback' && files === undefined
}

/** The number of the revision that an entry stands for: a rollback stands for an earlier one. */
function originOf({ number, rollbackOf }: RevisionEntry): number {
  return rollbackOf ?? number
}

function refused(problems: readonly Problem[]): ReloadResult & { ok: false } {
  return { ok: false, ...unusable(problems) }
}
