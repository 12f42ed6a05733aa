/**
 * The one path by which the rules change while calls run, whoever asks for it:
 *
 *     load ──▶ locations ──▶ replay ──▶ diff ──▶ store ──▶ swap
 *      │           │           │         │
 *      └───────────┴───────────┴─────────┴──▶ refused: the current revision goes on deciding
 *
 * Requests are handled one after the other. The swap is one assignment, so that each call is decided by one revision
 * or the other, and nothing that can fail comes after it.
 */
import type { CompiledFiles } from '../flows/compile.js'
import type { Problem } from '../flows/problem.js'
import type { Revision } from '../flows/revision.js'
import type { Flow } from '../routing/types.js'
import type { ActiveRevisions } from './active.js'
import type { Change } from './diff.js'
import type { NewEntry, RevisionEntry, Way } from './stored-revisions.js'

export interface ReloadOptions {
  /** The user who asks, where that is known. */
  readonly by?: string | undefined
  /** Accept flows whose location the running dialplan does not have; their calls take the fallback. */
  readonly allowMissingContexts?: boolean | undefined
  /** The largest share of recorded calls that may go to another flow, from 0 to 1. */
  readonly maxChange?: number | undefined
}

export interface ReloadRequest extends ReloadOptions {
  readonly way: Way
  /** With `way: 'rollback'`: the number to go back to; the one before the current revision if not given. */
  readonly to?: number | undefined
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

/** What a reload needs around it. Every step before the swap may reject; the reload is then refused. */
export interface ReloadSteps {
  readonly active: Pick<ActiveRevisions, 'current' | 'swap'>
  /** The stored revisions, ascending by number. */
  entries(): readonly RevisionEntry[]
  /** Compiles the flows folder, loads its code flows once, and runs its examples. */
  loadFolder(): Promise<CompiledFiles>
  /** The same with the files of a stored revision. */
  loadStored(entry: RevisionEntry): Promise<CompiledFiles>
  /** Which of these flows lead to a location that the running dialplan does not have. */
  missingLocations(flows: readonly Flow[]): Promise<readonly Flow[]>
  /** Whether the generated contexts that run were made from this revision. */
  isDialplanCurrent(revision: Revision): Promise<boolean>
  /** Decides recorded calls with the candidate: the share that would go elsewhere, and that as a sentence. */
  replay(candidate: Revision): Promise<{ readonly share: number; readonly summary: string }>
  diff(before: Revision, after: Revision): Promise<readonly Change[]>
  /** Stores the files; undefined where that failed, which stops no reload. */
  store(files: ReadonlyMap<string, Buffer>, entry: NewEntry): Promise<RevisionEntry | undefined>
  /** Called with each result. */
  finished(request: ReloadRequest, result: ReloadResult, ms: number): void
  now(): Date
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

interface Candidate {
  readonly loaded: CompiledFiles
  readonly rollback: RevisionEntry['rollback']
}

export class Reloads {
  readonly #steps: ReloadSteps
  #last: Promise<unknown> = Promise.resolve()
  /** The hash of the flows folder when it was last loaded without problems. */
  #folderHash: string

  constructor(steps: ReloadSteps, folderHash: string) {
    this.#steps = steps
    this.#folderHash = folderHash
  }

  /** Never rejects. */
  request(request: ReloadRequest): Promise<ReloadResult> {
    const result = this.#last.then(() => this.#handle(request))
    this.#last = result
    return result
  }

  /** Resolves when no request is being handled. */
  async done(): Promise<void> {
    await this.#last
  }

  async #handle(request: ReloadRequest): Promise<ReloadResult> {
    const start = performance.now()
    const result = await this.#try(request).catch((error: unknown) =>
      refused([problem('reload.failed', messageOf(error))]),
    )
    try {
      this.#steps.finished(request, result, Math.round(performance.now() - start))
    } catch {
      // The revision has been swapped in: a log line that could not be written does not change that.
    }
    return result
  }

