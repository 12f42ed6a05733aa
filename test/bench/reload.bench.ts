/**
 * How long a reload holds up decisions, with 10,000 rules and a million VIP numbers, and what 500 reloads of a small
 * folder leave behind. Prints tables on stderr and the hold-ups as JSON on stdout:
 *
 *     node --expose-gc dist/test/bench/reload.bench.js [reloads of the large folder] [of the small one]
 */
import { Console } from 'node:console'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Compiled } from '../../src/flows/compile.js'
import { compileInWorker } from '../../src/flows/compile-in-worker.js'
import { formatProblem } from '../../src/flows/problem.js'
import type { Revision } from '../../src/flows/revision.js'
import { letCallsGoFirst } from '../../src/observability/calls-first.js'
import { decide } from '../../src/routing/decide.js'
import { AT, call } from '../routing/support/make.js'

// As `doorman run` does.
letCallsGoFirst()

/** What decisions waited while large folders were reloaded. */
export interface ReloadFigures {
  readonly reloads: number
  readonly reload_ms: number
  readonly p50_ms: number
  readonly p99_ms: number
  readonly max_ms: number
}

const RULES = 10_000
const VIPS = 1_000_000
const LARGE_RELOADS = Number(process.argv[2] ?? 5)
const SMALL_RELOADS = Number(process.argv[3] ?? 500)

const console = new Console(process.stderr)
const number = (at: number) => `+1555${String(at).padStart(7, '0')}`

/** A fifth each of exact callees, callee prefixes, callers, branches with a pattern, and headers. */
function whenAt(at: number): string {
  const kinds = [
    `callee: "${number(9_000_000 + at)}"`,
    `callee: "+1444${String(at).padStart(5, '0')}*"`,
    `caller: ["${number(8_000_000 + at)}", "${number(8_500_000 + at)}"]`,
    `branch: Branch ${at % 50}, header: { X-Account: { matches: "^${at}[0-9]{4}$" } }`,
    `header: { X-Queue: [queue ${at}, line ${at}] }`,
  ]
  return kinds[at % kinds.length] ?? ''
}

function routingYaml(rules: number, edition: number): string {
  const lines = Array.from(
    { length: rules },
    (_, at) =>
      `  - { name: rule ${at}, when: { ${whenAt(at)} }, goto: main, state: { hello: "Hello {caller.name}", at: ${at}, edition: ${edition} } }`,
  )
  const branches = Array.from(
    { length: 50 },
    (_, at) => `  Branch ${at}: { numbers: ["${number(7_000_000 + at)}"], state: { branch_at: ${at} } }`,
  )
  return [
    'default_country: US',
    'trunks: { carrier-a: { trust: [caller_number, P-Asserted-Identity, X-VIP, X-Account, X-Queue] } }',
    'vip: { files: [vips.csv], headers: { X-VIP: [gold, platinum] } }',
    'branches:',
    ...branches,
    'flows: { main: { context: main } }',
    'rules:',
    ...lines,
    '  - { name: code, when: { callee: "+1777*" }, run: triage.ts }',
    'otherwise: main',
    '',
  ].join('\n')
}

function vipsCsv(vips: number): string {
  const rows = Array.from({ length: vips }, (_, at) => `${number(at)},Caller ${at},gold\n`)
  return `number,name,tier\n${rows.join('')}`
}

/** Editions differ in every rule, as after an edit. */
function folderOf(rules: number, vips: number, edition: number) {
  const path = mkdtempSync(join(tmpdir(), 'doorman-bench-'))
  writeFileSync(join(path, 'vips.csv'), vipsCsv(vips))
  writeFileSync(
    join(path, 'triage.ts'),
    "export default (conv: { gotoFlow(to: string): void }) => conv.gotoFlow('main')\n",
  )
  writeFileSync(join(path, 'routing.yaml'), routingYaml(rules, edition))
  return { path, remove: () => rmSync(path, { recursive: true }) }
}

function good<T extends Compiled>(compiled: T): Revision {
  if (compiled.ok) return compiled.revision
  throw new Error(compiled.problems.map(formatProblem).join('\n'))
}

