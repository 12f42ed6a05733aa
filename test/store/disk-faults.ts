/**
 * A program that records calls on a small disk of its own while that is full and while it is read-only, and prints
 * what it saw as JSON. It needs a mount namespace of its own; its argument is the folder for the disk.
 */
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Store } from '../../src/store/store.js'
import { storedCall, until } from './open-store.js'

const [disk = ''] = process.argv.slice(2)
const filler = join(disk, 'filler')
const mount = (...args: string[]) => spawnSync('mount', args)
const reports: string[] = []

function open(): Store {
  return new Store({
    ...{ folder: join(disk, 'data'), keepCallsDays: 30, keepCallsMb: 64, batchMs: 5, retryMs: 50 },
    report: (_level, message, event) => reports.push(`${event}: ${message}`),
  })
}

/** Records some 1,000 calls a second; the longest time that the event loop was held up. */
async function record(store: Store, calls: number): Promise<number> {
  let longest = 0
  for (let recorded = 0; recorded < calls; ) {
    const start = performance.now()
    for (let i = 0; i < 10; i++) store.recordCall(storedCall({ record: String(recorded++).padEnd(3_000) }))
    await sleep(10)
    longest = Math.max(longest, performance.now() - start - 10)
  }
  return longest
}

async function findAll(store: Store): Promise<number> {
  return (await store.findCalls({ limit: 100_000 })).length
}

mount('-t', 'tmpfs', '-o', 'size=16m', 'none', disk)
const store = open()
await store.revisions()
// Ends when not a byte is left.
spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4k'])
const full = await record(store, 1_000)
await until(() => reports.length === 1, 'the full disk is reported')
rmSync(filler)
await until(() => reports.length === 2, 'recording goes on')
await store.flush()
const found = await findAll(store)
await store.close()

mount('-o', 'remount,ro', disk)
const second = open()
const readOnly = await record(second, 300)
await until(() => reports.length === 3, 'the read-only disk is reported')
mount('-o', 'remount,rw', disk)
await until(() => reports.length === 4, 'recording goes on')
await second.flush()
const foundThen = await findAll(second)
await second.close()
process.stdout.write(JSON.stringify({ reports, full, readOnly, found, foundThen }))