  async #try(request: ReloadRequest): Promise<ReloadResult> {
    const candidate = await this.#candidate(request)
    if (candidate === undefined) return notStored(request.to, this.#steps.entries())
    const { loaded, rollback } = candidate
    if (!loaded.ok) return refused(loaded.problems, loaded.warnings)
    const { revision, files } = loaded
    const before = this.#steps.active.current
    if (revision.hash === before.revision.hash || isRolledBackFrom(revision, before.entry, request)) {
      const { id } = before.revision
      const number = before.entry?.number ?? null
      return {
        ok: true,
        changed: false,
        number,
        revision: id,
        changes: [],
        warnings: loaded.warnings,
        replay: null,
      }
    }
    const [locations, dialplan] = await Promise.all([
      this.#checkLocations(revision, request),
      this.#checkDialplan(revision),
    ])
    const replay = await this.#replay(revision, request)
    const problems = [...locations.problems, ...replay.problems]
    const warnings = [...loaded.warnings, ...locations.warnings, ...dialplan]
    if (problems.length > 0) return refused(problems, warnings)
    const changes = await this.#steps.diff(before.revision, revision)
    const entry = await this.#steps.store(files, {
      ...{ id: revision.id, hash: revision.hash, at: this.#steps.now().toISOString() },
      ...{ way: request.way, by: request.by ?? null, rollback },
    })
    this.#steps.active.swap({ revision, entry })
    const number = entry?.number ?? null
    return {
      ok: true,
      changed: true,
      number,
      revision: revision.id,
      changes,
      warnings,
      replay: replay.summary,
    }
  }

  async #candidate({ way, to }: ReloadRequest): Promise<Candidate | undefined> {
    if (way !== 'rollback') {
      const loaded = await this.#steps.loadFolder()
      if (loaded.ok) this.#folderHash = loaded.revision.hash
      return { loaded, rollback: null }
    }
    const entry = this.#rollbackTarget(to)
    if (entry === undefined) return undefined
    const loaded = await this.#steps.loadStored(entry)
    return { loaded, rollback: { of: originOf(entry), insteadOf: this.#folderHash } }
  }

  /** Without a number, the revision before the current one; a second rollback goes back one further. */
  #rollbackTarget(to: number | undefined): RevisionEntry | undefined {
    const entries = this.#steps.entries()
    if (to !== undefined) return entries.find(({ number }) => number === to)
    const { revision, entry: current } = this.#steps.active.current
    const origin = current === undefined ? Number.POSITIVE_INFINITY : originOf(current)
    return entries.findLast((entry) => originOf(entry) < origin && entry.hash !== revision.hash)
  }

  async #checkLocations(
    { routing, contexts }: Revision,
    { allowMissingContexts }: ReloadRequest,
  ): Promise<Findings> {
    try {
      const missing = await this.#steps.missingLocations([...routing.flows.values()])
      const found = missing.map((flow) =>
        problem('reload.location', missingLocation(flow), contexts.get(flow.context)),
      )
      return allowMissingContexts ? { problems: [], warnings: found } : { problems: found, warnings: [] }
    } catch (error) {
      const message = `The PBX could not be asked for the locations of the flows: ${messageOf(error)}`
      return { problems: [], warnings: [problem('reload.pbx', message)] }
    }
  }

  /** Contexts that were generated for other flow files do no harm: what they do not pass is read over ARI. */
  async #checkDialplan(revision: Revision): Promise<readonly Problem[]> {
    const isCurrent = await this.#steps.isDialplanCurrent(revision).catch(() => true)
    return isCurrent ? [] : [problem('reload.dialplan', OTHER_DIALPLAN)]
  }

  async #replay(revision: Revision, { maxChange }: ReloadRequest) {
    if (maxChange === undefined) return { problems: [], summary: null }
    const { share, summary } = await this.#steps.replay(revision)
    const message = `${summary} That is more than --max-change allows (${percent(share)} of ${percent(maxChange)}).`
    return { problems: share > maxChange ? [problem('reload.max_change', message)] : [], summary }
  }
}

interface Findings {
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

const OTHER_DIALPLAN =
  'The contexts of Doorman in the running dialplan were not generated for these flow files. Calls are decided all ' +
  'the same, but the fallback may be another one, and reading a call may take longer. Run  doorman dialplan --write FILE'

/** The number of the revision that an entry stands for: a rollback stands for an earlier one. */
function originOf({ number, rollback }: RevisionEntry): number {
  return rollback?.of ?? number
}

/** An editor that only touches a file does not end a rollback; whoever asks for a reload means it. */
function isRolledBackFrom(
  { hash }: Revision,
  current: RevisionEntry | undefined,
  { way }: ReloadRequest,
): boolean {
  return way === 'files' && current?.rollback?.insteadOf === hash
}

function missingLocation({ name, context, extension, priority }: Flow): string {
  const inIt = extension === 'dialled' ? '' : ` with extension ${extension}, priority ${priority}`
  return `The running dialplan has no [${context}]${inIt}, where flow ${name} leads.`
}

function notStored(to: number | undefined, entries: readonly RevisionEntry[]): ReloadResult {
  const stored = entries.map(({ number }) => number).join(', ') || 'none'
  const what = to === undefined ? 'No earlier revision is stored' : `Revision ${to} is not stored`
  return refused([problem('reload.not_stored', `${what}; stored are: ${stored}.`)])
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
