import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Compiled, compile } from '../flows/compile.js'
import type { RevisionEntry } from '../revisions/entry.js'
import type { RevisionStore } from './store.js'

/**
 * Compiles a kept revision again. Its files lie in a temporary folder meanwhile, for nobody else to read.
 * @throws StoreError where a file of it is gone or damaged.
 */
export async function compileKept(store: RevisionStore, { number }: RevisionEntry): Promise<Compiled> {
  const folder = await mkdtemp(join(tmpdir(), 'doorman-revision-'))
  try {
    await store.unpack(number, folder)
    return await compile(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A kept revision by its number, or the newest by its id, or by how the id begins. */
export function findKept(store: RevisionStore, named: string): RevisionEntry | undefined {
  const entries = store.entries()
  const byNumber = entries.find(({ number }) => String(number) === named)
  const beginning = (id: string) => named.length >= 4 && id.startsWith(named)
  return byNumber ?? store.find(named) ?? entries.findLast(({ hash }) => beginning(hash))
}
