/**
 * How long a decision takes with 10,000 rules and up to a million VIP numbers, with the index and rule by rule. Prints
 * a table on stderr and the figures with the most numbers as JSON on stdout:
 *
 *     node --expose-gc dist/test/bench/decide.bench.js
 */
import { Console } from 'node:console'
import { evaluate } from '../../src/routing/condition.js'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import { readNumberTable } from '../../src/routing/number-file.js'
import type { CallFacts, Condition, NumberTable, Routing } from '../../src/routing/types.js'
import { AT, branch, call, explained, routingOf, ruleOf, trusting, when } from '../routing/support/make.js'

/** With the most VIP numbers; `load` is the time and memory that a file of them takes, its bytes included. */
export interface DecideFigures {
  readonly p50_us: number
  readonly p99_us: number
  readonly p50_us_few_numbers: number
  readonly rules: number
  readonly vips: number
  readonly load_s: number
  readonly load_mb: number
}

const RULES = 10_000
const CALLS = 1_000

const number = (at: number) => `+1555${String(at).padStart(7, '0')}`

/** A fifth each of exact callees, callee prefixes, callers, branches with a header, and headers. */
function conditionAt(at: number): Condition {
  const kinds: readonly (() => Condition)[] = [
    () => when.callee(number(9_000_000 + at)),
    () => when.callee(`+1444${String(at).padStart(5, '0')}*`),
    () => when.caller(number(8_000_000 + at)),
    () => when.all(when.branch(`Branch ${at % 50}`), when.headerIs('X-Account', String(at))),
    () => when.headerIs('X-Queue', `queue ${at}`),
  ]
  return kinds[at % kinds.length]?.() ?? when.vip(true)
}

const rules = Array.from({ length: RULES }, (_, at) =>
  ruleOf(conditionAt(at), at, { hello: 'Hello {caller.name}' }),
)
const branches = Array.from({ length: 50 }, (_, at) =>
  branch(`Branch ${at}`, [number(7_000_000 + at)], { at }),
)

function routingWith(table: NumberTable): Routing {
  return routingOf({
    trust: trusting({
      'carrier-a': ['caller_number', 'P-Asserted-Identity', 'X-VIP', 'X-Account', 'X-Queue'],
    }),
    vipTables: [table],
    vipHeaders: { 'X-VIP': ['gold', 'platinum'] },
    branches,
    rules,
  })
}

/** Every other caller is a VIP where there are VIPs; every rule kind is met, and some calls meet none. */
function callAt(at: number, vips: number): CallFacts {
  const from =
    at % 2 === 0 && vips > 0 ? number((at * 7_919) % vips) : number(8_000_000 + ((at * 37) % RULES))
  const to = [
    number(9_000_000 + at * 5),
    `+1444${String(at).padStart(5, '0')}99`,
    number(7_000_000 + (at % 50)),
  ]
  return call({
    from,
    to: to[at % to.length] ?? '',
    headers: [
      ['From', `"Caller ${at}" <sip:${from}@192.0.2.1>;tag=${at}`],
      ['X-Account', String((at * 13) % RULES)],
      ['X-Queue', at % 10 === 0 ? `queue ${at}` : 'none'],
    ],
  })
}

/** What `decide` would have to do without the index. */
function linear(facts: CallFacts, routing: Routing): string {
  const known = contextOf(facts, routing)
  return routing.rules.find(({ when }) => evaluate(when, known))?.name ?? 'otherwise'
}

function fileOf(vips: number): Buffer {
  const rows = Array.from({ length: vips }, (_, at) => `${number(at)},Caller ${at},gold\n`)
  return Buffer.from(`number,name,tier\n${rows.join('')}`)
}

/** Memory is what stays beside the file itself, which is kept too. */
function load(content: Buffer) {
  const before = memory()
  const start = performance.now()
  const { table } = readNumberTable('vips.csv', content, 'US')
  const ms = performance.now() - start
  return { table, ms, indexMegabytes: (memory() - before) / 1e6, fileMegabytes: content.length / 1e6 }
}

function memory(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

function measure(calls: readonly CallFacts[], rounds: number, run: (facts: CallFacts) => unknown) {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    for (const facts of calls) {
      const start = performance.now()
      run(facts)
      times.push((performance.now() - start) * 1_000)
    }
  }
  times.sort((a, b) => a - b)
  const at = (share: number) => Number((times[Math.floor(times.length * share)] ?? 0).toFixed(1))
  return { p50: at(0.5), p99: at(0.99) }
}

const results = [1_000, 100_000, 1_000_000].map((vips) => {
  const { table, ms, indexMegabytes, fileMegabytes } = load(fileOf(vips))
  const routing = routingWith(table)
  const calls = Array.from({ length: CALLS }, (_, at) => callAt(at, vips))
  const few = calls.slice(0, 100)
  for (const facts of few) {
    if (decide(facts, routing, AT).rule !== linear(facts, routing))
      throw new Error('the index disagrees with the rules')
  }
  measure(calls, 5, (facts) => decide(facts, routing, AT))
  const indexed = measure(calls, 20, (facts) => decide(facts, routing, AT))
  const walked = measure(few, 3, (facts) => linear(facts, routing))
  const explanations = measure(few, 1, (facts) => explained(facts, routing))
  return { vips, ms, indexMegabytes, fileMegabytes, indexed, walked, explanations }
})

const start = performance.now()
routingWith(readNumberTable('none.csv', Buffer.alloc(0), 'US').table)
const console = new Console(process.stderr)
console.log(
  `${RULES} rules, index built in ${Math.round(performance.now() - start)} ms; Node ${process.version}`,
)
console.table(
  results.map(({ vips, ms, indexMegabytes, fileMegabytes, indexed, walked, explanations }) => ({
    VIPs: vips,
    'load ms': Math.round(ms),
    'file MB': Math.round(fileMegabytes),
    'index MB': Math.round(indexMegabytes),
    'decide p50 µs': indexed.p50,
    'decide p99 µs': indexed.p99,
    'rule by rule p50 µs': walked.p50,
    'explain p50 µs': explanations.p50,
  })),
)
const [fewest, , most] = results
if (fewest !== undefined && most !== undefined) {
  const figures: DecideFigures = {
    p50_us: most.indexed.p50,
    p99_us: most.indexed.p99,
    p50_us_few_numbers: fewest.indexed.p50,
    rules: RULES,
    vips: most.vips,
    load_s: Number((most.ms / 1_000).toFixed(3)),
    load_mb: Math.round(most.fileMegabytes + most.indexMegabytes),
  }
  process.stdout.write(`${JSON.stringify(figures)}\n`)
}
