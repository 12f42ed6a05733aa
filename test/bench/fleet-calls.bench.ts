/**
 * What a fleet costs calls, on one Asterisk at 100 calls a second: Doorman without a fleet, in one, in one whose hub was
 * killed, and in one whose leaf node beside the PBX was killed, too. Writes test/fleet/CALLS.md:
 *
 *     npm run bench:fleet:calls             about 18 minutes; exit code 1 where a promise is not kept
 *     npm run bench:fleet:calls -- 1 5      one round, of five seconds a turn instead of 20; only prints
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { NatsFleet } from '../fleet/nats-fleet.js'
import { Load, placed, userAgent } from '../support/calls.js'
import { isAlive } from '../support/child.js'
import { PLANNED, plannedCall } from '../support/console-stream.js'
import { Lab } from '../support/lab.js'
import { repositoryFolder } from '../support/lab-folder.js'
import { asteriskRoot } from '../support/roots.js'
import { until } from '../support/until.js'
import { writtenBy } from '../support/written-by.js'
import { median, rounded, spreadOf } from './percentile.js'

const [rounds = 6, seconds = 20] = process.argv.slice(2).map(Number)
const isWhole = process.argv.length === 2
const PER_SECOND = 100
/** A process that has just started is slower: its code is compiled as it is used. */
const WARM_S = isWhole ? 10 : 3
const AWAY_MS = 8_000
const MOST = 1.05

const MODES = ['no fleet', 'a fleet', 'hub killed', 'hub and leaf node killed'] as const
type Mode = (typeof MODES)[number]

const say = (line: string) => void process.stderr.write(`${line}\n`)
const nats = await NatsFleet.start(['berlin'])
const publisher = nats.open('publisher')
const leaf = nats.leaves.get('berlin')
const reports: string[] = []
await publisher.watch('status/', (_key, text) => void reports.push(text))
const lab = await Lab.start(await asteriskRoot('forky', say), {
  ...{ ...PLANNED, isQuiet: true },
  // Each call is of a caller that the fleet does not know yet, and is told to it.
  flows: {
    ...PLANNED.flows,
    'routing.yaml': `memory: { keep: [tier], for: 90d }\n${PLANNED.flows['routing.yaml']}`,
  },
})
const caller = await userAgent(lab.asterisk, 'carrier-a')
const waits = new Map<Mode, number[][]>(MODES.map((mode) => [mode, []]))
let next = 0
let wrong = 0
try {
  // Of the first one Asterisk, too, is not warm yet.
  await measure('no fleet')
  for (let round = 0; round < rounds; round++) {
    // Each mode is first and last as often.
    for (const mode of round % 2 === 0 ? MODES : MODES.toReversed()) {
      const turn = await measure(mode)
      waits.get(mode)?.push(turn)
      say(
        `${mode.padEnd(26)} p50 ${spreadOf(turn).p50.toFixed(2)} ms, p99 ${spreadOf(turn).p99.toFixed(2)} ms`,
      )
    }
  }
} finally {
  caller.close()
  await lab.stop()
  await nats.stop()
}

const figures = MODES.map((mode) => {
  const of = (name: 'p50' | 'p99') => median((waits.get(mode) ?? []).map((turn) => spreadOf(turn)[name]))
  return { mode, p50: of('p50'), p99: of('p99') }
})
const base = figures[0]?.p99 ?? Number.NaN
const report = [
  '# What a fleet costs calls',
  '',
  writtenBy('npm run bench:fleet:calls'),
  '',
  `One Asterisk with its Doorman at ${PER_SECOND} calls a second, the NATS leaf node and the hub on the same machine. In each`,
  `turn a Doorman has just started and gets ${WARM_S} s of calls; then something is killed, and after ${AWAY_MS / 1_000} s of calls more`,
  `${seconds} s of calls are measured. ${rounds} turns of each, taken by turns: below are the medians of their figures, from the`,
  'INVITE to the final answer. Each call is of another caller, who is remembered and told to the fleet.',
  '',
  '| | p50 | p99 | p99 to that without a fleet |',
  '| --- | ---: | ---: | ---: |',
  ...figures.map(
    ({ mode, p50, p99 }) =>
      `| ${mode} | ${rounded(p50, 2)} ms | ${rounded(p99, 2)} ms | ${rounded(p99 / base, 2)} |`,
  ),
  '',
  `Promised is at most ${MOST} times where the hub is dead. Calls that were not routed by their rule: ${wrong}.`,
  '',
].join('\n')
say(report)
if (isWhole) writeFileSync(join(repositoryFolder(), 'test/fleet/CALLS.md'), report)
const dead = figures.filter(({ mode }) => mode.includes('killed'))
process.exit(wrong === 0 && dead.every(({ p99 }) => p99 / base <= MOST) ? 0 : 1)

/** Milliseconds that each call of a turn waited. */
async function measure(mode: Mode): Promise<number[]> {
  if (!isAlive(nats.hub.pid)) await nats.hub.start()
  if (leaf !== undefined && !isAlive(leaf.pid)) await leaf.start()
  await until(() => publisher.isUp, 'the hub')
  const before = reports.length
  await lab.startDoorman(mode === 'no fleet' ? {} : nats.settings('berlin'))
  if (mode !== 'no fleet') await until(() => reports.length > before, 'the report of the PBX')
  await place(WARM_S)
  if (mode === 'hub killed' || mode === 'hub and leaf node killed') await nats.hub.kill9()
  if (mode === 'hub and leaf node killed') await leaf?.kill9()
  // Calls come meanwhile, too, until the hub is missed.
  await place(AWAY_MS / 1_000)
  const turn = await place(seconds)
  await lab.stopDoorman()
  await sleep(500)
  return turn
}

async function place(forSeconds: number): Promise<number[]> {
  const first = next
  const calls = PER_SECOND * forSeconds
  next += calls
  const one = async (at: number) => {
    const { flow, ...call } = plannedCall(first + at)
    const { status, wait_ms } = await placed(caller.call(call), {})
    if (status !== (flow === 'even' ? 486 : 484)) wrong += 1
    return wait_ms
  }
  return [...(await new Load(one, PER_SECOND, calls).start())]
}
