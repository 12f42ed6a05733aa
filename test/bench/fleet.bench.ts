/**
 * How long a push takes until all PBXs of a fleet decide by it, over one private NATS hub:
 *
 *     npm run bench:fleet                      10, 50, 100 and 1,000 PBXs, and 20 with a list of a million numbers;
 *                                              writes test/fleet/SIMULATION.md, and exits with 1 where 50 PBXs need
 *                                              2 s or more
 *     npm run bench:fleet -- 50 1000           50 PBXs, a list of a thousand numbers; only prints
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openExchange } from '../../src/fleet/open-exchange.js'
import { Publisher } from '../../src/fleet/publisher.js'
import { push } from '../../src/fleet/rollout.js'
import { B, C, keys } from '../fleet/members.js'
import { NatsFleet } from '../fleet/nats-fleet.js'
import { SimulatedPbxs } from '../fleet/simulated-pbxs.js'
import { repositoryFolder } from '../support/lab-folder.js'
import { until } from '../support/until.js'
import { writtenBy } from '../support/written-by.js'
import { rounded } from './percentile.js'

const [pbxs, numbers] = process.argv.slice(2).map(Number)
const LIMIT_MS = 300_000

const runs =
  pbxs === undefined
    ? [
        { pbxs: 10, numbers: 1_000 },
        { pbxs: 50, numbers: 1_000 },
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
    DOORMAN_FLEET_CA: ca = '',
    DOORMAN_FLEET_SEED: seed,
  } = nats.settings('publisher')
  const exchange = await openExchange({ address: hub, name: 'publisher', seed, ca })
  await until(() => exchange.isUp, 'the hub', LIMIT_MS)
  const reported = new Set<string>()
  await exchange.watch('status/', (key) => void reported.add(key))
  const pbxs = new SimulatedPbxs({ names, folder: nats.folder, hub, ca, limitMs: LIMIT_MS })
  await until(() => reported.size === count, 'all to report', LIMIT_MS)
  const publisher = new Publisher(exchange, keys.privateKey, 'bench')
  const parts = { exchange, publisher, say: () => undefined, answerMs: LIMIT_MS }
  const give = async (id: string) => {
    const content = await publisher.upload(filesWith(id, size), id)
    const what = { content, rings: ['rest'], maxChange: undefined, holdMs: 0, expiresMs: LIMIT_MS }
    const from = performance.now()
    const since = () => Math.round(performance.now() - from)
    const [decide_ms, reported_ms] = await Promise.all([
      pbxs.all({ do: 'decide', id }).then(since),
      push(parts, what).then(({ ok, problem }) => {
        if (!ok) throw new Error(`The push failed: ${problem}`)
        return since()
      }),
    ])
    return { decide_ms, reported_ms }
  }
  /** Milliseconds from the start of the hub, which is killed before, until all reach it. */
  const back = async (restart: () => Promise<void>) => {
    await nats.hub.kill9()
    await until(() => !exchange.isUp, 'the publisher to miss the hub', LIMIT_MS)
    await pbxs.all({ do: 'down' })
    const from = performance.now()
    await nats.hub.start()
    await restart()
    await Promise.all([pbxs.all({ do: 'up' }), until(() => exchange.isUp, 'the publisher', LIMIT_MS)])
    return Math.round(performance.now() - from)
  }
  const before = hubTraffic(nats.hub.pid)
  const first = await give(B)
  const moved = hubTraffic(nats.hub.pid) - before
  const hub_mb = hubMemory(nats.hub.pid)
  const hub_back_ms = await back(async () => undefined)
  const { decide_ms: next_ms } = await give(C)
  const all_back_ms = await back(() => pbxs.all({ do: 'restart' }))
  await pbxs.stop()
  await exchange.stop()
  await nats.stop()
  return {
    ...{ pbxs: count, numbers: size, ...first, moved_mb: rounded(moved, 1) },
    ...{ each_kb: rounded((moved * 1_024) / count, 0), hub_mb, hub_back_ms, next_ms, all_back_ms },
  }
}

const COLUMNS = {
  pbxs: 'PBXs',
  numbers: 'numbers',
  decide_ms: 'all decide by it',
  reported_ms: 'all have reported',
  moved_mb: 'moved by the hub',
  each_kb: 'for each PBX',
  hub_mb: 'memory of the hub',
  hub_back_ms: 'hub restarted',
  next_ms: 'all decide by the next',
  all_back_ms: 'all restarted',
} as const

const UNITS: Readonly<Record<string, string>> = { _ms: ' ms', _mb: ' MB', _kb: ' KB' }

type Row = Awaited<ReturnType<typeof measure>>

function simulationMd(rows: readonly Row[]): string {
  const names = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]
  const cell = (row: Row, name: keyof typeof COLUMNS) =>
    `${row[name].toLocaleString('en-US')}${UNITS[name.slice(-3)] ?? ''}`
  return [
    '# How a fleet grows',
    '',
    writtenBy('npm run bench:fleet'),
    '',
    INTRODUCTION,
    `| ${Object.values(COLUMNS).join(' | ')} |`,
    `|${' ---: |'.repeat(names.length)}`,
    ...rows.map((row) => `| ${names.map((name) => cell(row, name)).join(' | ')} |`),
    '',
  ].join('\n')
}

const INTRODUCTION = `Up to 125 PBXs share a process, and all share the cores with the hub. A PBX is the real fleet part (orders, status,
overrides, memory of callers) with a connection, an NKEY and the permissions of its own, straight to the hub, and the
real revisions over a fake dialplan and database. The fake compiles nothing: what it takes to load a list is in
[RESULTS.md](../bench/RESULTS.md). The hub is nats-server 2.9.10 as \`doorman fleet init\` configures it, and keeps its
files. No calls come, so that no memory of callers is sent.

- *all decide by it*: from the order to ring \`rest\` until each PBX has fetched, unpacked and swapped in the revision,
  which has a list of so many numbers. *all have reported*: until the publisher knows it of each.
- *moved by the hub*: all that it read and wrote from the order on, its own files included; the upload is in it, too.
- *memory of the hub*: resident, after that push.
- *hub restarted*: the hub was killed, and each PBX had missed it; from its start until each PBX and the publisher reach
  it again and have been told everything. *all decide by the next*: the next revision, right afterwards.
- *all restarted*: the hub was killed once more, and the fleet part of each PBX begins anew when the hub is back, all
  at once.
- To sign in, the client of NATS needs 10 ms of the processor for each PBX, here of the two cores of all of them.
`

const rows: Row[] = []
for (const run of runs) {
  const row = await measure(run)
  rows.push(row)
  process.stdout.write(`${JSON.stringify(row)}\n`)
}
if (pbxs === undefined)
  writeFileSync(join(repositoryFolder(), 'test/fleet/SIMULATION.md'), simulationMd(rows))
process.exit(rows.every(({ pbxs: count, decide_ms }) => count !== 50 || decide_ms < 2_000) ? 0 : 1)
