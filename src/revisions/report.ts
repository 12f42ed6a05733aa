/** What the log says of reloads. */
import { formatProblem } from '../flows/problem.js'
import type { Revision } from '../flows/revision.js'
import type { Log } from '../lib/log.js'
import type { Candidate, ReloadOptions, ReloadResult } from './candidate.js'

type ReloadLog = Pick<Log, 'error' | 'info'>

/** @param current the revision that decides after it. */
export function logReload(
  log: ReloadLog,
  { way, by, files }: ReloadOptions & { readonly way: string },
  result: ReloadResult,
  ms: number,
  current: Revision,
): void {
  const warnings = result.warnings.map(formatProblem)
  const fields = { event: 'reload', way, by: by ?? null, ms, warnings, ok: result.ok }
  if (!result.ok) {
    const problems = result.problems.map(formatProblem)
    const what = way === 'rollback' ? 'The rollback was' : `The ${files ? 'draft was' : 'flow files were'}`
    log.error(`${what} refused; revision ${current.id} still decides.`, { ...fields, problems })
  } else if (!result.changed) {
    const { revision } = result
    log.info('The flow files were read again; nothing has changed.', { ...fields, revision })
  } else {
    const { revision, number, replay } = result
    const changes = result.changes.map(({ text }) => text)
    const draft = files === undefined ? '' : ', from a draft,'
    const message = `Revision ${number ?? revision}${draft} decides from now on.`
    log.info(message, { ...fields, revision, number, changes, replay })
  }
}

/** Announces a changed flows folder that does not decide. */
export function logCandidate(log: ReloadLog, candidate: Candidate, current: Revision): void {
  const { revision, replay } = candidate
  const [problems, warnings] = [candidate.problems.map(formatProblem), candidate.warnings.map(formatProblem)]
  const changes = candidate.changes.map(({ text }) => text)
  const accepted = problems.length === 0
  const fields = { event: 'candidate', accepted, revision, problems, warnings, changes, replay }
  const still = `revision ${current.id} still decides`
  if (accepted) log.info(`The flows folder has changed: ${still} until "doorman reload".`, fields)
  else log.error(`The flows folder has changed and cannot be loaded: ${still}.`, fields)
}
