/**
 * How long a decision takes with 10,000 rules and up to a million VIP numbers, and how long their file takes to load.
 * Prints a table on stderr and the figures with the most numbers as JSON on stdout:
 *
 *     node --expose-gc dist/test/bench/decide.bench.js
 */
import { Console } from 'node:console'
import { compile } from '../../src/flows/compile.js'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import { readNumberTable } from '../../src/routing/number-file.js'
import { AT, call } from '../routing/support/make.js'
import { flowFolder } from '../support/flow-folder.js'
import { callParts, largeFiles, revisionOf, vipsCsv } from './large.js'
import { spreadOf } from './percentile.js'

const RULES = 10_000
const CALLS = 1_000
const ROUNDS = 20

function memory(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** The memory of the table includes its copy of the file. */
function load(vips: number) {
  const content = Buffer.from(vipsCsv(vips))
  const before = memory()
  const start = performance.now()
  const read = readNumberTable('vips.csv', content, 'US')
  const ms = performance.now() - start
  const megabytes = (memory() - before) / 1e6
  if (read.table.size !== vips) throw new Error('The number file was not read whole.')
  return { ms: Math.round(ms), megabytes: Math.round(megabytes) }
}

async function measure(vips: number) {
  const loaded = load(vips)
  const folder = flowFolder(largeFiles(RULES, vips))
  const { routing } = revisionOf(await compile(folder.path))
  folder.remove()
  const calls = Array.from({ length: CALLS }, (_, at) => call(callParts(at, vips, RULES)))
  const times: number[] = []
  for (let round = -5; round < ROUNDS; round++) {
    for (const facts of calls) {
      const start = performance.now()
      decide(contextOf(facts, routing, AT))
      if (round >= 0) times.push((performance.now() - start) * 1_000)
    }
  }
  const { p50, p99 } = spreadOf(times)
  return { vips, ...loaded, p50_us: Number(p50.toFixed(1)), p99_us: Number(p99.toFixed(1)) }
}

const few = await measure(1_000)
const many = await measure(1_000_000)
const console = new Console(process.stderr)
console.log(`decide, ${RULES} rules; Node ${process.version}`)
console.table([few, many])

/** With the most VIP numbers; `load` is the time and memory that a file of them takes. */
export type DecideFigures = typeof figures
const figures = {
  p50_us: many.p50_us,
  p99_us: many.p99_us,
  p50_us_few_numbers: few.p50_us,
  rules: RULES,
  vips: many.vips,
  load_s: many.ms / 1_000,
  load_mb: many.megabytes,
}
process.stdout.write(`${JSON.stringify(figures)}\n`)
