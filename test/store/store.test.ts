import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { type CallQuery, KEPT_REVISIONS } from '../../src/store/queries.js'
import { type Store, StoreReader } from '../../src/store/store.js'
import { storeError } from '../../src/store/store-error.js'
import { until } from '../support/until.js'
import {
  filesOf,
  inDataFolder,
  inStore,
  newRevision,
  recordMany,
  storedCall,
  withStore,
} from './open-store.js'

const FILES = filesOf({ 'routing.yaml': 'otherwise: main\n', 'lists/vips.csv': '+15551234567\n' })
const database = (folder: string) => join(folder, 'doorman.db')
const ids = async (store: Pick<Store, 'findCalls'>, query: Partial<CallQuery> = {}) =>
  (await store.findCalls({ limit: 10_000, ...query })).map(({ record }) => record)

describe('stored overrides', () => {
  const office = { name: 'office', open: false, since: 1, until: 2, by: 'ann', why: 'fire drill' }
  const shop = { ...office, name: 'shop', open: true }

  test('survive a restart, and are replaced as a whole', () =>
    inDataFolder(async (folder) => {
      await withStore(folder, (store) => store.saveOverrides([shop, office]))
      await withStore(folder, async (store) => {
        expect(await store.overrides()).toEqual([office, shop])
        await store.saveOverrides([shop])
      })
      expect(await new StoreReader(folder).overrides()).toEqual([shop])
    }))

  test('are none in a database that an older Doorman still writes', () =>
    inStore(async (store, folder) => {
      await store.saveOverrides([office])
      const db = new DatabaseSync(database(folder))
      db.exec('DROP TABLE overrides')
      db.close()
      expect(await new StoreReader(folder).overrides()).toEqual([])
    }))
})

describe('stored revisions', () => {
  test('a data folder without a database has none, and reading it creates nothing', () =>
    inDataFolder(async (folder) => {
      const reader = new StoreReader(folder)
      expect(await reader.revisions()).toEqual([])
      expect(await reader.findCalls({ limit: 1 })).toEqual([])
      expect(await readdir(folder)).toEqual([])
    }))

  test('survive a restart with their files, and can be read while Doorman runs and when it is stopped', () =>
    inDataFolder(async (folder) => {
      const given = newRevision('aaa', { by: 'ann', way: 'rollback', rollbackOf: 3, insteadOf: 'ff' })
      const reader = new StoreReader(folder)
      const check = async (store: Pick<Store, 'revisions' | 'files'>) => {
        expect(await store.revisions()).toEqual([{ ...given, number: 1, files: 2 }])
        expect(await store.files(1)).toEqual(FILES)
      }
      await withStore(folder, async (store) => {
        expect(await store.addRevision(given, FILES)).toEqual({ ...given, number: 1, files: 2 })
        await check(store)
        await check(reader)
      })
      await check(reader)
      await withStore(folder, check)
    }))

  test(`are the last ${KEPT_REVISIONS}, and a content that several have is stored once`, () =>
    inStore(async (store, folder) => {
      for (let i = 1; i <= KEPT_REVISIONS + 3; i++) {
        const files = filesOf({ 'routing.yaml': `# ${i}`, 'vips.csv': '1' })
        await store.addRevision(newRevision(`id${i}`), files)
      }
      const expected = Array.from({ length: KEPT_REVISIONS }, (_, i) => i + 4)
      expect((await store.revisions()).map(({ number }) => number)).toEqual(expected)
      await expect(store.files(3)).rejects.toMatchObject({ fault: 'missing' })
      const db = new DatabaseSync(database(folder), { readOnly: true })
      expect(db.prepare('SELECT count(*) AS n FROM blobs').get()).toEqual({ n: KEPT_REVISIONS + 1 })
      db.close()
    }))

  test('never get a number twice, also when the database is deleted', () =>
    inStore(async (store, folder) => {
      await store.addRevision(newRevision('a'), FILES)
      await store.addRevision(newRevision('b'), FILES)
      await rm(database(folder))
      expect((await store.addRevision(newRevision('c'), FILES)).number).toBe(3)
    }))

  test('are for no other user to read', () =>
    inDataFolder(async (folder) => {
      const data = join(folder, 'new', 'data')
      await withStore(data, async (store) => {
        await store.addRevision(newRevision('a'), FILES)
        const mode = async (path: string) => (await stat(path)).mode & 0o777
        expect(await mode(data)).toBe(0o700)
        const names = await readdir(data)
        expect(names).toEqual(expect.arrayContaining(['doorman.db', 'doorman.db-wal', 'doorman.lock']))
        for (const name of names) expect([name, await mode(join(data, name))]).toEqual([name, 0o600])
      })
    }))
})

