/**
 * How long a push takes until all PBXs of a fleet decide by it, over one private NATS hub. The PBXs are the real fleet
 * part with the real revisions over a fake dialplan, all in this process, each with a connection and an NKEY of its own:
 *
 *     npm run bench:fleet                      10, 100 and 1,000 PBXs, and 20 with a list of a million numbers;
 *                                              writes test/fleet/SIMULATION.md
 *     npm run bench:fleet -- 50 1000           50 PBXs, a list of a thousand numbers; only prints
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { openExchange } from '../../src/fleet/open-exchange.js'
import { Publisher } from '../../src/fleet/publisher.js'
import { push } from '../../src/fleet/rollout.js'
import { B, C, FakeMember, keys } from '../fleet/members.js'
import { NatsFleet } from '../fleet/nats-fleet.js'
import { repositoryFolder } from '../support/lab-folder.js'
import { until } from '../support/until.js'
import { rounded } from './percentile.js'

const [pbxs, numbers] = process.argv.slice(2).map(Number)
const LIMIT_MS = 300_000

const runs =
  pbxs === undefined
    ? [
        { pbxs: 10, numbers: 1_000 },
        { pbxs: 100, numbers: 1_000 },
        { pbxs: 1_000, numbers: 1_000 },
        { pbxs: 20, numbers: 1_000_000 },
      ]
    : [{ pbxs, numbers: numbers ?? 1_000 }]

function filesWith(id: string, count: number): ReadonlyMap<string, string> {
  const list = Array.from({ length: count }, (_, at) => `+1555${String(at * 7_919).padStart(8, '0')}`)
  return new Map([
    ['name', id],
    ['numbers.csv', list.join('\n')],
  ])
}

function hubMemory(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return rounded(Number(kilobytes) / 1_024, 1)
}

/** What the hub has read and written so far, in MB; its files count, too. */
function hubTraffic(pid: number): number {
  const text = readFileSync(`/proc/${pid}/io`, 'utf8')
  const bytes = [...text.matchAll(/^[rw]char: (\d+)/gm)].reduce((sum, [, count]) => sum + Number(count), 0)
  return bytes / 2 ** 20
}

async function measure({ pbxs: count, numbers: size }: (typeof runs)[number]) {
  const names = Array.from({ length: count }, (_, at) => `pbx-${at}`)
  const nats = await NatsFleet.start(names, undefined, false)
  const {
    DOORMAN_FLEET: hub = '',
    DOORMAN_FLEET_CA: ca,
    DOORMAN_FLEET_SEED: seed,
  } = nats.settings('publisher')
  const exchange = await openExchange({ address: hub, name: 'publisher', seed, ca })
  await until(() => exchange.isUp, 'the hub', LIMIT_MS)
  const start = async (name: string) => FakeMember.start(name, nats.open(name, hub, ca))
  const members = await Promise.all(names.map(start))
  const publisher = new Publisher(exchange, keys.privateKey, 'bench')
  const parts = { exchange, publisher, say: () => undefined, answerMs: LIMIT_MS }
  const give = async (id: string) => {
    const content = await publisher.upload(filesWith(id, size), id)
    const from = performance.now()
    const pushed = push(parts, {
      content,
      rings: ['rest'],
      maxChange: undefined,
      holdMs: 0,
      expiresMs: LIMIT_MS,
    })
    await until(() => members.every(({ deciding }) => deciding === id), 'all to decide by it', LIMIT_MS)
    const decides = performance.now() - from
    const { ok } = await pushed
    return { ok, decide_ms: Math.round(decides), reported_ms: Math.round(performance.now() - from) }
  }
  const reported = new Set<string>()
  await exchange.watch('status/', (key) => void reported.add(key))
  await until(() => reported.size === count, 'all to report', LIMIT_MS)
  const before = hubTraffic(nats.hub.pid)
  const first = await give(B)
  const moved = rounded(hubTraffic(nats.hub.pid) - before, 1)
  const memory = hubMemory(nats.hub.pid)
  await nats.hub.kill9()
  const all = [exchange, ...nats.exchanges]
  await until(() => all.every(({ isUp }) => !isUp), 'all to miss the hub', LIMIT_MS)
  const restart = performance.now()
  await nats.hub.start()
  await until(() => all.every(({ isUp }) => isUp), 'all to be back', LIMIT_MS)
  const back = Math.round(performance.now() - restart)
  const second = await give(C)
  await Promise.all(members.map((member) => member.stop()))
  await exchange.stop()
  await nats.stop()
  return {
    ...{ pbxs: count, numbers: size, ...first, moved_mb: moved, hub_mb: memory, all_back_ms: back },
    ...{ decide_after_restart_ms: second.decide_ms, ok: first.ok && second.ok },
  }
}

const COLUMNS = {
  pbxs: 'PBXs',
  numbers: 'numbers',
  decide_ms: 'all decide by it',
  reported_ms: 'all have reported',
  moved_mb: 'moved by the hub',
  hub_mb: 'memory of the hub',
  all_back_ms: 'all are back',
  decide_after_restart_ms: 'all decide by the next',
} as const

type Row = Awaited<ReturnType<typeof measure>>

function simulationMd(rows: readonly Row[]): string {
  const names = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]
  const cell = (row: Row, name: keyof typeof COLUMNS) =>
    `${row[name].toLocaleString('en-US')}${name.endsWith('_ms') ? ' ms' : name.endsWith('_mb') ? ' MB' : ''}`
  const date = new Date().toISOString().slice(0, 10)
  return [
    '# How a fleet grows',
    '',
    `Written by \`npm run bench:fleet\` on ${date}, on ${availableParallelism()} cores, with Node ${process.versions.node}.`,
    '',
    INTRODUCTION,
    `| ${Object.values(COLUMNS).join(' | ')} |`,
    `|${' ---: |'.repeat(names.length)}`,
    ...rows.map((row) => `| ${names.map((name) => cell(row, name)).join(' | ')} |`),
    '',
  ].join('\n')
}

const INTRODUCTION = `One process has all PBXs: for each the real fleet part with a connection, an NKEY and the permissions of its own, and the
real revisions over a fake PBX that has every context. So what the process of a single PBX needs is not in these figures,
and the processor is shared by all of them. The hub is nats-server 2.9.10 as \`doorman fleet init\` configures it.

- *all decide by it*: from the order to ring \`rest\` until each PBX has fetched, checked and swapped in the revision, which
  has a list of so many numbers. *all have reported*: until the publisher knows it of each.
- *moved by the hub*: what it read and wrote meanwhile, its own files included.
- *all are back*: after the hub was killed, from its start until each PBX and the publisher reach it again. *all decide by
  the next*: the next revision, right afterwards.
`

const rows: Row[] = []
for (const run of runs) {
  const row = await measure(run)
  rows.push(row)
  process.stdout.write(`${JSON.stringify(row)}\n`)
}
if (pbxs === undefined)
  writeFileSync(join(repositoryFolder(), 'test/fleet/SIMULATION.md'), simulationMd(rows))
