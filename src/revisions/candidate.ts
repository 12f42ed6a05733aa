import { type Compiled, ROUTING_FILE } from '../flows/compile.js'
import { formatProblem, type Position, type Problem } from '../flows/problem.js'
import type { Revision } from '../flows/revision.js'
import type { Log } from '../lib/log.js'
import { formatShare } from '../lib/units.js'
import type { Flow } from '../routing/types.js'
import { type Change, diffRevisions } from './diff.js'
import type { FlowFiles } from './revision-files.js'

/** Flow files other than those of the current revision, and what a reload makes of them. */
export interface Candidate {
  /** The id of their revision; null where they cannot be compiled. */
  readonly revision: string | null
  /** Why a reload refuses them; empty where it takes them. */
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
  /** What is other than in the current revision. */
  readonly changes: readonly Change[]
  /** What the replay of recorded calls showed, where a limit asks for it. */
  readonly replay: string | null
}

export type ReloadResult =
  | ({
      readonly ok: true
      /** False where the files are those of the current revision. */
      readonly changed: boolean
      readonly number: number | null
      /** For a rollback: the number of the revision that is back. */
      readonly rollbackOf: number | null
    } & Omit<Candidate, 'problems'>)
  /** `isOutdated` where another revision is active than was expected. */
  | ({ readonly ok: false; readonly isOutdated?: true } & Candidate)

/** The codes of problems and warnings that a reload adds to those of the flow files, with what each means. */
export const RELOAD_CODES = {
  'reload.dialplan': 'Warning: the running dialplan was generated for other flow files.',
  'reload.failed': 'The reload failed for a reason that lies outside of the flow files.',
  'reload.location': 'A flow leads to a context or an extension that the running dialplan does not have.',
  'reload.max_change':
    'More recorded calls would go to another flow than `--max-change` or `DOORMAN_MAX_CHANGE` allows.',
  'reload.not_stored': 'The revision to roll back to is not in the database.',
  'reload.pbx': 'Warning: Asterisk could not be asked for the locations of the flows.',
} as const

/** The changed flows folder, while it does not decide calls: it was refused, or DOORMAN_RELOAD is manual. */
export interface WaitingCandidate extends Candidate {
  /** Since when, in ISO 8601. */
  readonly at: string
}

export interface ReloadOptions {
  /** The id of the revision that has to be active when the request is handled, not only when it is queued. */
  readonly expected?: string | undefined
  /** The user who asks, where that is known. */
  readonly by?: string | undefined
  /** The files of a draft, which take the place of the flows folder until that changes. */
  readonly files?: FlowFiles | undefined
  /** Accept flows whose location the running dialplan does not have; their calls take the fallback. */
  readonly allowMissingContexts?: boolean | undefined
  /** The largest share of recorded calls that may go to another flow, from 0 to 1. */
  readonly maxChange?: number | undefined
}

/** What the running PBX and the recorded calls say about a candidate. */
export interface CandidateChecks {
  /** Which of these flows lead to a location that the running dialplan does not have. */
  missingLocations(flows: readonly Flow[]): Promise<readonly Flow[]>
  /** Whether the generated contexts that run were made from this revision. */
  isDialplanCurrent(revision: Revision): Promise<boolean>
  /** Decides recorded calls by both: the share that the candidate would move, and that as a sentence. */
  replay(
    candidate: Revision,
    current: Revision,
  ): Promise<{ readonly share: number; readonly summary: string }>
}

