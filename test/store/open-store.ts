import { setTimeout as sleep } from 'node:timers/promises'
import type { NewRevision, StoredCall } from '../../src/store/queries.js'
import { Store, type StoreOptions } from '../../src/store/store.js'
import { inFolder } from '../flows/temp-folder.js'

/** A data folder for as long as `use` takes. */
export function inDataFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  return inFolder({}, use)
}

/** For what must not fail. */
export function fail(why: string): never {
  throw new Error(why)
}

/** A running store that is closed afterwards, and what it reported. */
export async function withStore<T>(
  folder: string,
  use: (store: Store, reports: readonly string[]) => Promise<T>,
  options: Partial<StoreOptions> = {},
): Promise<T> {
  const reports: string[] = []
  const store = new Store({
    ...{ folder, keepCallsDays: 30, keepCallsMb: 64, batchMs: 1, retryMs: 20 },
    report: (_level, message, event) => reports.push(`${event}: ${message}`),
    ...options,
  })
  try {
    return await use(store, reports)
  } finally {
    await store.close()
  }
}

/** The same in a data folder of its own. */
export function inStore(
  use: (store: Store, folder: string, reports: readonly string[]) => Promise<void>,
  options: Partial<StoreOptions> = {},
): Promise<void> {
  return inDataFolder((folder) => withStore(folder, (store, reports) => use(store, folder, reports), options))
}

/** Records some 1,000 calls a second; how long, in milliseconds, the event loop was held up at most. */
export async function recordMany(store: Store, calls: number): Promise<number> {
  let longest = 0
  for (let recorded = 0; recorded < calls; ) {
    const start = performance.now()
    for (let i = 0; i < 10; i++) store.recordCall(storedCall({ record: String(recorded++).padEnd(3_000) }))
    await sleep(10)
    longest = Math.max(longest, performance.now() - start - 10)
  }
  return longest
}

export function filesOf(files: Readonly<Record<string, string>>): ReadonlyMap<string, Buffer> {
  return new Map(Object.entries(files).map(([name, content]) => [name, Buffer.from(content)]))
}

export function newRevision(id: string, parts: Partial<NewRevision> = {}): NewRevision {
  const at = '2026-05-01T08:00:00.000Z'
  return {
    id,
    hash: id.padEnd(64, '0'),
    at,
    way: 'files',
    by: null,
    rollbackOf: null,
    insteadOf: null,
    ...parts,
  }
}

export function storedCall(parts: Partial<StoredCall> = {}): StoredCall {
  return {
    ...{ at: Date.now(), channelId: '1.1', sipCallId: 'a@example.com' },
    ...{ caller: '+15550000001', callee: '+15557654321', rule: 'All', flow: 'main', outcome: 'routed' },
    record: '{}',
    ...parts,
  }
}
