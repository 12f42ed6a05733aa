/**
 * The one path by which rules change while calls run, whoever asks for it:
 *
 *     candidate ──▶ compile ──▶ functions ──▶ examples ──▶ contexts ──▶ replay ──▶ keep ──▶ swap
 *                     │            │             │            │           │
 *                     └────────────┴─────────────┴────────────┴───────────┴──▶ refused: nothing has changed
 *
 * Candidates wait for each other. The swap is one assignment: a call has begun on the one revision or the other.
 */
import type { Problem } from '../flows/problem.js'
import type { Revision } from '../flows/revision.js'
import type { Change } from './diff/diff.js'
import type { RevisionEntry, Way } from './entry.js'

export interface Candidate {
  /** The folder with its flow files. */
  readonly folder: string
  readonly way: Way
  readonly by: string | null
  /** Let in flows whose context the running dialplan does not have; their calls will go to the fallback. */
  readonly allowMissingContexts?: boolean
  /** The largest share of recorded calls that may go elsewhere, from 0 to 1. */
  readonly maxChange?: number
  readonly rollback?: RevisionEntry['rollback']
}

/** What became of a candidate. */
export type ReloadResult =
  | {
      readonly ok: true
      /** False where the files are those of the revision that decides already. */
      readonly changed: boolean
      readonly number: number | null
      readonly revision: string
      readonly changes: readonly Change[]
      readonly warnings: readonly Problem[]
      /** What a replay of recorded calls said, where one was asked for. */
      readonly replay: string | null
    }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] }

export type Loaded = {
  readonly files: ReadonlyMap<string, Buffer>
  readonly warnings: readonly Problem[]
} & (
  | { readonly ok: true; readonly revision: Revision }
  | { readonly ok: false; readonly problems: readonly Problem[] }
)

/** What happens on the path; each part can be had without the others. */
export interface ReloadSteps {
  /** Compiled, functions loaded once, examples held. */
  load(folder: string): Promise<Loaded>
  /** Which of these contexts the running dialplan does not have. Rejects where the PBX cannot be asked. */
  missingContexts(contexts: readonly string[]): Promise<readonly string[]>
  /** Whether the generated contexts that run were made of this revision. Rejects where the PBX cannot be asked. */
  isDialplanCurrent(revision: Revision): Promise<boolean>
  /** Recorded calls through the candidate: which share would go elsewhere, and that in words. */
  replay(candidate: Revision): Promise<{ readonly share: number; readonly words: string }>
  current(): { readonly revision: Revision; readonly entry: RevisionEntry | undefined }
  diff(before: Revision, after: Revision): Promise<readonly Change[]>
  /** Keeps the files; undefined where they could not be kept, which stops nobody. */
  keep(
    files: ReadonlyMap<string, Buffer>,
    entry: Omit<RevisionEntry, 'number' | 'files'>,
  ): Promise<RevisionEntry | undefined>
  swap(revision: Revision, entry: RevisionEntry | undefined): void
  /** Hears of every candidate, once it is settled. */
  settled(candidate: Candidate, result: ReloadResult, ms: number): void
  now(): Date
}

export class Reloads {
  readonly #steps: ReloadSteps
  #last: Promise<unknown> = Promise.resolve()

  constructor(steps: ReloadSteps) {
    this.#steps = steps
  }

  /** Takes a candidate all the way, after those that came before it. */
  propose(candidate: Candidate): Promise<ReloadResult> {
    const result = this.#last.then(() => this.#take(candidate))
    this.#last = result.catch(() => undefined)
    return result
  }

  /** Resolves when no candidate is on its way. */
  async done(): Promise<void> {
    await this.#last
  }

  async #take(candidate: Candidate): Promise<ReloadResult> {
    const start = performance.now()
    const result = await this.#try(candidate).catch((error: Error) => refused([problem(error.message)]))
    this.#steps.settled(candidate, result, Math.round(performance.now() - start))
    return result
  }

  async #try(candidate: Candidate): Promise<ReloadResult> {
    const loaded = await this.#steps.load(candidate.folder)
    if (!loaded.ok) return refused(loaded.problems, loaded.warnings)
    const { revision } = loaded
    const { current } = this.#steps
    const before = current()
    if (revision.hash === before.revision.hash) {
      const number = before.entry?.number ?? null
      return {
        ok: true,
        changed: false,
        number,
        revision: revision.id,
        changes: [],
        warnings: loaded.warnings,
        replay: null,
      }
    }
    const [contexts, dialplan] = await Promise.all([
      this.#contexts(revision, candidate),
      this.#dialplan(revision),
    ])
    const replay = await this.#replay(revision, candidate)
    const problems = [...contexts.problems, ...replay.problems]
    const warnings = [...loaded.warnings, ...contexts.warnings, ...dialplan]
    if (problems.length > 0) return refused(problems, warnings)
    const entry = await this.#keep(revision, loaded.files, candidate)
    this.#steps.swap(revision, entry)
    const changes = await this.#steps.diff(before.revision, revision)
    const number = entry?.number ?? null
    return { ok: true, changed: true, number, revision: revision.id, changes, warnings, replay: replay.words }
  }

  async #contexts({ contexts }: Revision, { allowMissingContexts }: Candidate): Promise<Findings> {
    try {
      const missing = await this.#steps.missingContexts([...contexts.keys()])
      const found = missing.map((context) =>
        problem(`The running dialplan has no context [${context}].`, contexts.get(context)),
      )
      return allowMissingContexts ? { problems: [], warnings: found } : { problems: found, warnings: [] }
    } catch (error) {
      const reason = `The PBX could not be asked for the flows' contexts: ${(error as Error).message}`
      return { problems: [], warnings: [problem(reason)] }
    }
  }

  /** Contexts that were generated for other flow files do no harm: what they do not tell of a call is read by ARI. */
  async #dialplan(revision: Revision): Promise<readonly Problem[]> {
    const isCurrent = await this.#steps.isDialplanCurrent(revision).catch(() => true)
    return isCurrent ? [] : [problem(DIALPLAN_OF_OTHERS)]
  }

  async #replay(revision: Revision, { maxChange }: Candidate) {
    if (maxChange === undefined) return { problems: [], words: null }
    const { share, words } = await this.#steps.replay(revision)
    const message = `${words} That is more than --max-change allows (${percent(share)} of ${percent(maxChange)}).`
    return { problems: share > maxChange ? [problem(message)] : [], words }
  }

  #keep({ id, hash }: Revision, files: ReadonlyMap<string, Buffer>, candidate: Candidate) {
    const { way, by, rollback = null } = candidate
    return this.#steps.keep(files, { id, hash, at: this.#steps.now().toISOString(), way, by, rollback })
  }
}

const DIALPLAN_OF_OTHERS =
  'The contexts of Doorman in the running dialplan were not generated for these flow files. Calls are decided all ' +
  'the same, but the fallback may be another one, and reading a call may take longer. Run  doorman dialplan --write FILE'

interface Findings {
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

function refused(problems: readonly Problem[], warnings: readonly Problem[] = []): ReloadResult {
  return { ok: false, problems, warnings }
}

/** A problem of the candidate as a whole stands at the head of its file, where it has no place of its own. */
function problem(message: string, { line, column } = { line: 1, column: 1 }): Problem {
  return { file: 'routing.yaml', line, column, message }
}

function percent(share: number): string {
  return `${Math.round(share * 10_000) / 100} %`
}
