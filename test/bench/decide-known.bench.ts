/**
 * How long a decision takes where the 10,000 rules use hours, a table and memory, too, in turns with the same rules
 * without:
 *
 *     npm run bench:known     a minute; prints the medians of the rounds and their ratio
 */
import { compile } from '../../src/flows/compile.js'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import { readNumberTable } from '../../src/routing/number-file.js'
import { NO_OUTSIDE_DATA, type OutsideData } from '../../src/routing/outside-data.js'
import { AT, call } from '../routing/support/make.js'
import { flowFolder } from '../support/flow-folder.js'
import { callParts, largeFiles, revisionOf, vipsCsv } from './large.js'
import { median, spreadOf } from './percentile.js'

const RULES = 10_000
const NUMBERS = 100_000
const CALLS = 1_000
const ROUNDS = 30
const WARM_ROUNDS = 5

/** A third of the rules each; none is in the way of a rule that matches without it. */
const ADDED = ['open: office', 'not: { caller: { table: blocked } }', 'not: { remembered: { language: de } }']

const KNOWN = `
hours: { office: { zone: America/New_York, open: "Mo-Su 00:00-24:00" } }
tables: { blocked: { http: "http://127.0.0.1/blocked.csv" } }
memory: { keep: [language], for: 90d }
`

const plain = largeFiles(RULES, NUMBERS)
const text = String(plain['routing.yaml'])
const known = text.replace(
  /^( {2}- \{ name: r(\d+), when: \{)/gm,
  (_, rule, at) => `${rule} ${ADDED[at % 3]},`,
)

async function routingOf(routing: string) {
  const folder = flowFolder({ ...plain, 'routing.yaml': routing })
  const { routing: compiled } = revisionOf(await compile(folder.path))
  folder.remove()
  return compiled
}

const { table } = readNumberTable('blocked', Buffer.from(vipsCsv(NUMBERS).replaceAll('+1555', '+1999')), 'US')
const outside: OutsideData = {
  ...NO_OUTSIDE_DATA,
  tables: new Map([['blocked', { ...table, version: '0' }]]),
  memory: { values: { language: 'en' }, calls: [] },
}
const systems = [
  { name: 'without', routing: await routingOf(text), outside: NO_OUTSIDE_DATA, p50s: [] as number[] },
  { name: 'with', routing: await routingOf(known + KNOWN), outside, p50s: [] as number[] },
] as const
const calls = Array.from({ length: CALLS }, (_, at) => call(callParts(at, NUMBERS, RULES)))

for (const facts of calls) {
  const [before, after] = systems.map(
    ({ routing, outside: data }) => decide(contextOf(facts, routing, AT, data)).rule,
  )
  if (before !== after) throw new Error(`A call meets rule ${before} without, and ${after} with.`)
}
for (let round = -WARM_ROUNDS; round < ROUNDS; round++)
  for (const { routing, outside: data, p50s } of round % 2 === 0 ? systems : systems.toReversed()) {
    const times = calls.map((facts) => {
      const start = performance.now()
      decide(contextOf(facts, routing, AT, data))
      return (performance.now() - start) * 1_000
    })
    if (round >= 0) p50s.push(spreadOf(times).p50)
  }
const [without, withKnown] = systems.map(({ p50s }) => median(p50s))
console.log(`decide, ${RULES} rules, p50 (µs): ${without?.toFixed(2)} without hours, table and memory`)
console.log(
  `${withKnown?.toFixed(2)} with; ratio ${((withKnown ?? 0) / (without ?? 1)).toFixed(2)} (1.3 wanted)`,
)
