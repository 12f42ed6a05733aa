/**
 * What calls wait whose lookups are all in memory, beside calls without lookups, in turns on one Asterisk and one
 * Doorman:
 *
 *     npm run bench:lookups              five turns of each, about four minutes; exit code 1 beyond the promise
 *     npm run bench:lookups -- 2 5       two turns of five seconds
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Load, placed, userAgent } from '../support/calls.js'
import { Lab } from '../support/lab.js'
import { LookupServer } from '../support/lookup-server.js'
import { asteriskRoot } from '../support/roots.js'
import { median, rounded, type Spread, spreadOf } from './percentile.js'

/** p99 with lookups, as a multiple of that without; of each the median of its turns. */
const PROMISED = 1.1
const PER_SECOND = 100
const CALLERS = 200

const [turns = 5, seconds = 20] = process.argv.slice(2).map(Number)
const say = (line: string) => void process.stderr.write(`${line}\n`)

const server = await LookupServer.start()
const routing = (rule: string) => `
trunks: { carrier-a: { trust: [caller_number] } }
lookups:
  crm: { http: "${server.origin}/crm/{caller.number}", fresh: 1d, take: { tier: tier, agent: owner.extension } }
  debts: { http: "${server.origin}/debts/{caller.number}", fresh: 1d, take: { paid: paid, tier: tier } }
flows: { gold: { context: bench-gold }, main: { context: bench-main } }
rules:
  - ${rule}
otherwise: main
`
const FLOWS = {
  without: routing('{ name: Gold, when: { trunk: carrier-a }, goto: gold, state: { agent: "1007" } }'),
  with: routing(
    '{ name: Gold, when: { lookup: { crm.tier: gold, debts.tier: gold } }, goto: gold, state: { agent: "{crm.agent}" } }',
  ),
} as const

const lab = await Lab.start(await asteriskRoot('forky', say), {
  ...{ flows: { 'routing.yaml': FLOWS.without }, isQuiet: true },
  dialplan: '[bench-gold]\nexten => s,1,Hangup(17)\n[bench-main]\nexten => s,1,Hangup(28)\n',
})
const caller = await userAgent(lab.asterisk, 'carrier-a')
const place = async (at: number) => {
  const plan = { from: `+1555200${String(at % CALLERS).padStart(4, '0')}`, to: '5550000001' }
  return placed(caller.call(plan), {})
}
const spreads = { without: [] as Spread[], with: [] as Spread[] }
try {
  const doorman = await lab.startDoorman()
  for (let turn = 0; turn < turns * 2; turn++) {
    const which = turn % 2 === 0 ? 'without' : 'with'
    const from = doorman.lines.length
    lab.put('routing.yaml', FLOWS[which])
    if (turn > 0) await doorman.event('reload', { ok: true }, { from })
    // Also puts the answers into memory.
    await new Load(place, PER_SECOND, CALLERS * 2).start()
    const asked = server.requests.length
    const calls = await new Load(place, PER_SECOND, PER_SECOND * seconds).start()
    const lost = calls.filter(({ status }) => status !== 486).length
    if (lost > 0 || server.requests.length > asked)
      throw new Error(`${lost} calls went wrong, and ${server.requests.length - asked} requests were sent.`)
    const spread = spreadOf(calls.map(({ wait_ms }) => wait_ms))
    spreads[which].push(spread)
    say(`${which.padEnd(8)} p50 ${spread.p50.toFixed(2)} ms, p99 ${spread.p99.toFixed(2)} ms`)
    await sleep(500)
  }
} finally {
  caller.close()
  await lab.stop()
  server.stop()
}
const middle = (of: readonly Spread[], at: 'p50' | 'p99') => median(of.map((spread) => spread[at]))
const ratioOf = (at: 'p50' | 'p99') => rounded(middle(spreads.with, at) / middle(spreads.without, at), 3)
const ratio = ratioOf('p99')
say(`with lookups, as a multiple: p50 ${ratioOf('p50')}, p99 ${ratio} (at most ${PROMISED} is promised)`)
process.exit(ratio <= PROMISED ? 0 : 1)
