/**
 * The revisions of a running Doorman, and the one path by which the rules change while calls run:
 *
 *     load ──▶ locations ──▶ replay ──▶ diff ──▶ store ──▶ swap
 *      │           │           │         │
 *      └───────────┴───────────┴─────────┴──▶ refused: the current revision goes on deciding
 *
 * Requests are handled one after the other. The swap is one assignment, so that each call is decided by one revision
 * or the other, and nothing that can fail comes after it.
 */
import type { Compiled } from '../flows/compile.js'
import { FlowFilesError, formatProblem, type Problem } from '../flows/problem.js'
import type { Revision } from '../flows/revision.js'
import type { Log } from '../lib/log.js'
import { within } from '../lib/timeout.js'
import type { Metrics } from '../observability/metrics.js'
import type { Flow } from '../routing/types.js'
import { KEPT_REVISIONS, type NewRevision, type RevisionEntry } from '../store/database.js'
import type { Store } from '../store/store.js'
import { type ActiveRevision, ActiveRevisions } from './active.js'
import { type Change, diffRevisions } from './diff.js'
import { withFilesOf } from './revision-files.js'

/** What asks for a reload. */
export type Way = 'files' | 'signal' | 'command' | 'http'

export interface ReloadOptions {
  /** The user who asks, where that is known. */
  readonly by?: string | undefined
  /** Accept flows whose location the running dialplan does not have; their calls take the fallback. */
  readonly allowMissingContexts?: boolean | undefined
  /** The largest share of recorded calls that may go to another flow, from 0 to 1. */
  readonly maxChange?: number | undefined
}

export type ReloadResult =
  | {
      readonly ok: true
      /** False where the files are those of the current revision. */
      readonly changed: boolean
      readonly number: number | null
      readonly revision: string
      readonly changes: readonly Change[]
      readonly warnings: readonly Problem[]
      /** What the replay of recorded calls showed, where one was asked for. */
      readonly replay: string | null
    }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] }

export interface RevisionsParts {
  /** The flows folder. */
  readonly folder: string
  readonly store: Pick<Store, 'revisions' | 'files' | 'addRevision'>
  readonly log: Pick<Log, 'error' | 'warn' | 'info'>
  /** Counts reloads. */
  readonly metrics: Pick<Metrics, 'reload'>
  /** Compiles a folder, loads its code flows once, and runs its examples. */
  load(folder: string): Promise<Compiled>
  /** Compiles a folder only: a revision that decided before has been tried. */
  compile(folder: string): Promise<Compiled>
  /** Resolves once the flows folder does not seem to be written to. */
  settled(): Promise<void>
  /** Which of these flows lead to a location that the running dialplan does not have. */
  missingLocations(flows: readonly Flow[]): Promise<readonly Flow[]>
  /** Whether the generated contexts that run were made from this revision. */
  isDialplanCurrent(revision: Revision): Promise<boolean>
  /** Decides recorded calls with the candidate: the share that would go elsewhere, and that as a sentence. */
  replay(candidate: Revision): Promise<{ readonly share: number; readonly summary: string }>
}

/** The codes of problems and warnings that a reload adds to those of the flow files, with what each means. */
export const RELOAD_CODES = {
  'reload.dialplan': 'Warning: the running dialplan was generated for other flow files.',
  'reload.failed': 'The reload failed for a reason that lies outside of the flow files.',
  'reload.location': 'A flow leads to a context or an extension that the running dialplan does not have.',
  'reload.max_change': 'More recorded calls would go to another flow than `--max-change` allows.',
  'reload.not_stored': 'The revision to roll back to is not in the database.',
  'reload.pbx': 'Warning: Asterisk could not be asked for the locations of the flows.',
} as const

/** How long a start or a reload waits for the database. A disk that hangs must not stop it. */
const STORE_MS = 5_000

type Request = ReloadOptions &
  ({ readonly way: Way } | { readonly way: 'rollback'; readonly to: number | undefined })