describe('recorded calls', () => {
  test('are found by each of their properties, newest first', () =>
    inStore(async (store, folder) => {
      const now = Date.now()
      store.recordCall(storedCall({ record: '1', at: now - 5_000, channelId: 'c1', sipCallId: 's1' }))
      store.recordCall(storedCall({ record: '2', at: now - 3_000, caller: '+1', callee: '+2' }))
      store.recordCall(storedCall({ record: '3', at: now, rule: null, flow: 'sales', outcome: 'hung_up' }))
      await store.flush()
      const [newest] = await store.findCalls({ limit: 1 })
      const queries: readonly (readonly [Partial<CallQuery>, readonly string[]])[] = [
        [{}, ['3', '2', '1']],
        [{ limit: 2 }, ['3', '2']],
        [{ since: now - 4_000 }, ['3', '2']],
        [{ channelId: 'c1' }, ['1']],
        [{ sipCallId: 's1' }, ['1']],
        [{ caller: '+1' }, ['2']],
        [{ callee: '+2', flow: 'main' }, ['2']],
        [{ rule: null }, ['3']],
        [{ flow: 'sales', outcome: 'hung_up' }, ['3']],
        [{ flow: 'sales', outcome: 'routed' }, []],
        [{ before: newest?.id ?? 0 }, ['2', '1']],
      ]
      for (const reads of [store, new StoreReader(folder)]) {
        for (const [query, found] of queries) expect([query, await ids(reads, query)]).toEqual([query, found])
      }
    }))

  test('say who called last, each once', () =>
    inStore(async (store) => {
      for (const caller of ['+1', '+2', '+1', '+3']) store.recordCall(storedCall({ caller }))
      await store.flush()
      expect(await store.recentCallers(10)).toEqual(['+3', '+1', '+2'])
      expect(await store.recentCallers(2)).toEqual(['+3', '+1'])
    }))

  test('are written without being asked, and those that wait when Doorman stops', () =>
    inDataFolder(async (folder) => {
      const reader = new StoreReader(folder)
      await withStore(folder, async (store) => {
        store.recordCall(storedCall({ record: 'first' }))
        await until(async () => (await ids(reader)).length === 1, 'the first call')
      })
      const record = async (store: Store) => store.recordCall(storedCall({ record: 'last' }))
      await withStore(folder, record, { batchMs: 60_000 })
      expect(await ids(reader)).toEqual(['last', 'first'])
    }))

  test('are deleted when they are too old, at the start and while Doorman runs', () =>
    inStore(
      async (store) => {
        const days = (count: number) => Date.now() - count * 86_400_000
        for (const age of [29.9, 30.1, 90]) store.recordCall(storedCall({ at: days(age), record: `${age}` }))
        await store.flush()
        await until(async () => (await ids(store)).length === 1, 'two are deleted')
        expect(await ids(store)).toEqual(['29.9'])
      },
      { upkeepMs: 10 },
    ))

  test('take no more than their share of the disk, also while they come fast', () =>
    inStore(
      async (store, folder) => {
        const record = 'x'.repeat(4_000)
        for (let burst = 0; burst < 20; burst++) {
          for (let i = 0; i < 100; i++) store.recordCall(storedCall({ channelId: `${burst}.${i}`, record }))
          await store.flush()
          await sleep(20)
        }
        await until(async () => (await ids(store)).length < 250, 'the oldest are deleted')
        expect(await ids(store, { channelId: '19.99' })).toHaveLength(1)
        expect(await ids(store, { channelId: '0.0' })).toHaveLength(0)
        const size = async () => (await stat(database(folder))).size
        await until(async () => (await size()) < 3 * 1_048_576, 'the file stays small')
      },
      { keepCallsMb: 1, upkeepMs: 5 },
    ))

  test('are written although the database refuses one of them, which is dropped and counted', () =>
    inStore(async (store) => {
      const refused = [{ flow: null }, { caller: {} }, { at: 'today' }] as object[]
      for (const [i, parts] of refused.entries()) {
        store.recordCall(storedCall({ record: `${i}` }))
        store.recordCall(storedCall(parts))
      }
      store.remember({ caller: '+1', at: Number.NaN, forMs: 1, call: undefined, values: {} })
      store.audit({ at: 1, who: 'ann', event: 'reload', what: 'last' })
      await store.flush()
      expect(await ids(store)).toEqual(['2', '1', '0'])
      expect(await store.changes(9, 9)).toHaveLength(1)
      expect(store.health).toMatchObject({ isUp: true, queued: 0, dropped: 4 })
    }))

  test('are not written where 0 days are kept, and those from before are deleted', () =>
    inDataFolder(async (folder) => {
      await withStore(folder, async (store) => store.recordCall(storedCall()))
      const deleted = async (store: Store) => {
        store.recordCall(storedCall())
        await store.revisions()
        await until(async () => (await ids(store)).length === 0, 'all are deleted')
      }
      await withStore(folder, deleted, { keepCallsDays: 0, upkeepMs: 10 })
    }))
})

