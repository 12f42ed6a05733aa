import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FlowFilesError, formatProblem } from '../flows/problem.js'
import type { Revision } from '../flows/revision.js'
import type { Log } from '../observability/log.js'
import type { Metrics } from '../observability/metrics.js'
import type { RevisionStore } from '../store/store.js'
import { beginning } from './beginning.js'
import { diffInSlices } from './diff/diff.js'
import type { RevisionEntry, Way } from './entry.js'
import { KeptRevisions } from './kept.js'
import { type Candidate, type Loaded, type ReloadResult, type ReloadSteps, Reloads } from './reload.js'
import { RevisionShelf } from './shelf.js'

/** What the revisions of a running Doorman need around them. */
export interface LiveParts
  extends Pick<ReloadSteps, 'load' | 'missingContexts' | 'isDialplanCurrent' | 'replay'> {
  /** The flows folder. */
  readonly folder: string
  readonly store: RevisionStore
  readonly log: Log
  readonly metrics: Metrics
}

/** What may be told of a reload by whoever asks for it. */
export type ReloadOptions = Pick<Candidate, 'allowMissingContexts' | 'maxChange'> & {
  readonly by?: string | undefined
}

/** The revision that decides, those before it, and the one path from the one to the next. */
export class LiveRevisions {
  readonly #parts: LiveParts
  readonly #shelf: RevisionShelf
  readonly #kept: KeptRevisions
  readonly #reloads: Reloads

  private constructor(parts: LiveParts, shelf: RevisionShelf) {
    this.#parts = parts
    this.#shelf = shelf
    this.#kept = new KeptRevisions(shelf, (id) => this.#loadById(id))
    this.#reloads = new Reloads({
      ...parts,
      current: () => shelf.current,
      diff: diffInSlices,
      keep: (files, entry) => keep(parts, files, entry),
      swap: (revision, entry) => shelf.swap({ revision, entry }),
      settled: (candidate, result, ms) => this.#settled(candidate, result, ms),
      now: () => new Date(),
    })
  }

  /** Finds the revision to begin with. @throws FlowFilesError */
  static async begin(parts: LiveParts): Promise<LiveRevisions> {
    for (const problem of parts.store.problems) parts.log.warn(problem, { event: 'store_problem' })
    const folder = await parts.load(parts.folder)
    for (const warning of folder.warnings) parts.log.warn(formatProblem(warning), { event: 'flow_warning' })
    const begun = await beginning({
      folder,
      last: parts.store.last(),
      loadKept: (entry) => loadKept(parts, entry),
      keep: (files, { id, hash }) => {
        return keep(parts, files, {
          id,
          hash,
          at: new Date().toISOString(),
          way: 'start',
          by: null,
          rollback: null,
        })
      },
    })
    if (!begun.ok) throw new FlowFilesError(begun.problems)
    if (!folder.ok)
      for (const problem of folder.problems)
        parts.log.error(formatProblem(problem), { event: 'flow_problem' })
    if (begun.notice !== undefined) parts.log.warn(begun.notice, { event: 'not_the_folder' })
    const { revision, entry } = begun.first
    const fields = { event: 'revision', revision: revision.id, number: entry?.number }
    parts.log.info(`Revision ${nameOf(entry, revision)} decides.`, fields)
    return new LiveRevisions(parts, new RevisionShelf(begun.first))
  }

  get current(): Revision {
    return this.#shelf.current.revision
  }

  /** A revision that decided calls before, if it is kept and at hand in time. Never rejects. */
  earlier(id: string): Promise<Revision | undefined> {
    return this.#kept.find(id)
  }

  entries(): readonly RevisionEntry[] {
    return this.#parts.store.entries()
  }

  /** Takes the flows folder as it is now. */
  reload(way: Way, options: ReloadOptions = {}): Promise<ReloadResult> {
    const { by = null, ...rest } = options
    return this.#reloads.propose({ ...rest, folder: this.#parts.folder, way, by })
  }

  /** Brings back an earlier revision by the same path; the one before, if no number is given. */
  async rollback(to: number | undefined, options: ReloadOptions = {}): Promise<ReloadResult> {
    const entry = to === undefined ? this.#before() : this.entries().find(({ number }) => number === to)
    if (entry === undefined) return notKept(to, this.entries())
    const { by = null, ...rest } = options
    const now = await this.#parts.load(this.#parts.folder)
    const rollback = { of: entry.number, insteadOf: now.ok ? now.revision.hash : '' }
    return unpacked(this.#parts, entry, (folder) => {
      return this.#reloads.propose({ ...rest, folder, way: 'rollback', by, rollback })
    })
  }

  async done(): Promise<void> {
    await this.#reloads.done()
  }

  /** The newest kept revision that is not the one that decides. */
  #before(): RevisionEntry | undefined {
    return this.entries().findLast(({ hash }) => hash !== this.current.hash)
  }

  async #loadById(id: string): Promise<Revision | undefined> {
    const entry = this.#parts.store.find(id)
    const loaded = entry === undefined ? undefined : await loadKept(this.#parts, entry)
    return loaded?.ok ? loaded.revision : undefined
  }

  #settled({ way, by }: Candidate, result: ReloadResult, ms: number): void {
    const { log, metrics } = this.#parts
    metrics.reload(way, result.ok ? (result.changed ? 'taken' : 'unchanged') : 'refused')
    const fields = { event: 'reload', way, by, ms, warnings: result.warnings.map(formatProblem) }
    if (!result.ok) {
      const problems = result.problems.map(formatProblem)
      log.error(`The flow files were refused; revision ${this.current.id} still decides.`, {
        ...fields,
        ok: false,
        problems,
      })
    } else if (result.changed) {
      const changes = result.changes.map(({ text }) => text)
      const { revision, number, replay } = result
      const message = `Revision ${number ?? revision} decides from now on.`
      log.info(message, { ...fields, ok: true, revision, number, changes, replay })
    } else {
      log.info('The flow files were read again; nothing has changed.', {
        ...fields,
        ok: true,
        revision: result.revision,
      })
    }
  }
}

async function keep(
  { store, log }: LiveParts,
  files: ReadonlyMap<string, Buffer>,
  entry: Parameters<RevisionStore['add']>[1],
): Promise<RevisionEntry | undefined> {
  try {
    return await store.add(files, entry)
  } catch (error) {
    log.error(`Revision ${entry.id} could not be kept: ${(error as Error).message}`, {
      event: 'store_problem',
    })
    return undefined
  }
}

function loadKept(parts: LiveParts, entry: RevisionEntry): Promise<Loaded> {
  return unpacked(parts, entry, parts.load)
}

/** Does something with the files of a kept revision, which lie in a temporary folder meanwhile. */
async function unpacked<T>(
  { store }: LiveParts,
  entry: RevisionEntry,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'doorman-revision-'))
  try {
    await store.unpack(entry.number, folder)
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function notKept(to: number | undefined, entries: readonly RevisionEntry[]): ReloadResult {
  const kept = entries.map(({ number }) => number).join(', ') || 'none'
  const what = to === undefined ? 'No earlier revision is kept' : `Revision ${to} is not kept`
  const problem = { file: 'routing.yaml', line: 1, column: 1, message: `${what}; kept are: ${kept}.` }
  return { ok: false, problems: [problem], warnings: [] }
}

function nameOf(entry: RevisionEntry | undefined, { id }: Revision): string {
  return entry === undefined ? id : `${entry.number} (${id})`
}
