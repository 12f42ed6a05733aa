/**
 * How many recorded calls a second a replay decides again, from the database, and what it costs the
 * event loop. Build, then: node dist/test/bench/replay.bench.js [calls]
 */
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { compile } from '../../src/flows/compile.js'
import { FunctionRunner } from '../../src/flows/functions/function-runner.js'
import { formatProblem } from '../../src/flows/problem.js'
import type { Revision } from '../../src/flows/revision.js'
import { findCalls } from '../../src/history/recorded-calls.js'
import { replay } from '../../src/history/replay.js'
import { Store, StoreReader } from '../../src/store/store.js'
import { recorded, stored } from '../history/calls.js'

const CALLS = Number(process.argv[2] ?? 100_000)
const RULES = 1_000

const number = (at: number) => `+1555${String(at).padStart(7, '0')}`

/** Rules for numbers, branches with a header, and headers; the last one runs code for one number. */
function rulesText(): string {
  const rules = Array.from({ length: RULES }, (_, at) => {
    const kinds = [
      `callee: "${number(at)}"`,
      `branch: B${at % 20}, header: { X-A: "${at}" }`,
      `header: { X-Q: "${at}" }`,
    ]
    return `  - { name: r${at}, when: { ${kinds[at % 3]} }, goto: ${at % 2 === 0 ? 'main' : 'sales'} }`
  })
  const branches = Array.from(
    { length: 20 },
    (_, at) => `  B${at}: { numbers: "${number(5_000 + at)}", state: { at: ${at} } }`,
  )
  return `default_country: US
trunks: { carrier-a: { trust: [caller_number, P-Asserted-Identity, X-VIP, X-A, X-Q] } }
vip: { files: [vips.csv], headers: { X-VIP: gold } }
flows: { main: { context: main }, sales: { context: sales } }
otherwise: main
branches:
${branches.join('\n')}
rules:
${rules.join('\n')}
  - { name: code, when: { callee: "+15559999999" }, run: code.ts }
`
}

/** As a call over a usual carrier looks: five headers, a third of them to numbers that rules name. */
function callAt(at: number, codeShare: number) {
  const from = `555${String(1_000_000 + (at % 50_000))}`
  const isCode = Math.floor((at + 1) * codeShare) > Math.floor(at * codeShare)
  return recorded({
    at: new Date(1_900_000_000_000 + at * 1_000).toISOString(),
    call: `1700000000.${at}`,
    sipCallId: `${at}-0123456789abcdef@192.0.2.1`,
    callerId: { number: from, name: `Caller ${at % 1_000}` },
    dialled: isCode ? '+15559999999' : number(at % 6_000),
    headers: [
      ['from', `"Caller ${at % 1_000}" <sip:${from}@192.0.2.1;user=phone>;tag=${at}`],
      ['p-asserted-identity', `"Caller" <sip:+1${from}@192.0.2.1;user=phone>`],
      ['x-a', String(at % RULES)],
      ['x-q', String((at * 7) % 3_000)],
      ['x-vip', at % 100 === 0 ? 'gold' : 'none'],
    ],
  })
}

async function revisionIn(folder: string): Promise<Revision> {
  const vips = Array.from({ length: 100_000 }, (_, at) => `${number(1_000_000 + at)},Name ${at}\n`).join('')
  const files = {
    'routing.yaml': rulesText(),
    'vips.csv': `number,name\n${vips}`,
    'code.ts': 'export default (conv: any) => { conv.state.seen = true; conv.gotoFlow("sales") }',
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const compiled = await compile(folder)
  if (!compiled.ok) throw new Error(compiled.problems.map(formatProblem).join('\n'))
  return compiled.revision
}

async function record(data: string, calls: number, codeShare: number) {
  const store = new Store({
    ...{ folder: data, keepCallsDays: 36_500, keepCallsMb: 100_000 },
    report: (_level, message) => {
      throw new Error(message)
    },
  })
  let append = 0
  for (let at = 0; at < calls; at++) {
    const call = stored(callAt(at, codeShare))
    const start = performance.now()
    store.recordCall(call)
    append += performance.now() - start
    if (at % 1_000 === 0) await store.flush()
  }
  await store.flush()
  await store.close()
  return (append / calls) * 1_000
}

async function measure(data: string, candidate: Revision, functions: FunctionRunner) {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const cpu = process.cpuUsage()
  const start = performance.now()
  const result = await replay(findCalls(new StoreReader(data), { limit: CALLS }), { candidate, functions })
  const ms = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  delay.disable()
  return { result, ms, cpuMs: (user + system) / 1_000, longest: delay.max / 1e6 }
}

const folder = await mkdtemp(join(tmpdir(), 'doorman-bench-'))
const functions = new FunctionRunner()
try {
  const candidate = await revisionIn(folder)
  const rows = []
  for (const [share, calls] of [
    [0, CALLS],
    [0.1, Math.min(CALLS, 20_000)],
  ] as const) {
    const data = join(folder, `data-${share}`)
    await mkdir(data)
    const append = await record(data, calls, share)
    const { size } = await stat(join(data, 'doorman.db'))
    await measure(data, candidate, functions)
    const { result, ms, cpuMs, longest } = await measure(data, candidate, functions)
    rows.push({
      calls: result.calls,
      'by code': result.functionRuns,
      changed: result.changed,
      'append µs': Number(append.toFixed(1)),
      'database MB': Number((size / 1e6).toFixed(1)),
      ms: Math.round(ms),
      'calls/s': Math.round(result.calls / (ms / 1_000)),
      'calls/s of CPU': Math.round(result.calls / (cpuMs / 1_000)),
      'longest hold ms': Number(longest.toFixed(1)),
      'RSS MB': Math.round(process.memoryUsage().rss / 1e6),
    })
  }
  console.log(`${RULES} rules, 100,000 VIPs; Node ${process.version}`)
  console.table(rows)
} finally {
  await functions.stop()
  await rm(folder, { recursive: true, force: true })
}
