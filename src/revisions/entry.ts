/** How a revision came to decide calls. */
export const WAYS = ['start', 'files', 'signal', 'command', 'http', 'rollback'] as const
export type Way = (typeof WAYS)[number]

/** One file of a revision, by its content. */
export interface RevisionFile {
  /** Path relative to the flows folder. */
  readonly name: string
  /** SHA-256 of its content, in hexadecimal. */
  readonly sha256: string
  readonly bytes: number
}

/** One revision that decided calls, as it is kept. */
export interface RevisionEntry {
  /** Counts from 1 and never comes twice in one data folder. */
  readonly number: number
  /** `Revision.id`: what `DOORMAN_REVISION` and the decision records say. */
  readonly id: string
  /** `Revision.hash`. */
  readonly hash: string
  /** ISO 8601. */
  readonly at: string
  readonly way: Way
  /** Who asked for it, where that is known: a user's name, say. */
  readonly by: string | null
  /** For a rollback: the number that was brought back, and the hash of the flows folder it stands in for. */
  readonly rollback: { readonly of: number; readonly insteadOf: string } | null
  readonly files: readonly RevisionFile[]
}
