import type { Problem } from '../flows/problem.js'
import type { RevisionEntry } from './entry.js'
import type { Loaded } from './reload.js'
import type { Shelved } from './shelf.js'

/** What is at hand when Doorman starts. */
export interface BeginningParts {
  /** The flows folder as it is now. */
  readonly folder: Loaded
  /** The newest revision that was kept. */
  readonly last: RevisionEntry | undefined
  /** Loads a kept revision. */
  readonly loadKept: (entry: RevisionEntry) => Promise<Loaded>
  readonly keep: (
    files: ReadonlyMap<string, Buffer>,
    revision: { id: string; hash: string },
  ) => Promise<RevisionEntry | undefined>
}

/** The revision to begin with, and what the admin should know of it; or why there is none. */
export type Beginning =
  | { readonly ok: true; readonly first: Shelved; readonly notice: string | undefined }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/**
 * The flows folder, as a rule. Two exceptions, so that a restart at three in the morning changes nothing by itself:
 * after a rollback, as long as the folder is still the one that was rolled back from, the rollback stands; and a
 * folder with problems does not keep Doorman from starting where an earlier good revision is kept.
 */
export async function beginning(parts: BeginningParts): Promise<Beginning> {
  const { folder, last } = parts
  if (folder.ok) {
    const isRolledBack = last?.rollback?.insteadOf === folder.revision.hash
    if (last !== undefined && isRolledBack) {
      const kept = await withKept(
        parts,
        last,
        `it was rolled back to; the flows folder is as it was before that`,
      )
      if (kept !== undefined) return kept
    }
    const { revision, files } = folder
    const isKnown = last?.hash === revision.hash
    return {
      ok: true,
      first: { revision, entry: isKnown ? last : await parts.keep(files, revision) },
      notice: undefined,
    }
  }
  const kept = last === undefined ? undefined : await withKept(parts, last, 'the flows folder has problems')
  return kept ?? { ok: false, problems: folder.problems }
}

async function withKept(
  parts: BeginningParts,
  entry: RevisionEntry,
  why: string,
): Promise<Beginning | undefined> {
  const loaded = await parts.loadKept(entry)
  if (!loaded.ok) return undefined
  const notice = `Revision ${entry.number} (${entry.id}) decides, not the flows folder: ${why}.`
  return { ok: true, first: { revision: loaded.revision, entry }, notice }
}