export class Revisions {
  readonly #parts: RevisionsParts
  readonly #active: ActiveRevisions
  #entries: readonly RevisionEntry[]
  /** The hash of the flows folder when it was last loaded without problems. */
  #folderHash: string
  #last: Promise<unknown> = Promise.resolve()

  /** Finds the revision to start with. @throws FlowFilesError where there is none. */
  static async start(parts: RevisionsParts): Promise<Revisions> {
    const { log, metrics, store } = parts
    const start = performance.now()
    // Without the database the flows folder decides.
    const [folder, entries] = await Promise.all([
      parts.load(parts.folder),
      within(STORE_MS, 'the database', store.revisions()).catch(() => []),
    ])
    for (const warning of folder.warnings) log.warn(formatProblem(warning), { event: 'flow_warning' })
    const first = await firstRevision(parts, folder, entries.at(-1))
    const { revision, entry } = first
    const name = entry === undefined ? revision.id : `${entry.number} (${revision.id})`
    log.info(`Revision ${name} decides.`, { event: 'revision', revision: revision.id, number: entry?.number })
    metrics.reload('start', folder.ok ? 'taken' : 'refused', performance.now() - start)
    return new Revisions(parts, first, entries, folder.ok ? folder.revision.hash : '')
  }

  private constructor(
    parts: RevisionsParts,
    first: ActiveRevision,
    entries: readonly RevisionEntry[],
    folderHash: string,
  ) {
    this.#parts = parts
    this.#active = new ActiveRevisions(first, (id) => this.#loadById(id))
    this.#entries = entries
    this.#folderHash = folderHash
    this.#noteEntry(first.entry)
  }

  get current(): Revision {
    return this.#active.current.revision
  }

  /** A revision that decided calls before, where it is found in time. Never rejects. */
  earlier(id: string): Promise<Revision | undefined> {
    return this.#active.find(id)
  }

  /** The stored revisions, ascending by number. */
  entries(): readonly RevisionEntry[] {
    return this.#entries
  }

  /** Takes the flows folder as it is now. Never rejects. */
  reload(way: Way, options: ReloadOptions = {}): Promise<ReloadResult> {
    return this.#queue({ ...options, way })
  }

  /** Brings back a stored revision; the one before the current if no number is given. Never rejects. */
  rollback(to: number | undefined, options: ReloadOptions = {}): Promise<ReloadResult> {
    return this.#queue({ ...options, way: 'rollback', to })
  }

  /** Resolves when no request is being handled. */
  async done(): Promise<void> {
    await this.#last
  }

