/**
 * How long a million rows take from PostgreSQL and from MariaDB, in turns, what that costs the calls that are decided
 * meanwhile, and what ten sources that do not answer cost a start. Writes test/bench/TABLES.md:
 *
 *     node dist/test/bench/tables.bench.js [rounds] [rows]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Databases } from '../../src/databases/databases.js'
import { parseDatabaseUrl } from '../../src/lib/database-url.js'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import { NO_OUTSIDE_DATA } from '../../src/routing/outside-data.js'
import type { TableOrigin, TableSource } from '../../src/routing/types.js'
import { Tables } from '../../src/tables/tables.js'
import { KeptLog } from '../asterisk/kept-log.js'
import { AT, call, routingOf, trusting } from '../routing/support/make.js'
import { type DatabaseServer, startDatabase } from '../support/database-servers.js'
import { repositoryFolder } from '../support/lab-folder.js'
import { writtenBy } from '../support/written-by.js'
import { Callers } from './callers.js'
import { median, spreadOf } from './percentile.js'

const ROUNDS = Number(process.argv[2] ?? 3)
const ROWS = Number(process.argv[3] ?? 1_000_000)
const LIMIT_MS = 10_000
const LONGEST_WAIT_MS = 100

const FILL = {
  postgres: `INSERT INTO customers SELECT '+1555' || lpad(n::text, 7, '0'), 'Caller ' || n, 'gold' FROM generate_series(0, ${ROWS - 1}) n`,
  mariadb: `INSERT INTO customers SELECT CONCAT('+1555', LPAD(seq, 7, '0')), CONCAT('Caller ', seq), 'gold' FROM seq_0_to_${ROWS - 1}`,
}

const ROUTING = routingOf({ trust: trusting({ 'carrier-a': ['caller_number'] }), vipOutsideTables: ['gold'] })
const callerAt = (at: number) => call({ from: `+1555${String((at * 7_919) % ROWS).padStart(7, '0')}` })

function source(name: string, origin: TableOrigin): TableSource {
  return { name, key: name, origin, country: 'US', everyMs: 3_600_000, maxDrop: 0.5, loadedBy: [] }
}

const sqlSource = (database: string): TableSource =>
  source('gold', { kind: 'sql', sql: 'SELECT number, name, tier FROM customers', database })

interface Round {
  readonly load: number
  /** The longest that a call waited meanwhile. */
  readonly wait: number
  /** Until the copy of the last run decides, after a restart. */
  readonly restart: number
}

async function round(server: DatabaseServer): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), 'doorman-tables-bench-'))
  const parts = { folder, databases: new Map([['x', parseDatabaseUrl(server.url)]]), secrets: new Map() }
  const routing = { ...ROUTING, tables: new Map([['gold', sqlSource('x')]]) }
  const tables = new Tables({ ...parts, log: new KeptLog() })
  let vips = 0
  const callers = new Callers((at) => {
    const outside = { ...NO_OUTSIDE_DATA, tables: tables.of(routing) }
    if (decide(contextOf(callerAt(at), routing, AT, outside)).vip) vips++
  })
  await sleep(500)
  callers.waited = []
  const start = performance.now()
  await tables.use(routing, 120_000)
  const load = performance.now() - start
  await sleep(500)
  callers.stop()
  if (tables.states[0]?.rows !== ROWS || vips === 0) throw new Error(JSON.stringify(tables.states))
  await tables.stop()
  const again = new Tables({ ...parts, databases: new Map(), log: new KeptLog() })
  const restarted = performance.now()
  await again.use(routing, 0)
  const restart = performance.now() - restarted
  if (again.states[0]?.rows !== ROWS) throw new Error('the copy does not decide')
  await again.stop()
  rmSync(folder, { recursive: true })
  return { load, wait: spreadOf(callers.waited).max, restart }
}

/** Until `use` has done what a start waits for, with ten databases that accept connections and say nothing. */
async function starts(count: number): Promise<number> {
  const mute = createServer().listen(0, '127.0.0.1')
  await sleep(50)
  const { port } = mute.address() as { port: number }
  const folder = mkdtempSync(join(tmpdir(), 'doorman-tables-bench-'))
  const databases = new Map([['x', parseDatabaseUrl(`postgres://a:b@127.0.0.1:${port}/c`)]])
  const all = Array.from({ length: count }, (_, at): [string, TableSource] => [
    `t${at}`,
    { ...sqlSource('x'), name: `t${at}`, key: `t${at}` },
  ])
  const tables = new Tables({ folder, databases, secrets: new Map(), log: new KeptLog() })
  const start = performance.now()
  await tables.use({ tables: new Map(all) }, 0)
  const ms = performance.now() - start
  await tables.stop()
  mute.close()
  rmSync(folder, { recursive: true })
  return ms
}

async function filled(engine: 'postgres' | 'mariadb'): Promise<DatabaseServer> {
  const server = await startDatabase(engine)
  const databases = new Databases(new Map([['x', parseDatabaseUrl(server.url)]]))
  for (const sql of [
    'CREATE TABLE customers (number varchar(20), name varchar(40), tier varchar(10))',
    FILL[engine],
  ])
    await databases.sql('x').query(sql, new Map(), 120_000)
  await databases.stop()
  return server
}

const servers = [await filled('postgres'), await filled('mariadb')]
const rounds = servers.map((): Round[] => [])
for (let at = 0; at < ROUNDS; at++)
  for (const [which, server] of servers.entries()) {
    const seen = await round(server)
    process.stderr.write(`${server.engine}: ${JSON.stringify(seen)}\n`)
    rounds[which]?.push(seen)
  }
await Promise.all(servers.map((server) => server.stop()))
await starts(0)
const [none, ten] = [median(await several(() => starts(0))), median(await several(() => starts(10)))]

async function several(measure: () => Promise<number>): Promise<number[]> {
  const seen: number[] = []
  for (let at = 0; at < 9; at++) seen.push(await measure())
  return seen
}

const columns = (all: readonly Round[]) =>
  (['load', 'wait', 'restart'] as const).map((what) => {
    const values = all.map((one) => one[what])
    return `${Math.round(median(values))} (${values.map(Math.round).join(', ')})`
  })
const lines = [
  `# Tables of ${ROWS.toLocaleString('en-US')} rows`,
  '',
  writtenBy('npm run bench:tables'),
  '',
  'PostgreSQL 15 and MariaDB 10.11 in turns, while a call is decided every millisecond. Milliseconds, the median first.',
  '',
  '| source | until the table decides | longest wait of a call meanwhile | from the copy, after a restart |',
  '| --- | --- | --- | --- |',
  ...servers.map((server, at) => `| ${server.engine} | ${columns(rounds[at] ?? []).join(' | ')} |`),
  '',
  `A start with ten databases that do not answer is held up by ${ten.toFixed(1)} ms, one without tables by ${none.toFixed(1)} ms.`,
  '',
]
writeFileSync(join(repositoryFolder(), 'test/bench/TABLES.md'), lines.join('\n'))
process.stderr.write(lines.join('\n'))
const all = rounds.flat()
const isWithin = all.every(({ load, wait }) => load < LIMIT_MS && wait < LONGEST_WAIT_MS)
process.exitCode = isWithin ? 0 : 1
