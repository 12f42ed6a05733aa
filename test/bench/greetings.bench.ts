/**
 * What calls notice of greetings that are rendered beside them. Prints what it does on stderr, and the figures as JSON
 * on stdout:
 *
 *     node dist/test/bench/greetings.bench.js [greetings] [seconds of calls] [voice]
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { findInstance, readGreetings, sendCommand } from '../../src/control/client.js'
import { placeCalls } from '../support/calls.js'
import { settingsFor } from '../support/doorman.js'
import { Lab } from '../support/lab.js'
import { asteriskRoot, speechEngines } from '../support/roots.js'
import { rounded, spreadOf } from './percentile.js'

const GREETINGS = Number(process.argv[2] ?? 10_000)
const SECONDS = Number(process.argv[3] ?? 60)
const VOICE = process.argv[4] ?? '{ engine: flite }'
const PER_SECOND = 50
const say = (line: string) => void process.stderr.write(`${line}\n`)

/** The calls that are measured hear nothing: what they wait is Doorman's and Asterisk's alone. */
const routing = (greet: string) => `
trunks: { carrier-a: { trust: [caller_number] } }
vip: { files: [vips.csv] }
voice: ${VOICE}
flows: { main: { context: story-main } }
rules: [{ name: VIPs, when: { vip: true }, goto: main${greet} }]
otherwise: main
`
const rows = Array.from({ length: GREETINGS - 1 }, (_, at) => `+1555${1_000_000 + at},Customer ${at}\n`)
const flows = { 'routing.yaml': routing(''), 'vips.csv': `number,name\n${rows.join('')}` }

const engines = await speechEngines(say)
const lab = await Lab.start(await asteriskRoot('forky', say), {
  ...{ flows, dialplan: '[story-main]\nexten => s,1,Answer()\n same => n,Wait(5)\n', isQuiet: true },
  settings: { DOORMAN_RELOAD: 'manual', PATH: `${engines}:${process.env.PATH}` },
})
await lab.startDoorman()
const address = await findInstance(settingsFor(lab.asterisk).DOORMAN_DATA ?? '')

/** What the callers wait for their answer. */
async function latency(what: string) {
  say(`${PER_SECOND} calls a second for ${SECONDS} s, ${what} …`)
  const plan = { trunk: 'carrier-a', from: '+15559990000', to: '+15557654321', hold_ms: 150 }
  const placed = await placeCalls(lab.asterisk, {
    ...plan,
    calls: PER_SECOND * SECONDS,
    perSecond: PER_SECOND,
  })
  const { p50, p99, max } = spreadOf(placed.map(({ waitFromFirst_ms }) => waitFromFirst_ms))
  const lost = placed.filter(({ status }) => status !== 200).length
  return { p50_ms: rounded(p50, 2), p99_ms: rounded(p99, 2), max_ms: rounded(max, 1), lost }
}

try {
  await latency('to warm up')
  const without = await latency('while nothing is rendered')
  lab.put('routing.yaml', routing(', greet: "Welcome back, {caller.name|dear customer}."'))
  const { greetings } = await sendCommand(address, '/reload', { way: 'command', allowMissingContexts: true })
  say(`${greetings.fresh} greetings are new.`)
  const beside = await latency('while they are rendered')
  let report = await readGreetings(address)
  const { done: wasDone } = report
  for (; !report.done; report = await readGreetings(address)) await sleep(500)
  const ratio = rounded(beside.p99_ms / without.p99_ms, 2)
  const { rendered, failed, ms } = report
  const figures = {
    voice: VOICE,
    rendered,
    failed,
    seconds: Math.round(ms / 1_000),
    per_ms: rounded(ms / rendered, 1),
  }
  process.stdout.write(`${JSON.stringify({ ...figures, without, beside, p99_ratio: ratio, wasDone })}\n`)
} finally {
  await lab.stop()
}
