import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { Databases } from '../../src/databases/databases.js'
import { parseDatabaseUrl } from '../../src/lib/database-url.js'
import { type DatabaseServer, startDatabase } from '../support/database-servers.js'
import { allShowing, Fixture, flowsTo } from '../support/fixture.js'
import { until } from '../support/until.js'

jest.setTimeout(60_000)

const ANN = '+15551234567'
const BOB = '+15550000002'
const MALLORY = '+15559999999'
const EVERY = 'every: 1s'

const ROUTING = `
default_country: US
trunks: { carrier-a: { trust: [caller_number] } }
vip: { tables: [gold, silver] }
branches:
  North: { numbers: { table: north } }
  South: { default: true }
tables:
  gold: { sql: "SELECT phone AS number, name, tier FROM customers WHERE tier = 'gold'", database: crm, ${EVERY} }
  silver: { redis: tiers, database: cache, ${EVERY} }
  blocked: { redis: blocked, database: cache, ${EVERY} }
  north: { sql: "SELECT phone FROM branch_numbers", database: pbx, ${EVERY} }
flows: { ${flowsTo('vip', 'north', 'main')}, refused: { context: story-refused, turn_away: true } }
rules:
  - { name: Blocked, when: { claimed_caller: { table: blocked } }, goto: refused }
  - name: VIP
    when: { vip: true }
    goto: vip
    state: { tier: "{caller.tier|none}", name: "{caller.name|friend}" }
  - { name: North, when: { branch: North }, goto: north }
otherwise: main
`
const CONTEXTS = ['vip', 'north', 'main', 'refused']

const pbx = new Fixture()
const servers: DatabaseServer[] = []
let crm: DatabaseServer
let cache: DatabaseServer
let mariadb: DatabaseServer

async function run(server: DatabaseServer, ...statements: readonly string[]): Promise<void> {
  const databases = new Databases(new Map([['x', parseDatabaseUrl(server.url)]]))
  for (const sql of statements) await databases.sql('x').query(sql, new Map(), 10_000)
  await databases.stop()
}

beforeAll(async () => {
  const started = await Promise.all(
    (['postgres', 'redis', 'mariadb'] as const).map((one) => startDatabase(one)),
  )
  servers.push(...started)
  ;[crm, cache, mariadb] = started as [DatabaseServer, DatabaseServer, DatabaseServer]
  await run(
    crm,
    'CREATE TABLE customers (phone text, name text, tier text)',
    `INSERT INTO customers VALUES ('(555) 123-4567', 'Ann O''Hara', 'gold'), ('n/a', 'Nobody', 'gold'), ('${BOB}', 'Bob', NULL)`,
  )
  await run(
    mariadb,
    'CREATE TABLE branch_numbers (phone varchar(40))',
    "INSERT INTO branch_numbers VALUES ('+15557654321')",
  )
  await cache.redis('SADD', 'blocked', MALLORY)
  await cache.redis('HSET', 'tiers', '+15550000003', 'silver')
  await pbx.start('forky', {
    flows: { 'routing.yaml': ROUTING },
    dialplan: allShowing(CONTEXTS, '${CONV_tier}'),
    settings: {
      DOORMAN_DATABASE_CRM: crm.url,
      DOORMAN_DATABASE_CACHE: cache.url,
      DOORMAN_DATABASE_PBX: mariadb.url,
    },
  })
  await until(() => pbx.doorman.lines.filter(({ event }) => event === 'table_loaded').length === 4)
}, 120_000)
afterAll(async () => {
  await pbx.stop()
  await Promise.all(servers.map((server) => server.stop()))
})

const call = (from: string, to = '5550001111') => pbx.call({ from, to, trunk: 'carrier-a', hold_ms: 100 })
const flowOf = async (from: string) => (await call(from)).record.flow
const reaches = (from: string, flow: string) =>
  until(async () => (await flowOf(from)) === flow, `${from} in ${flow}`)

test('calls are routed by PostgreSQL, MariaDB and Redis, by numbers in any form', async () => {
  const { record, state } = await call(ANN)
  expect([record.flow, state]).toEqual(['vip', { tier: 'gold', name: "Ann O'Hara" }])
  expect(await flowOf(BOB)).toBe('main')
  expect(await flowOf('+15550000003')).toBe('vip')
  expect((await call(BOB, '5557654321')).record).toMatchObject({ flow: 'north', branch: 'North' })
  expect(await flowOf(MALLORY)).toBe('refused')
  const rows = pbx.doorman.lines.filter(({ event }) => event === 'table_rows')
  expect(rows.map(({ message }) => message)).toEqual([
    'Table gold: 1 row left out, such as "n/a" is not a number.',
  ])
})

test('a VIP comes and goes by an SQL UPDATE', async () => {
  await run(crm, `UPDATE customers SET tier = 'gold' WHERE phone = '${BOB}'`)
  await reaches(BOB, 'vip')
  await run(crm, `UPDATE customers SET tier = NULL WHERE phone = '${BOB}'`)
  await reaches(BOB, 'main')
})

test('a database that is killed changes nothing, and is followed again when it is back', async () => {
  await crm.kill9()
  await until(() =>
    pbx.doorman.lines.some(({ event, table }) => event === 'table_problem' && table === 'gold'),
  )
  expect(await flowOf(ANN)).toBe('vip')
  await crm.start()
  await run(crm, `UPDATE customers SET tier = 'gold' WHERE phone = '${BOB}'`)
  await reaches(BOB, 'vip')
})

test('a DELETE without a WHERE takes nobody away', async () => {
  await run(mariadb, 'DELETE FROM branch_numbers')
  const refused = () =>
    pbx.doorman.lines.find(({ event, table }) => event === 'table_problem' && table === 'north')
  await until(() => refused() !== undefined)
  expect(refused()?.message).toMatch(/it has 0 rows where there were 1, and max_drop allows to drop 50%/)
  expect((await call(ANN, '5557654321')).record.branch).toBe('North')
})

test('a restart with every database down decides as before, at once', async () => {
  await pbx.lab.stopDoorman()
  await Promise.all(servers.map((server) => server.kill9()))
  pbx.doorman = await pbx.lab.startDoorman()
  const { record, state } = await call(ANN)
  expect([record.flow, state]).toEqual(['vip', { tier: 'gold', name: "Ann O'Hara" }])
  expect([await flowOf(BOB), await flowOf(MALLORY)]).toEqual(['vip', 'refused'])
  expect((await call('+15550000004', '5557654321')).record.flow).toBe('north')
  expect(readdirSync(join(pbx.asterisk.folder, 'doorman-data/tables'))).toHaveLength(4)
  expect(JSON.stringify(pbx.doorman.lines)).not.toMatch(/p@ss|p%40ss/)
})
