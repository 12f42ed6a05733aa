import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileName, fileNameProblem } from '../flows/source.js'
import type { NewRevision, StoredRevision } from '../store/database.js'
import type { StoreReads } from '../store/store.js'

/** How a revision came to decide calls. */
export type Way = 'start' | 'files' | 'signal' | 'command' | 'http' | 'rollback'

/** A revision that decided calls, as it is stored. */
export interface RevisionEntry {
  /** Counts from 1; no number is used twice in one data folder. */
  readonly number: number
  /** `Revision.id`: what `DOORMAN_REVISION` and the decision records say. */
  readonly id: string
  /** `Revision.hash` */
  readonly hash: string
  /** ISO 8601 */
  readonly at: string
  readonly way: Way
  /** The user who asked for it, where that is known. */
  readonly by: string | null
  /** For a rollback: the number that was brought back, and the hash of the flows folder that it stands in for. */
  readonly rollback: { readonly of: number; readonly insteadOf: string } | null
  /** How many files it has. */
  readonly files: number
}

export type NewEntry = Omit<RevisionEntry, 'number' | 'files'>

/** The stored revisions, ascending by number. @throws StoreError */
export async function storedRevisions(
  store: Pick<StoreReads, 'revisions'>,
): Promise<readonly RevisionEntry[]> {
  return (await store.revisions()).map(entryOf)
}

export function entryOf({ rollbackOf, insteadOf, way, ...stored }: StoredRevision): RevisionEntry {
  const rollback = rollbackOf === null ? null : { of: rollbackOf, insteadOf: insteadOf ?? '' }
  return { ...stored, way: way as Way, rollback }
}

export function toStore({ rollback, ...entry }: NewEntry): NewRevision {
  return { ...entry, rollbackOf: rollback?.of ?? null, insteadOf: rollback?.insteadOf ?? null }
}

/** An entry by its number, or the newest one by its id or the first four or more characters of its hash. */
export function findEntry(entries: readonly RevisionEntry[], named: string): RevisionEntry | undefined {
  const byNumber = entries.find(({ number }) => String(number) === named)
  const startsWith = (hash: string) => named.length >= 4 && hash.startsWith(named)
  return byNumber ?? entries.findLast(({ id, hash }) => id === named || startsWith(hash))
}

/** Does something with the files of a stored revision, which are in a temporary folder meanwhile. */
export async function withFilesOf<T>(
  store: Pick<StoreReads, 'files'>,
  { number }: RevisionEntry,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const files = await store.files(number)
  const folder = await mkdtemp(join(tmpdir(), 'doorman-revision-'))
  try {
    for (const [name, content] of files) await writeInside(folder, name, content)
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** No name leads out of the folder, whoever wrote the database. */
async function writeInside(folder: string, name: string, content: Buffer): Promise<void> {
  const isPlain = name !== '' && fileName(name) === name && fileNameProblem(name) === undefined
  if (!isPlain) throw new Error(`The revision cannot be unpacked: "${name}" is not a file name.`)
  await mkdir(dirname(join(folder, name)), { recursive: true, mode: 0o700 })
  await writeFile(join(folder, name), content, { mode: 0o600, flag: 'wx' })
}
