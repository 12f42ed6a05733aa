import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from '@jest/globals'
import type { CallerUpdate } from '../../src/store/callers.js'
import { openNumberHash, readNumberHash } from '../../src/store/number-hash.js'
import { StoreReader } from '../../src/store/store.js'
import { until } from '../support/until.js'
import { fail, inDataFolder, inStore, storedCall, withStore } from './open-store.js'

const ANN = '+15550001001'
const BOB = '+15550001002'

function update(parts: Partial<CallerUpdate> = {}): CallerUpdate {
  return {
    caller: ANN,
    at: Date.now(),
    forMs: 60_000,
    call: '1.1',
    values: { agent: 'secret-agent' },
    ...parts,
  }
}

/** The files of a data folder that hold this text. */
async function filesWith(folder: string, text: string): Promise<readonly string[]> {
  const names = await readdir(folder)
  const contents = await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')))
  return names.filter((_, at) => contents[at]?.includes(text)).sort()
}

describe('remembered callers', () => {
  test('survive a restart, and can be read by commands', () =>
    inDataFolder(async (folder) => {
      const first = update()
      const { at } = first
      await withStore(folder, async (store) => {
        store.remember(first)
        store.remember(update({ at: at + 1, call: '1.2', values: { agent: null, language: 'de' } }))
      })
      const caller = {
        ...{ at: at + 1, expires: at + 60_001, values: { language: 'de' } },
        calls: [
          [at, '1.1'],
          [at + 1, '1.2'],
        ],
      }
      expect(await new StoreReader(folder).caller([BOB, ANN])).toEqual(caller)
      expect(await new StoreReader(folder).caller([BOB])).toBeUndefined()
      await withStore(folder, async (store) => {
        const [row] = await store.callers(0)
        expect(JSON.parse(row?.memory ?? '')).toEqual(caller)
      })
    }))

  test('are deleted when their time is over, also where it was shortened', () =>
    inStore(
      async (store, folder) => {
        const reader = new StoreReader(folder)
        store.remember(update({ caller: BOB, at: Date.now() - 60_001 }))
        store.remember(update({ at: Date.now() - 10_000 }))
        await store.flush()
        await until(async () => (await reader.caller([BOB])) === undefined, 'the first is deleted')
        expect(await reader.caller([ANN])).toBeDefined()
        await store.limitCallers(9_000)
        await until(async () => (await reader.caller([ANN])) === undefined, 'the second is deleted')
      },
      { upkeepMs: 10 },
    ))

  test.each(['{"at": 1, "expi', 'null', '{}', '{"at": 1, "expires": 1e15, "values": {}, "cblls": []}'])(
    'are not where a failing disk made %j of the row, and are again after the next call',
    (damaged) =>
      inStore(async (store, folder) => {
        const reader = new StoreReader(folder)
        store.remember(update())
        await store.flush()
        const db = new DatabaseSync(join(folder, 'doorman.db'))
        db.prepare('UPDATE callers SET memory = ?').run(damaged)
        db.close()
        expect(await reader.caller([ANN])).toBeUndefined()
        await store.limitCallers(1_000)
        store.recordCall(storedCall())
        store.remember(update({ values: { language: 'de' } }))
        await store.flush()
        expect(await store.findCalls({ limit: 9 })).toHaveLength(1)
        expect((await reader.caller([ANN]))?.values).toEqual({ language: 'de' })
        expect(store.health).toMatchObject({ queued: 0, failures: 0, dropped: 0 })
      }),
  )

  test('are remembered where no calls are recorded', () =>
    inStore(
      async (store, folder) => {
        store.recordCall(storedCall())
        store.remember(update())
        await store.flush()
        expect(await new StoreReader(folder).caller([ANN])).toBeDefined()
        expect(await store.findCalls({ limit: 1 })).toEqual([])
      },
      { keepCallsDays: 0 },
    ))
})

describe('a caller who is forgotten', () => {
  test('is in no byte of the data folder any more, while the others are', () =>
    inStore(async (store, folder) => {
      const long = (caller: string) => ({ caller, record: `${caller} ${`secret of ${caller} `.repeat(600)}` })
      for (let n = 0; n < 300; n++) {
        store.recordCall(storedCall({ ...long(n % 3 === 0 ? ANN : BOB), channelId: `${n}` }))
        store.remember(
          update({ caller: n % 3 === 0 ? ANN : BOB, call: `${n}`, values: { agent: `agent of ${ANN}` } }),
        )
        if (n % 50 === 0) await store.flush()
      }
      store.remember(update({ caller: BOB, values: { agent: 'bob' } }))
      await store.flush()
      expect(await filesWith(folder, ANN)).toEqual(expect.arrayContaining(['doorman.db-wal']))

      // What still waits to be written is deleted, too.
      store.recordCall(storedCall(long(ANN)))
      expect(await store.forget([ANN])).toEqual({ memory: true, calls: 101, greetings: [], isErased: true })
      // Pages were split and joined while these rows came.
      expect(await filesWith(folder, ANN)).toEqual([])
      expect(await filesWith(folder, `secret of ${BOB}`)).toEqual(['doorman.db'])
      expect(await store.forget([ANN])).toEqual({ memory: false, calls: 0, greetings: [], isErased: true })
    }))

  test('leaves the greetings that another caller heard, too', () =>
    inStore(async (store) => {
      const heard = (caller: string, file: string) =>
        store.recordCall(storedCall({ caller, record: JSON.stringify({ greeting: { file } }) }))
      for (const [caller, file] of [
        [ANN, '/greetings/ann'],
        [ANN, '/greetings/ann'],
        [ANN, '/greetings/all'],
        [BOB, '/greetings/all'],
      ] as const)
        heard(caller, file)
      store.recordCall(storedCall({ caller: ANN, record: 'torn' }))
      expect(await store.forget([ANN])).toMatchObject({ calls: 4, greetings: ['/greetings/ann'] })
    }))

  test('may stay in the write-ahead log while a reader holds it, which is said', () =>
    inStore(async (store, folder) => {
      store.recordCall(storedCall({ caller: ANN }))
      await store.flush()
      const reader = new DatabaseSync(join(folder, 'doorman.db'), { readOnly: true })
      reader.exec('BEGIN')
      reader.prepare('SELECT count(*) FROM calls').get()
      expect(await store.forget([ANN])).toMatchObject({ calls: 1, isErased: false })
      reader.close()
      expect(await store.forget([ANN])).toMatchObject({ calls: 0, isErased: true })
      expect(await filesWith(folder, ANN)).toEqual([])
    }))
})

describe('the keyed hash of a number', () => {
  test('is the same after a restart and another one in another folder, and its key is private', () =>
    inDataFolder(async (folder) => {
      const data = join(folder, 'new')
      expect(await readNumberHash(data)).toBeUndefined()
      const hashed = (await openNumberHash(data, fail))(ANN)
      expect(hashed).toMatch(/^@[a-z]{15}$/)
      expect((await openNumberHash(data, fail))(ANN)).toBe(hashed)
      expect((await readNumberHash(data))?.(BOB)).not.toBe(hashed)
      expect((await stat(join(data, 'number.key'))).mode & 0o777).toBe(0o600)
      const failures: string[] = []
      const elsewhere = await openNumberHash(join(data, 'number.key', 'x'), (why) => failures.push(why))
      expect(elsewhere(ANN)).not.toBe(hashed)
      expect(failures).toEqual([expect.stringMatching(/^The key of the numbers in .* cannot be used/)])
      await rm(join(data, 'number.key'))
      expect((await openNumberHash(data, fail))(ANN)).not.toBe(hashed)
    }))
})