describe('the audit list', () => {
  const entry = (days: number) => ({
    ...{ at: Date.now() - days * 86_400_000, who: 'ann', event: 'reload', what: `${days} days ago` },
  })
  const left = async (store: Store) => (await store.changes(99, 10)).map(({ id, what }) => `${id} ${what}`)

  // Where no calls are kept, changes are for 30 days.
  test.each([
    [30, ['2 29 days ago']],
    [90, ['3 31 days ago', '2 29 days ago']],
    [0, ['2 29 days ago']],
  ])('is kept as long as calls are, here for %d days', (keepCallsDays, kept) =>
    inStore(
      async (store) => {
        for (const days of [91, 29, 31]) store.audit(entry(days))
        await store.flush()
        await until(async () => (await left(store)).length === kept.length, 'the old ones are deleted')
        expect(await left(store)).toEqual(kept)
      },
      { upkeepMs: 10, keepCallsDays },
    ),
  )
})

describe('a damaged database', () => {
  async function flipMiddle(path: string): Promise<void> {
    const content = await readFile(path)
    const third = Math.floor(content.length / 3)
    for (let at = third; at < 2 * third; at++) content[at] = 255 - (content[at] ?? 0)
    await writeFile(path, content)
  }

  const damages: readonly (readonly [string, (path: string) => Promise<void>])[] = [
    ['text', (path) => writeFile(path, 'not a database at all, but a text of some length'.repeat(100))],
    ['truncated', async (path) => truncate(path, (await stat(path)).size / 2)],
    ['flipped in the middle', flipMiddle],
  ]

  /** A data folder whose database has one revision and 500 calls. */
  const inFilled = (use: (folder: string) => Promise<void>) =>
    inDataFolder(async (folder) => {
      await withStore(folder, async (store) => {
        await store.addRevision(newRevision('a'), FILES)
        for (let i = 0; i < 500; i++) store.recordCall(storedCall({ channelId: `${i}`, caller: `+1555${i}` }))
      })
      await use(folder)
    })

  test.each(damages)('(%s) is set aside at the start, loudly, and recording begins anew', (_what, damage) =>
    inFilled(async (folder) => {
      await damage(database(folder))
      const damaged = await readFile(database(folder))
      const begin = async (store: Store, reports: readonly string[]) => {
        await store.revisions()
        await until(() => reports.length > 0, 'the damage is reported')
        store.recordCall(storedCall({ record: 'new' }))
        await store.flush()
        expect(await ids(store)).toEqual(['new'])
        expect((await store.addRevision(newRevision('b'), FILES)).files).toBe(2)
        const said = /^store_damaged: .*doorman\.db.* is damaged.* renamed/
        expect(reports).toEqual([expect.stringMatching(said)])
      }
      await withStore(folder, begin, { upkeepMs: 10 })
      const [aside = ''] = (await readdir(folder)).filter((name) => name.includes('damaged'))
      expect(aside).toMatch(/^doorman\.db\.damaged-\d{8}T\d{6}Z$/)
      expect((await readFile(join(folder, aside))).includes(damaged.subarray(-64))).toBe(true)
    }),
  )

  test('that is truncated while it is open is set aside, and no call is lost after that', () =>
    inFilled((folder) =>
      withStore(folder, async (store, reports) => {
        await store.revisions()
        await truncate(database(folder), 8_192)
        for (let i = 0; i < 1_000; i++) store.recordCall(storedCall({ record: `${i}` }))
        await store.flush()
        expect(reports).toEqual([expect.stringMatching(/^store_damaged: .*it was truncated/)])
        expect(await ids(store)).toHaveLength(1_000)
      }),
    ))

  test('a content of a flow file that was changed is not handed out', () =>
    inFilled(async (folder) => {
      const content = await readFile(database(folder))
      content[content.indexOf('otherwise: main')] = 79
      await writeFile(database(folder), content)
      await expect(new StoreReader(folder).files(1)).rejects.toThrow('routing.yaml in revision 1 is damaged')
      await withStore(folder, async (store, reports) => {
        await expect(store.files(1)).rejects.toMatchObject({ fault: 'missing' })
        expect(reports).toEqual([expect.stringMatching(/^store_damaged/)])
      })
    }))

  test('one that a newer Doorman wrote is refused, and never taken for damaged', () =>
    inFilled(async (folder) => {
      const db = new DatabaseSync(database(folder))
      db.exec('PRAGMA user_version = 99; CREATE TABLE from_the_future (x)')
      db.close()
      await withStore(folder, async (store, reports) => {
        await expect(store.revisions()).rejects.toMatchObject({ fault: 'newer' })
        store.recordCall(storedCall())
        await store.flush()
        const said = /^store_newer: .*newer Doorman \(schema 99.*not recorded/
        expect(reports).toEqual([expect.stringMatching(said)])
      })
      await expect(new StoreReader(folder).revisions()).rejects.toMatchObject({ fault: 'newer' })
      expect((await readdir(folder)).filter((name) => name.includes('damaged'))).toEqual([])
      const after = new DatabaseSync(database(folder), { readOnly: true })
      expect(after.prepare('SELECT count(*) AS n FROM calls').get()).toEqual({ n: 500 })
      after.close()
    }))
})

/** A write that waited on the main thread would hold it up for two seconds; a busy machine may for a part of one. */
const HELD_UP_MS = 500

describe('a database that cannot be written', () => {
  const inTheWay: readonly (readonly [string, (path: string) => Promise<() => Promise<void>>])[] = [
    [
      'locked by another process',
      async (path) => {
        const other = new DatabaseSync(path)
        other.exec('BEGIN IMMEDIATE')
        return async () => other.close()
      },
    ],
    [
      'deleted, with a folder in its place',
      async (path) => {
        await rm(path)
        await mkdir(path)
        return () => rm(path, { recursive: true })
      },
    ],
  ]

  test.each(inTheWay)('%s: calls go on at full rate and wait in memory', (_what, block) =>
    inStore(async (store, folder, reports) => {
      await store.revisions()
      const unblock = await block(database(folder))
      expect(await recordMany(store, 500)).toBeLessThan(HELD_UP_MS)
      await until(() => reports.some((line) => /^store_unavailable/.test(line)), 'the report')
      expect(reports.join()).toContain('Calls are routed, but not recorded')
      expect(store.health).toMatchObject({ isUp: false, queued: 500 })
      expect(store.health.failures).toBeGreaterThan(0)
      await unblock()
      await until(() => reports.some((line) => /^store_restored/.test(line)), 'recording goes on')
      await store.flush()
      expect(await ids(store)).toHaveLength(500)
      expect(store.health).toMatchObject({ isUp: true, queued: 0, dropped: 0 })
      expect(store.health.bytes).toBe((await stat(database(folder))).size)
    }),
  )

  test('slow: calls go on at full rate, and what exceeds the queue is dropped and counted', () =>
    inStore(
      async (store, _folder, reports) => {
        await store.revisions()
        const large = new Map([['vips.csv', Buffer.alloc(100 * 1_048_576, 'x')]])
        const added = store.addRevision(newRevision('large'), large)
        expect(await recordMany(store, 300)).toBeLessThan(HELD_UP_MS)
        await added
        await store.flush()
        expect(store.health.dropped).toBeGreaterThan(0)
        expect(await ids(store)).toHaveLength(300 - store.health.dropped)
        expect(reports[0]).toMatch(/^store_unavailable: .*does not keep up/)
      },
      { queueBytes: 100_000 },
    ))

  test('full, and read-only: calls go on at full rate, and none is lost that memory can hold', () =>
    inDataFolder(async (folder) => {
      const program = join(import.meta.dirname, 'disk-faults.js')
      const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
      const args = [...asRoot, '--mount', process.execPath, program, folder]
      const { stdout } = await promisify(execFile)('unshare', args)
      const seen = JSON.parse(stdout)
      expect(seen.reports).toEqual([
        expect.stringMatching(/^store_unavailable: .*the disk is full.*not recorded/),
        expect.stringMatching(/^store_restored: .*; 0 entries were not/),
        expect.stringMatching(/^store_unavailable: .*read-only/),
        expect.stringMatching(/^store_restored/),
      ])
      expect([seen.found, seen.foundThen]).toEqual([1_000, 1_300])
      expect(Math.max(seen.full, seen.readOnly)).toBeLessThan(HELD_UP_MS)
    }))

  test('deleted while it is open: a new one is begun, and said', () =>
    inStore(async (store, folder, reports) => {
      store.recordCall(storedCall({ record: 'before' }))
      await store.flush()
      await rm(folder, { recursive: true })
      store.recordCall(storedCall({ record: 'after' }))
      await store.flush()
      expect(await ids(new StoreReader(folder))).toEqual(['after'])
      expect(reports).toEqual([expect.stringMatching(/^store_deleted: .*was deleted or replaced/)])
    }))

  test('in use by another Doorman: the second writes nothing, names the first, and takes over from it', () =>
    inStore(async (first, folder) => {
      await first.addRevision(newRevision('a'), FILES)
      const takeOver = async (second: Store, reports: readonly string[]) => {
        second.recordCall(storedCall({ record: 'second' }))
        await until(() => reports.length > 0, 'the report')
        second.recordCall(storedCall({ record: 'exceeds the queue' }))
        const inUse = `^store_in_use: Process ${process.pid} .* uses the data folder .*not recorded`
        expect(reports[0]).toMatch(new RegExp(inUse))
        await expect(second.addRevision(newRevision('b'), FILES)).rejects.toMatchObject({ fault: 'in_use' })
        expect([await ids(first), (await first.revisions()).length]).toEqual([[], 1])
        expect([reports.length, second.health.dropped]).toEqual([1, 1])
        await first.close()
        await until(() => reports.some((line) => /^store_restored/.test(line)), 'the second takes over')
        expect(await ids(second)).toEqual(['second'])
      }
      await withStore(folder, takeOver, { queueBytes: 10 })
    }))

  test.each([
    [{ errcode: 13 }, 'the disk is full. Free some space, or set DOORMAN_DATA to a larger disk.'],
    // An extended code: SQLITE_READONLY_DIRECTORY.
    [{ errcode: 1_544 }, 'it is read-only for this user. Give the folder of DOORMAN_DATA to that user.'],
    [{ code: 'EROFS' }, 'the file system is read-only. Set DOORMAN_DATA to a folder that can be written.'],
    [{ code: 'EIO', message: 'broken' }, 'broken. Check the folder of DOORMAN_DATA.'],
  ])('is reported with the reason and what to do: %j', (cause, why) => {
    expect(storeError('data/doorman.db', cause).message).toBe(`Doorman cannot use data/doorman.db: ${why}`)
  })

  test('stopping does not wait for it for long', () =>
    inStore(async (store, folder) => {
      await store.revisions()
      const lock = new DatabaseSync(database(folder))
      lock.exec('BEGIN IMMEDIATE')
      store.recordCall(storedCall())
      const start = performance.now()
      await store.close()
      expect(performance.now() - start).toBeLessThan(5_000)
      lock.close()
    }))
})
