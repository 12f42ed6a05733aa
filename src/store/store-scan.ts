import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RevisionEntry, RevisionFile } from '../revisions/entry.js'
import type { Blobs } from './blobs.js'
import { isUnfinished } from './durable-file.js'
import { numberOfName, parseEntry } from './entry-file.js'
import { codeOf, storeError } from './store-error.js'

/** What is in a folder of entries. */
export interface Scan {
  /** Ascending; each can be brought back, with all its files. */
  readonly entries: readonly RevisionEntry[]
  /** A sentence for each file that was passed over. */
  readonly problems: readonly string[]
  /** The highest number that any file is called by, whatever it holds; 0 where there is none. */
  readonly highest: number
}

export const NOTHING: Scan = Object.freeze({ entries: [], problems: [], highest: 0 })

/**
 * Looks at every file of the folder; a folder that is not there yet is an empty one.
 * @throws StoreError where it cannot be read. That is not the same as empty: what seems to be named by no
 * entry is thrown away.
 */
export async function scan(folder: string, blobs: Blobs): Promise<Scan> {
  const names = (await namesIn(folder)).filter((name) => !isUnfinished(name))
  const found = await Promise.all(names.map((name) => entryAt(folder, name, blobs)))
  const entries = found.filter((one) => typeof one === 'object').sort((a, b) => a.number - b.number)
  const problems = found.filter((one) => typeof one === 'string').sort()
  const highest = names.reduce((most, name) => Math.max(most, numberOfName(name) ?? 0), 0)
  return Object.freeze({ entries: Object.freeze(entries), problems: Object.freeze(problems), highest })
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw storeError('read', folder, error)
  }
}

/** The entry, or why it was passed over; undefined where a running Doorman dropped it just now. */
async function entryAt(
  folder: string,
  name: string,
  blobs: Blobs,
): Promise<RevisionEntry | string | undefined> {
  const path = join(folder, name)
  const number = numberOfName(name)
  if (number === undefined) return `${path} is no revision and was passed over.`
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw storeError('read', path, error)
  })
  if (text === undefined) return undefined
  const entry = parseEntry(text, number)
  if (typeof entry === 'string') return `${path} is torn or foreign and was passed over (${entry}).`
  const missing = await missingFile(entry.files, blobs)
  if (missing === undefined) return entry
  return `${path} was passed over: the content of its file ${missing.name} is gone or torn.`
}

async function missingFile(files: readonly RevisionFile[], blobs: Blobs): Promise<RevisionFile | undefined> {
  for (const file of files) if (!(await blobs.has(file))) return file
  return undefined
}