/** Every kind of rule is met, and some calls meet none. */
function callAt(at: number) {
  const to = [
    number(9_000_000 + at * 5),
    `+1444${String(at).padStart(5, '0')}99`,
    number(7_000_000 + (at % 50)),
  ]
  const from = at % 2 === 0 ? number((at * 7_919) % VIPS) : number(8_000_000 + ((at * 37) % RULES))
  return call({
    from,
    to: to[at % to.length] ?? '',
    headers: [
      ['From', `"Caller ${at}" <sip:${from}@192.0.2.1>;tag=${at}`],
      ['X-Account', `${(at * 13) % RULES}1234`],
      ['X-Queue', at % 10 === 0 ? `queue ${at}` : 'none'],
    ],
  })
}

const CALLS = Array.from({ length: 1_000 }, (_, at) => callAt(at))

/**
 * A call is due every millisecond, whether the thread has time for it or not, and is held up from then until
 * it is decided.
 */
class Callers {
  held: number[] = []
  #due = performance.now()
  #count = 0
  readonly #timer: NodeJS.Timeout

  constructor(current: () => Revision) {
    this.#timer = setInterval(() => {
      while (this.#due <= performance.now()) {
        const facts = CALLS[this.#count++ % CALLS.length]
        if (facts !== undefined) decide(facts, current().routing, AT)
        this.held.push(performance.now() - this.#due)
        this.#due++
      }
    }, 1)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

function quantile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b)
  return Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1))
}

/** What was left behind by what came before must not be taken for what is measured. */
async function tidy(): Promise<void> {
  await sleep(200)
  globalThis.gc?.()
  globalThis.gc?.()
}

const memoryMb = () => {
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage()
  const mb = (bytes: number) => Math.round(bytes / 1e5) / 10
  return { rss: mb(rss), heap: mb(heapUsed), arrayBuffers: mb(arrayBuffers) }
}

/** All is written beforehand: what writes it must not be taken for what reads it. */
async function holdUps(): Promise<ReloadFigures> {
  const folders = [0, 1].map((edition) => folderOf(RULES, VIPS, edition))
  let current = good(await compileInWorker(folders[0]?.path ?? ''))
  await tidy()
  const callers = new Callers(() => current)
  await sleep(500)
  callers.held = []
  const durations: number[] = []
  for (let at = 1; at <= LARGE_RELOADS; at++) {
    const before = callers.held.length
    const start = performance.now()
    current = good(await compileInWorker(folders[at % 2]?.path ?? ''))
    durations.push(performance.now() - start)
    // What a reload leaves to the garbage collector holds up calls as well.
    await sleep(1_000)
    const longest = callers.held.slice(before).reduce((a, b) => Math.max(a, b), 0)
    console.log(
      `reload ${at}: ${durations.at(-1)?.toFixed(0)} ms, held up a call by ${longest.toFixed(1)} ms`,
    )
  }
  callers.stop()
  for (const { remove } of folders) remove()
  return {
    reloads: LARGE_RELOADS,
    reload_ms: Math.round(quantile(durations, 0.5)),
    p50_ms: quantile(callers.held, 0.5),
    p99_ms: quantile(callers.held, 0.99),
    max_ms: quantile(callers.held, 1),
  }
}

async function memory(): Promise<void> {
  const folders = [0, 1].map((edition) => folderOf(20, 1_000, edition))
  const folderAt = (at: number) => folders[at % folders.length]?.path ?? ''
  let current = good(await compileInWorker(folderAt(0)))
  const seen: (ReturnType<typeof memoryMb> & { reloads: number })[] = []
  for (let at = 1; at <= SMALL_RELOADS; at++) {
    current = good(await compileInWorker(folderAt(at)))
    for (const facts of CALLS.slice(0, 50)) decide(facts, current.routing, AT)
    if (at !== 50 && at % 100 !== 0 && at !== SMALL_RELOADS) continue
    await tidy()
    seen.push({ reloads: at, ...memoryMb() })
  }
  for (const { remove } of folders) remove()
  const [first] = seen
  const growth = (now: number, then: number | undefined) =>
    `${((now / (then ?? now) - 1) * 100).toFixed(1)} %`
  console.table(
    seen.map((one) => ({
      ...one,
      'rss growth': growth(one.rss, first?.rss),
      'heap growth': growth(one.heap, first?.heap),
    })),
  )
}

if (LARGE_RELOADS > 0) process.stdout.write(`${JSON.stringify(await holdUps())}\n`)
if (SMALL_RELOADS > 0) await memory()
