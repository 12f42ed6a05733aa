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