  #queue(request: Request): Promise<ReloadResult> {
    const result = this.#last.then(() => this.#handle(request))
    this.#last = result
    return result
  }

  async #handle(request: Request): Promise<ReloadResult> {
    const start = performance.now()
    const result = await this.#try(request).catch((error: unknown) =>
      refused([problem('reload.failed', messageOf(error))]),
    )
    try {
      this.#report(request, result, Math.round(performance.now() - start))
    } catch {
      // A log line that could not be written does not undo a swap.
    }
    return result
  }

  async #try(request: Request): Promise<ReloadResult> {
    const target = request.way === 'rollback' ? this.#rollbackTarget(request.to) : undefined
    if (request.way === 'rollback' && target === undefined) return this.#notStored(request.to)
    const loaded = await (target === undefined ? this.#loadFolder() : this.#loadStored(target, 'load'))
    if (!loaded.ok) return refused(loaded.problems, loaded.warnings)
    const { revision } = loaded
    const { revision: current, entry: currentEntry } = this.#active.current
    // An editor that only touches a file does not end a rollback; a reload by command does.
    const isRolledBackFrom = request.way === 'files' && currentEntry?.rollback?.insteadOf === revision.hash
    if (revision.hash === current.hash || isRolledBackFrom) {
      const unchanged = { changed: false, changes: [], warnings: loaded.warnings, replay: null }
      return { ok: true, number: currentEntry?.number ?? null, revision: current.id, ...unchanged }
    }
    const { problems, ...checked } = await this.#check(revision, request)
    const warnings = [...loaded.warnings, ...checked.warnings]
    if (problems.length > 0) return refused(problems, warnings)
    const changes = await diffRevisions(current, revision)
    const rollback = target === undefined ? null : { of: originOf(target), insteadOf: this.#folderHash }
    const entry = await add(this.#parts, loaded, { way: request.way, by: request.by ?? null, rollback })
    this.#active.swap({ revision, entry })
    this.#noteEntry(entry)
    const taken = { changed: true, changes, warnings, replay: checked.replay }
    return { ok: true, number: entry?.number ?? null, revision: revision.id, ...taken }
  }

  async #loadFolder(): Promise<Compiled> {
    const { folder, load, settled } = this.#parts
    await settled()
    const loaded = await load(folder)
    if (loaded.ok) this.#folderHash = loaded.revision.hash
    return loaded
  }

  #loadStored(entry: RevisionEntry, how: 'load' | 'compile'): Promise<Compiled> {
    return withFilesOf(this.#parts.store, entry, this.#parts[how])
  }

  /** Without a number, the revision before the current one; a second rollback goes back one further. */
  #rollbackTarget(to: number | undefined): RevisionEntry | undefined {
    if (to !== undefined) return this.#entries.find(({ number }) => number === to)
    const { revision, entry: current } = this.#active.current
    const origin = current === undefined ? Number.POSITIVE_INFINITY : originOf(current)
    return this.#entries.findLast((entry) => originOf(entry) < origin && entry.hash !== revision.hash)
  }

  #notStored(to: number | undefined): ReloadResult {
    const what = to === undefined ? 'No earlier revision is stored' : `Revision ${to} is not stored`
    const stored = this.#entries.map(({ number }) => number).join(', ') || 'none'
    return refused([problem('reload.not_stored', `${what}; stored are: ${stored}.`)])
  }

  /** What the running PBX and the recorded calls say against a candidate. */
  async #check(candidate: Revision, { allowMissingContexts = false, maxChange }: ReloadOptions) {
    const parts = this.#parts
    const problems: Problem[] = []
    const warnings: Problem[] = []
    const missing = allowMissingContexts ? warnings : problems
    try {
      for (const flow of await parts.missingLocations([...candidate.routing.flows.values()]))
        missing.push(problem('reload.location', missingLocation(flow), candidate.contexts.get(flow.context)))
    } catch (error) {
      const message = `The PBX could not be asked for the locations of the flows: ${messageOf(error)}`
      warnings.push(problem('reload.pbx', message))
    }
    // Contexts that were generated for other flow files do no harm: what they do not pass is read over ARI.
    if (!(await parts.isDialplanCurrent(candidate).catch(() => true)))
      warnings.push(problem('reload.dialplan', OTHER_DIALPLAN))
    if (maxChange === undefined) return { problems, warnings, replay: null }
    const { share, summary: replay } = await parts.replay(candidate)
    const tooMany = `${replay} That is more than --max-change allows (${percent(share)} of ${percent(maxChange)}).`
    if (share > maxChange) problems.push(problem('reload.max_change', tooMany))
    return { problems, warnings, replay }
  }

  async #loadById(id: string): Promise<Revision | undefined> {
    const entry = this.#entries.findLast((one) => one.id === id)
    const loaded = entry && (await this.#loadStored(entry, 'compile'))
    return loaded?.ok ? loaded.revision : undefined
  }

  #noteEntry(entry: RevisionEntry | undefined): void {
    if (entry === undefined) return
    const others = this.#entries.filter(({ number }) => number !== entry.number)
    this.#entries = [...others, entry].slice(-KEPT_REVISIONS)
  }

  #report({ way, by }: Request, result: ReloadResult, ms: number): void {
    const { log, metrics } = this.#parts
    metrics.reload(way, result.ok ? (result.changed ? 'taken' : 'unchanged') : 'refused', ms)
    const warnings = result.warnings.map(formatProblem)
    const fields = { event: 'reload', way, by: by ?? null, ms, warnings, ok: result.ok }
    if (!result.ok) {
      const problems = result.problems.map(formatProblem)
      const message = `The flow files were refused; revision ${this.current.id} still decides.`
      log.error(message, { ...fields, problems })
    } else if (!result.changed) {
      const { revision } = result
      log.info('The flow files were read again; nothing has changed.', { ...fields, revision })
    } else {
      const { revision, number, replay } = result
      const changes = result.changes.map(({ text }) => text)
      const message = `Revision ${number ?? revision} decides from now on.`
      log.info(message, { ...fields, revision, number, changes, replay })
    }
  }
}

