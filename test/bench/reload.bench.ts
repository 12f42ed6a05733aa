/**
 * How long a reload holds up decisions, with 10,000 rules and a million VIP numbers, and what 500 reloads of a small
 * folder leave behind. Prints on stderr, and the hold-ups as JSON on stdout:
 *
 *     node --expose-gc dist/test/bench/reload.bench.js [reloads of the large folder] [of the small one]
 */
import { Console } from 'node:console'
import { setTimeout as sleep } from 'node:timers/promises'
import { compileInWorker } from '../../src/flows/compile.js'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import { AT, call } from '../routing/support/make.js'
import { flowFolder } from '../support/flow-folder.js'
import { Callers } from './callers.js'
import { callParts, largeFiles, revisionOf } from './large.js'
import { median, rounded, spreadOf } from './percentile.js'

const RULES = 10_000
const VIPS = 1_000_000
const LARGE_RELOADS = Number(process.argv[2] ?? 5)
const SMALL_RELOADS = Number(process.argv[3] ?? 500)
const CALLS = Array.from({ length: 1_000 }, (_, at) => call(callParts(at, VIPS, RULES)))
const console = new Console(process.stderr)

async function collectGarbage(): Promise<void> {
  await sleep(200)
  globalThis.gc?.()
  globalThis.gc?.()
}

/** What decisions waited while large folders were reloaded. */
export type ReloadFigures = Awaited<ReturnType<typeof holdUps>>

async function holdUps() {
  const folders = [0, 1].map((edition) => flowFolder(largeFiles(RULES, VIPS, edition)))
  let current = revisionOf(await compileInWorker(folders[0]?.path ?? ''))
  await collectGarbage()
  const callers = new Callers((at) => {
    const facts = CALLS[at % CALLS.length]
    if (facts !== undefined) decide(contextOf(facts, current.routing, AT))
  })
  await sleep(500)
  callers.waited = []
  const durations: number[] = []
  for (let at = 1; at <= LARGE_RELOADS; at++) {
    const before = callers.waited.length
    const start = performance.now()
    current = revisionOf(await compileInWorker(folders[at % 2]?.path ?? ''))
    durations.push(performance.now() - start)
    // What a reload leaves to the garbage collector holds up calls as well.
    await sleep(1_000)
    const { max } = spreadOf(callers.waited.slice(before))
    console.log(`reload ${at}: ${durations.at(-1)?.toFixed(0)} ms, held up a call by ${max.toFixed(1)} ms`)
  }
  callers.stop()
  for (const { remove } of folders) remove()
  const { p50, p99, max } = spreadOf(callers.waited)
  return {
    ...{ reloads: LARGE_RELOADS, reload_ms: Math.round(median(durations)) },
    ...{ p50_ms: rounded(p50, 1), p99_ms: rounded(p99, 1), max_ms: rounded(max, 1) },
  }
}

/** What many reloads leave behind. */
async function memory(): Promise<void> {
  const folders = [0, 1].map((edition) => flowFolder(largeFiles(20, 1_000, edition)))
  const seen: { reloads: number; 'RSS MB': number; 'heap MB': number }[] = []
  for (let at = 1; at <= SMALL_RELOADS; at++) {
    const { routing } = revisionOf(await compileInWorker(folders[at % 2]?.path ?? ''))
    for (const facts of CALLS.slice(0, 50)) decide(contextOf(facts, routing, AT))
    if (at !== 50 && at % 100 !== 0) continue
    await collectGarbage()
    const { rss, heapUsed } = process.memoryUsage()
    seen.push({ reloads: at, 'RSS MB': rounded(rss / 1e6, 1), 'heap MB': rounded(heapUsed / 1e6, 1) })
  }
  for (const { remove } of folders) remove()
  console.table(seen)
}

if (LARGE_RELOADS > 0) process.stdout.write(`${JSON.stringify(await holdUps())}\n`)
if (SMALL_RELOADS > 0) await memory()
