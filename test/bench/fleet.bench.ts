/**
 * How long a push takes until all PBXs of a fleet decide by it, over one private NATS hub. The PBXs are the real fleet
 * part with the real revisions over a fake dialplan, all in this process, each with a connection and an NKEY of its own:
 *
 *     npm run bench:fleet                      10, 100 and 1,000 PBXs, and 20 with a list of a million numbers
 *     npm run bench:fleet -- 50 1000           50 PBXs, a list of a thousand numbers
 */
import { readFileSync } from 'node:fs'
import { openExchange } from '../../src/fleet/open-exchange.js'
import { Publisher } from '../../src/fleet/publisher.js'
import { push } from '../../src/fleet/rollout.js'
import { B, C, FakeMember, keys } from '../fleet/members.js'
import { NatsFleet } from '../fleet/nats-fleet.js'
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
  const statuses = async () => (await import('../../src/fleet/status.js')).readStatuses(exchange)
  await until(async () => (await statuses()).length === count, 'all to report', LIMIT_MS)
  const first = await give(B)
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
    ...{ pbxs: count, numbers: size, ...first, hub_mb: memory, all_back_ms: back },
    ...{ decide_after_restart_ms: second.decide_ms, ok: first.ok && second.ok },
  }
}

for (const run of runs) process.stdout.write(`${JSON.stringify(await measure(run))}\n`)