/**
 * The flows folder, with two exceptions, so that a restart at night changes nothing by itself: a rollback stays in
 * effect while the folder is still the one that was rolled back from, and a folder with problems does not stop a
 * start where the database has an earlier revision. @throws FlowFilesError
 */
async function firstRevision(
  parts: RevisionsParts,
  folder: Compiled,
  last: RevisionEntry | undefined,
): Promise<ActiveRevision> {
  const isRolledBackFrom = folder.ok && last?.rollback?.insteadOf === folder.revision.hash
  if (last !== undefined && (!folder.ok || isRolledBackFrom)) {
    const stored = await withFilesOf(parts.store, last, parts.load).catch(() => undefined)
    if (stored?.ok) {
      for (const found of folder.ok ? [] : folder.problems)
        parts.log.error(formatProblem(found), { event: 'flow_problem' })
      const why = isRolledBackFrom
        ? 'it was rolled back to, and the flows folder has not changed since'
        : 'the flows folder has problems'
      const message = `Revision ${last.number} (${last.id}) decides, not the flows folder: ${why}.`
      parts.log.warn(message, { event: 'not_the_folder' })
      return { revision: stored.revision, entry: last }
    }
  }
  if (!folder.ok) throw new FlowFilesError(folder.problems)
  const { revision } = folder
  if (last?.hash === revision.hash) return { revision, entry: last }
  return { revision, entry: await add(parts, folder, { way: 'start', by: null, rollback: null }) }
}

/** Stores a revision; undefined where that failed, which the store reports and which stops nothing. */
function add(
  { store }: RevisionsParts,
  { revision: { id, hash }, files }: Compiled & { ok: true },
  how: Pick<NewRevision, 'way' | 'by' | 'rollback'>,
): Promise<RevisionEntry | undefined> {
  const entry = { id, hash, at: new Date().toISOString(), ...how }
  return within(STORE_MS, 'the database', store.addRevision(entry, files)).catch(() => undefined)
}

/** The number of the revision that an entry stands for: a rollback stands for an earlier one. */
function originOf({ number, rollback }: RevisionEntry): number {
  return rollback?.of ?? number
}

const OTHER_DIALPLAN =
  'The contexts of Doorman in the running dialplan were not generated for these flow files. Calls are decided all ' +
  'the same, but the fallback may be another one, and reading a call may take longer. Run  doorman dialplan --write FILE'

function missingLocation({ name, context, extension, priority }: Flow): string {
  const inIt = extension === 'dialled' ? '' : ` with extension ${extension}, priority ${priority}`
  return `The running dialplan has no [${context}]${inIt}, where flow ${name} leads.`
}

function refused(problems: readonly Problem[], warnings: readonly Problem[] = []): ReloadResult {
  return { ok: false, problems, warnings }
}

/** A problem of the candidate as a whole is at the head of its file, where it has no position of its own. */
function problem(
  code: keyof typeof RELOAD_CODES,
  message: string,
  { line, column } = { line: 1, column: 1 },
): Problem {
  return { file: 'routing.yaml', line, column, code, message }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function percent(share: number): string {
  return `${Math.round(share * 10_000) / 100} %`
}