/** Checks flow files that were loaded against the PBX and the recorded calls, and changes nothing. */
export async function checkCandidate(
  loaded: Compiled,
  current: Revision,
  checks: CandidateChecks,
  { allowMissingContexts = false, maxChange }: Pick<ReloadOptions, 'allowMissingContexts' | 'maxChange'>,
): Promise<Candidate> {
  if (!loaded.ok) return unusable(loaded.problems, loaded.warnings)
  const { revision } = loaded
  const problems: Problem[] = []
  const warnings = [...loaded.warnings]
  const missing = allowMissingContexts ? warnings : problems
  try {
    for (const flow of await checks.missingLocations([...revision.routing.flows.values()]))
      missing.push(problem('reload.location', missingLocation(flow), revision.contexts.get(flow.context)))
  } catch (error) {
    const message = `The PBX could not be asked for the locations of the flows: ${errorMessage(error)}`
    warnings.push(problem('reload.pbx', message))
  }
  // Contexts that were generated for other flow files do no harm: what they do not pass is read over ARI.
  if (!(await checks.isDialplanCurrent(revision).catch(() => true)))
    warnings.push(problem('reload.dialplan', OTHER_DIALPLAN))
  const replayed = maxChange === undefined ? undefined : await checks.replay(revision, current)
  if (replayed !== undefined && maxChange !== undefined && replayed.share > maxChange) {
    const share = `That is ${formatShare(replayed.share)}, and at most ${formatShare(maxChange)} may change`
    const next = 'If it is meant, allow it by --max-change 100%'
    problems.push(problem('reload.max_change', `${replayed.summary}. ${share}. ${next}`))
  }
  const changes = await diffRevisions(current, revision)
  return { revision: revision.id, problems, warnings, changes, replay: replayed?.summary ?? null }
}

/** What cannot be compiled, or not be found. */
export function unusable(problems: readonly Problem[], warnings: readonly Problem[] = []): Candidate {
  return { revision: null, problems, warnings, changes: [], replay: null }
}

const OTHER_DIALPLAN =
  'The contexts of Doorman in the running dialplan were not generated for these flow files. Calls are decided all ' +
  'the same, but the fallback may be another one, and reading a call may take longer. Run  doorman dialplan --write'

function missingLocation({ name, context, extension, priority }: Flow): string {
  const inIt = extension === 'dialled' ? '' : ` with extension ${extension}, priority ${priority}`
  return `The running dialplan has no [${context}]${inIt}, where flow ${name} leads.`
}

/** Without a position it is one of the reload as a whole, and in no file. */
export function problem(code: keyof typeof RELOAD_CODES, message: string, position?: Position): Problem {
  return { file: position === undefined ? '' : ROUTING_FILE, ...(position ?? NOWHERE), code, message }
}

const NOWHERE: Position = { line: 1, column: 1 }

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

type ReloadLog = Pick<Log, 'error' | 'info'>

/** @param current the revision that decides after it. */
export function logReload(
  log: ReloadLog,
  { way, by, files }: ReloadOptions & { readonly way: string },
  result: ReloadResult,
  ms: number,
  current: Revision,
): void {
  const fields = { event: 'reload', way, by: by ?? null, ms, ok: result.ok, ...fieldsOf(result) }
  if (!result.ok) {
    const what = way === 'rollback' ? 'The rollback was' : `The ${files ? 'draft was' : 'flow files were'}`
    log.error(`${what} refused; revision ${current.id} still decides.`, fields)
  } else if (!result.changed) log.info('The flow files were read again; nothing has changed.', fields)
  else {
    const { revision, number, rollbackOf } = result
    const draft = files === undefined ? '' : ', from a draft,'
    const again = rollbackOf === null ? '' : `, which is revision ${rollbackOf} again,`
    log.info(`Revision ${number ?? revision}${draft}${again} decides from now on.`, { ...fields, number })
  }
}

/** Announces a changed flows folder that does not decide. */
export function logCandidate(log: ReloadLog, candidate: Candidate, current: Revision): void {
  const accepted = candidate.problems.length === 0
  const fields = { event: 'candidate', accepted, ...fieldsOf(candidate) }
  const still = `revision ${current.id} still decides`
  if (accepted) log.info(`The flows folder has changed: ${still} until "doorman reload".`, fields)
  else log.error(`The flows folder has changed and cannot be loaded: ${still}.`, fields)
}

function fieldsOf({ revision, warnings, changes, replay, ...rest }: ReloadResult | Candidate) {
  return {
    ...{ revision, replay, warnings: warnings.map(formatProblem), changes: changes.map(({ text }) => text) },
    problems: 'problems' in rest ? rest.problems.map(formatProblem) : [],
  }
}
