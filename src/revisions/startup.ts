import type { CompiledFiles } from '../flows/compile.js'
import type { Problem } from '../flows/problem.js'
import type { RevisionEntry } from '../store/database.js'
import type { ActiveRevision } from './active.js'

export interface StartupSteps {
  /** The flows folder as it is now, loaded. */
  readonly folder: CompiledFiles
  /** The newest stored revision. */
  readonly last: RevisionEntry | undefined
  /** Loads a stored revision. May reject, for example where the database is damaged. */
  loadStored(entry: RevisionEntry): Promise<CompiledFiles>
  /** Stores the flows folder; undefined where that failed. */
  store(folder: CompiledFiles & { ok: true }): Promise<RevisionEntry | undefined>
}

/** The revision to start with, and why it is not the flows folder where it is not; or why there is none. */
export type Startup =
  | { readonly ok: true; readonly first: ActiveRevision; readonly notice: string | undefined }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/**
 * The flows folder, with two exceptions, so that a restart at night changes nothing by itself: a rollback stays in
 * effect while the folder is still the one that was rolled back from, and a folder with problems does not stop a
 * start where the database has an earlier revision.
 */
export async function firstRevision(steps: StartupSteps): Promise<Startup> {
  const { folder, last } = steps
  if (!folder.ok) {
    const stored = await fromDatabase(steps, 'the flows folder has problems')
    return stored ?? { ok: false, problems: folder.problems }
  }
  const { revision } = folder
  if (last?.rollback?.insteadOf === revision.hash) {
    const stored = await fromDatabase(
      steps,
      'it was rolled back to, and the flows folder has not changed since',
    )
    if (stored !== undefined) return stored
  }
  const entry = last?.hash === revision.hash ? last : await steps.store(folder)
  return { ok: true, first: { revision, entry }, notice: undefined }
}

async function fromDatabase({ last, loadStored }: StartupSteps, why: string): Promise<Startup | undefined> {
  const loaded = last && (await loadStored(last).catch(() => undefined))
  if (!loaded?.ok) return undefined
  const notice = `Revision ${last?.number} (${last?.id}) decides, not the flows folder: ${why}.`
  return { ok: true, first: { revision: loaded.revision, entry: last }, notice }
}
