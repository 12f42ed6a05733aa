import type { Compiled } from '../flows/compile.js'
import { FlowFilesError, formatProblem } from '../flows/problem.js'
import type { Log } from '../lib/log.js'
import type { RevisionEntry } from '../store/database.js'
import type { Store } from '../store/store.js'
import { type ActiveRevision, storeRevision } from './active.js'
import { withFilesOf } from './revision-files.js'

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
    const loaded = await withFilesOf(parts.store, last, parts.load).catch(() => undefined)
    if (loaded?.ok) {
      const message = `Revision ${last.number} (${last.id}) decides, not the flows folder: ${why}.`
      parts.log.warn(message, { event: 'not_the_folder' })
      return { revision: loaded.revision, entry: last }
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
