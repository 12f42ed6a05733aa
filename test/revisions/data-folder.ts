import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RevisionEntry } from '../../src/revisions/entry.js'

/** A data folder for as long as `use` takes. */
export async function inDataFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'doorman-data-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export function filesOf(files: Readonly<Record<string, string>>): ReadonlyMap<string, Buffer> {
  return new Map(Object.entries(files).map(([name, content]) => [name, Buffer.from(content)]))
}

/** What the store is told of a revision, beside its files. */
export function told(id: string): Omit<RevisionEntry, 'number' | 'files'> {
  const at = '2026-05-01T08:00:00.000Z'
  return { id, hash: id.padEnd(64, '0'), at, way: 'files', by: null, rollback: null }
}
