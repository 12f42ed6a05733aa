import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { hasNumber, rowOf } from '../../src/routing/number-table.js'
import type { TableSource } from '../../src/routing/types.js'
import { storedTables, type TableSharing, Tables, type TablesParts } from '../../src/tables/tables.js'
import { KeptLog } from '../asterisk/kept-log.js'
import { until } from '../support/until.js'

/** What the source sends; undefined while it is down. */
let sent: { readonly type: string; readonly body: string } | undefined
let asked: IncomingHttpHeaders[] = []
let server: Server
let folder: string
let opened: Tables[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'doorman-tables-'))
  asked = []
  server = createServer((request, response) => {
    asked.push(request.headers)
    if (sent === undefined) response.writeHead(503).end()
    else response.writeHead(200, { 'content-type': sent.type }).end(sent.body)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  await Promise.all(opened.map((tables) => tables.stop()))
  opened = []
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

const csv = (...lines: readonly string[]) => ({
  type: 'text/csv; charset=utf-8',
  body: `${lines.join('\n')}\n`,
})
const numbered = (count: number) =>
  csv('number', ...Array.from({ length: count }, (_, at) => `+1555${String(1_000_000 + at)}`))

function gold(change: Partial<TableSource> = {}): { readonly tables: ReadonlyMap<string, TableSource> } {
  const { port } = server.address() as AddressInfo
  const origin = { kind: 'http', url: `http://127.0.0.1:${port}/gold`, headers: {} } as const
  const rest = { key: 'k1', country: 'US', everyMs: 30, maxDrop: 0.5, loadedBy: [] }
  return { tables: new Map([['gold', { name: 'gold', origin, ...rest, ...change }]]) }
}

function tables(parts: Partial<TablesParts> = {}) {
  const log = new KeptLog()
  const made = new Tables({ folder, databases: new Map(), secrets: new Map(), log, ...parts })
  opened.push(made)
  return { tables: made, log }
}

/** What a loaded table says of a number. */
const tierOf = (all: Tables, number: string, routing = gold()) => {
  const table = all.of(routing).get('gold')
  return table === undefined ? undefined : (rowOf(table, number)?.tier ?? null)
}

const ANN = '+15551234567'

describe('a table', () => {
  test('has numbers in any form, and follows its source', async () => {
    sent = csv('name,phone,number,tier', '"O\'Hara, Ann",x,(555) 123-4567,gold')
    const changed: string[] = []
    const { tables: all, log } = tables({ changed: (name) => void changed.push(name) })
    await all.use(gold(), 10_000)
    expect(tierOf(all, ANN)).toBe('gold')
    const seen = asked.length
    await until(() => asked.length > seen + 1)
    sent = csv('name,phone,number,tier', '"O\'Hara, Ann",x,(555) 123-4567,platinum')
    await until(() => tierOf(all, ANN) === 'platinum')
    expect(changed).toEqual(['gold', 'gold'])
    expect(log.of('table_loaded')).toEqual(['Table gold has 1 number.', 'Table gold has 1 number.'])
    const [state] = all.states
    expect(state).toMatchObject({ name: 'gold', rows: 1, error: null, failures: 0 })
  })

  test.each<[string, { type: string; body: string }]>([
    ['a list of numbers', { type: 'application/json', body: `["${ANN}", 15550000001]` }],
    [
      'a list of maps',
      {
        type: 'application/vnd.crm+json',
        body: `[{"number":"${ANN}","tier":"gold"},{"number":"+15550000001"}]`,
      },
    ],
    ['plain text', { type: 'text/plain', body: `${ANN}\n+15550000001\n` }],
  ])('comes from %s', async (_what, body) => {
    sent = body
    const { tables: all } = tables()
    await all.use(gold(), 10_000)
    const table = all.of(gold()).get('gold')
    expect([ANN, '+15550000001'].map((number) => table && hasNumber(table, number))).toEqual([true, true])
  })

  test('is loaded at its new times as soon as a revision says so', async () => {
    sent = csv('number', ANN)
    const { tables: all } = tables()
    await all.use(gold({ everyMs: 3_600_000 }), 10_000)
    expect(asked).toHaveLength(1)
    await all.use(gold(), 10_000)
    await until(() => asked.length > 3)
    await all.use(gold({ everyMs: 3_600_000 }), 10_000)
    const seen = asked.length
    await sleep(200)
    expect(asked).toHaveLength(seen)
  })

  test('shares its copy with another that has the same source', async () => {
    sent = csv('number', ANN)
    const [, source] = [...gold().tables][0] ?? []
    if (source === undefined) throw new Error('There is no table.')
    const both = {
      tables: new Map(['gold', 'valued'].map((name) => [name, { ...source, name }])),
    }
    const { tables: first } = tables()
    await first.use(both, 10_000)
    await first.stop()
    sent = undefined
    const { tables: second } = tables()
    await second.use(both, 0)
    expect([...second.of(both).keys()]).toEqual(['gold', 'valued'])
    expect([...(await storedTables(folder, both)).keys()]).toEqual(['gold', 'valued'])
  })

  test('leaves out rows that have no number, and says so once, with an example', async () => {
    sent = csv('number,tier', 'n/a,gold', `${ANN},gold`, ',x', `${ANN},silver`, 'a,b,c,d')
    const { tables: all, log } = tables()
    await all.use(gold(), 10_000)
    expect(tierOf(all, ANN)).toBe('gold')
    const seen = asked.length
    await until(() => asked.length > seen + 2)
    expect(log.of('table_rows')).toEqual(['Table gold: 3 rows left out, such as "n/a" is not a number.'])
  })

  test('sends the secrets that its headers name', async () => {
    sent = csv('number', ANN)
    const { port } = server.address() as AddressInfo
    const headers = { Authorization: 'Bearer {secret.CRM_TOKEN}' }
    const origin = { kind: 'http', url: `http://127.0.0.1:${port}/`, headers } as const
    const { tables: all } = tables({ secrets: new Map([['CRM_TOKEN', 't0ken']]) })
    await all.use(gold({ origin }), 10_000)
    expect(asked[0]?.authorization).toBe('Bearer t0ken')
    const { tables: without, log } = tables()
    await without.use(gold({ origin }), 10_000)
    expect(log.of('table_problem')).toEqual([
      'Table gold cannot be loaded and stays as it was: DOORMAN_SECRET_CRM_TOKEN is not set.',
    ])
  })

  test.each<[string, { type: string; body: string } | undefined, string]>([
    ['is down', undefined, 'answered 503'],
    ['sends a web page', { type: 'text/html', body: '<p>' }, 'it sends text/html'],
    ['sends broken JSON', { type: 'application/json', body: '[' }, 'JSON'],
    ['sends a map', { type: 'application/json', body: '{"items":[]}' }, 'no list of numbers'],
    ['sends no numbers', csv('name,tier', 'Ann,gold'), 'none of its rows has a telephone number'],
    ['sends half a list', numbered(4), 'it has 4 rows where there were 10, and max_drop allows to drop 50%'],
  ])('stays as it was while its source %s', async (_what, next, reason) => {
    sent = numbered(10)
    const { tables: all, log } = tables()
    await all.use(gold(), 10_000)
    sent = next
    await until(() => (all.states[0]?.failures ?? 0) > 2)
    expect(all.states[0]).toMatchObject({ rows: 10, error: expect.stringContaining(reason) })
    expect(log.of('table_problem')).toHaveLength(1)
    sent = numbered(11)
    await until(() => all.states[0]?.rows === 11)
    expect(all.states[0]?.error).toBeNull()
  })

  test('may lose all its rows where max_drop allows it', async () => {
    sent = numbered(10)
    const { tables: all } = tables()
    await all.use(gold({ maxDrop: 1 }), 10_000)
    sent = csv('number')
    await until(() => all.states[0]?.rows === 0)
  })

  test('is there after a restart with its source down, as it was last', async () => {
    sent = csv('number,tier', `${ANN},gold`, '*98,feature')
    const first = tables()
    await first.tables.use(gold(), 10_000)
    const version = first.tables.states[0]?.version
    await first.tables.stop()
    sent = undefined
    const { tables: all } = tables()
    // Nothing is waited for.
    await all.use(gold(), 0)
    expect([tierOf(all, ANN), tierOf(all, '*98'), tierOf(all, '+15550000001')]).toEqual([
      'gold',
      'feature',
      null,
    ])
    expect(all.states[0]?.version).toBe(version)
    const copies = await storedTables(folder, gold())
    expect(copies.get('gold')?.size).toBe(2)
  })

  test('has a copy that only Doorman may read, and that is younger after each load', async () => {
    sent = csv('number', ANN)
    const { tables: all } = tables()
    await all.use(gold(), 10_000)
    const path = join(folder, 'tables', readdirSync(join(folder, 'tables'))[0] ?? '')
    expect([statSync(join(folder, 'tables')).mode & 0o777, statSync(path).mode & 0o777]).toEqual([
      0o700, 0o600,
    ])
    const { mtimeMs } = statSync(path)
    await until(() => statSync(path).mtimeMs > mtimeMs)
  })

  test.each(['its source', 'another PBX'])(
    'that could not be kept is kept once it can be; it comes from %s',
    async (from) => {
      const putAtTables = (target: string) => {
        symlinkSync(target, join(folder, 'next'))
        renameSync(join(folder, 'next'), join(folder, 'tables'))
      }
      mkdirSync(join(folder, 'kept'))
      putAtTables('kept')
      sent = csv('number,tier', `${ANN},gold`)
      const { tables: other } = tables({ folder: join(folder, 'other') })
      await other.use(gold(), 10_000)
      const sharing: TableSharing = {
        isLoader: () => false,
        newest: () => {
          const { version = '', content = Buffer.alloc(0) } = other.of(gold()).get('gold') ?? {}
          return { version, at: Date.now(), rows: async () => gzipSync(content) }
        },
        share: () => undefined,
        removeOthers: () => undefined,
      }
      const { tables: all, log } = tables()
      all.share(from === 'its source' ? undefined : sharing)
      const routing = gold({ loadedBy: ['other'] })
      await all.use(routing, 10_000)
      const tierOnDisk = async () => {
        const table = (await storedTables(folder, routing)).get('gold')
        return table && rowOf(table, ANN)?.tier
      }
      expect(await tierOnDisk()).toBe('gold')
      putAtTables('/dev/null')
      sent = csv('number,tier', `${ANN},platinum`)
      await until(() => tierOf(all, ANN, routing) === 'platinum')
      expect(log.of('table_copy_problem')).toContainEqual(
        expect.stringMatching(/^Table gold cannot be kept for a restart: /),
      )
      putAtTables('kept')
      await until(async () => (await tierOnDisk()) === 'platinum')
    },
  )

  test('says once that its copy cannot be kept, whatever temporary file the reason names', async () => {
    sent = csv('number', ANN)
    const first = tables()
    await first.tables.use(gold(), 10_000)
    await first.tables.stop()
    const path = join(folder, 'tables', readdirSync(join(folder, 'tables'))[0] ?? '')
    rmSync(path)
    mkdirSync(join(path, 'x'), { recursive: true })
    const { tables: all, log } = tables()
    await all.use(gold(), 10_000)
    const seen = asked.length
    await until(() => asked.length > seen + 3)
    expect(log.of('table_copy_problem').filter((line) => line.includes('for a restart'))).toHaveLength(1)
  })

  test('whose copy is damaged has none, and that is said', async () => {
    sent = csv('number', ANN)
    const first = tables()
    await first.tables.use(gold(), 10_000)
    await first.tables.stop()
    const path = join(folder, 'tables', readdirSync(join(folder, 'tables'))[0] ?? '')
    const bytes = readFileSync(path)
    bytes[bytes.length - 2] = 0x39
    writeFileSync(path, bytes)
    sent = undefined
    const { tables: all, log } = tables()
    await all.use(gold(), 0)
    expect(all.of(gold()).size).toBe(0)
    expect(log.of('table_copy_problem')).toEqual([
      expect.stringMatching(/^The last copy of table gold is ignored: .* is damaged\.$/),
    ])
  })

  test('of another source under the same name is another one; the earlier revision keeps its own for its calls', async () => {
    sent = csv('number,tier', `${ANN},gold`)
    const { tables: all } = tables()
    await all.use(gold(), 10_000)
    sent = undefined
    await all.use(gold({ key: 'k2' }), 20)
    expect([tierOf(all, ANN), tierOf(all, ANN, gold({ key: 'k2' }))]).toEqual(['gold', undefined])
    await all.use(gold({ key: 'k3' }), 20)
    expect(tierOf(all, ANN)).toBeUndefined()
    expect(readdirSync(join(folder, 'tables'))).toEqual([])
  })
})

test('a table that a fleet shares waits until it is known whether there is a fleet', async () => {
  sent = csv('number,tier', `${ANN},gold`)
  const shared = gold({ loadedBy: ['berlin'] })
  const { tables: all } = tables()
  await all.use(shared, 50)
  expect(asked).toEqual([])
  all.share()
  await until(() => tierOf(all, ANN, shared) === 'gold')
  // One that is stopped before has not asked, and does not wait.
  const { tables: stopped } = tables()
  await stopped.use(
    { tables: new Map([...shared.tables].map(([name, one]) => [name, { ...one, key: 'k2' }])) },
    0,
  )
  await stopped.stop()
  expect(stopped.states[0]?.failures).toBe(0)
})

test('nobody waits for sources that do not answer', async () => {
  server.removeAllListeners('request')
  const { tables: all } = tables()
  const many = Array.from(
    { length: 10 },
    (_, at) => [`t${at}`, { ...gold().tables.get('gold'), key: `k${at}` }] as const,
  )
  // A source has a minute, and this test half of it.
  await all.use({ tables: new Map(many) as ReadonlyMap<string, TableSource> }, 0)
  expect(all.of(gold()).size).toBe(0)
})
