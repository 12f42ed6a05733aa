import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AsteriskInstall } from '../support/install.js'
import { type CallOfKind, type Counts, countsOf } from './counts.js'
import { atMost, hook, lostCalls } from './fault.js'
import { Fixture } from './fixture.js'
import { FLOW_FILES, GOOD, type Kind } from './flow-files.js'

/** What a process holds, as the system sees it. */
interface Holdings {
  readonly rss_mb: number
  /** The most that was resident since the start. */
  readonly peak_mb: number
  /** Sockets are files. */
  readonly files: number
  readonly threads: number
}

export interface SoakSample extends Holdings {
  /** After so many calls. */
  readonly calls: number
}

export interface SoakReport {
  readonly asterisk: string
  readonly samples: readonly SoakSample[]
  readonly counts: Counts
  readonly seconds: number
  readonly problems: readonly string[]
}

interface SoakOptions {
  readonly calls: number
  readonly perSecond: number
  /** How many samples are taken; the last is compared with the first. */
  readonly looks?: number
  /** How much more memory there may be at the end, as a share; 0.05 by default. */
  readonly growth?: number
  /** After so many milliseconds Asterisk closes an idle connection; 15,000 by default. */
  readonly idleMs?: number
  readonly onSample?: (sample: SoakSample) => void
}

/** Asterisk's own `session_keep_alive`. */
const IDLE_MS = 15_000
/** Calls that are over, and idle connections, have ended by then. */
const QUIET_MS = 2_500
/** V8 takes so long to give back what a collection freed. */
const COLLECTED_MS = 2_000
/** One connection or worker more may be there at the moment of looking; a leak is there once for each call. */
const SLACK = 4

const TOKEN = 'a-token-for-the-soak'
/** Memory keeps the last 20 calls of each caller: all of them have so many within the first 10,000 of the soak. */
const CALLERS = 150
/** The first is the VIP caller of `GOOD`. */
const numbers = Array.from({ length: CALLERS }, (_, at) => `+1555123${4_567 + at}`)

/** Hours, a table of a web server, greetings and memory, in the rules of the fault suite. */
function flowFiles(tableUrl: string): Readonly<Record<string, string>> {
  const { 'routing.yaml': routing = '', ...others } = FLOW_FILES
  const used = routing
    .replace('vip: { numbers: ["+15551234567"] }', `vip: { tables: [gold] }\n${known(tableUrl)}`)
    .replace('when: { vip: true }', 'when: { vip: true, open: office }')
    .replace('{ greeting: Welcome back }', '{ greeting: Welcome back }, greet: "Hello {caller.name}."')
  return { ...others, 'routing.yaml': used }
}

const known = (tableUrl: string) => `voice: { engine: flite }
memory: { keep: [branch], for: 90d }
hours: { office: { open: "Mo-Su 00:00-24:00", zone: America/New_York } }
tables: { gold: { http: "${tableUrl}", every: 30s } }`

/** The good calls, each kind from all its callers in turn. */
const KINDS: readonly Kind[] = numbers.flatMap((number, at) =>
  GOOD.map((kind) => {
    const from = kind.flow === 'one' ? number : `+1555999${String(at).padStart(4, '0')}`
    return { ...kind, plan: { ...kind.plan, from } }
  }),
)

/** Many calls with all that a flow file can name, the console open, and what Doorman still holds between them. */
export async function soak(install: AsteriskInstall, options: SoakOptions): Promise<SoakReport> {
  const { perSecond, idleMs = IDLE_MS } = options
  const rows = numbers.map((number, at) => `${number},Caller ${at % 10}\n`)
  const table = createServer((_, answer) => {
    answer.setHeader('content-type', 'text/csv').end(`number,name\n${rows.join('')}`)
  })
  await new Promise<void>((resolve) => void table.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = table.address() as AddressInfo
    const fixture = await Fixture.create(install, {
      ...{ perSecond, isDirect: true, flows: flowFiles(`http://127.0.0.1:${port}/gold.csv`) },
      overrides: { 'http.conf': `session_keep_alive = ${idleMs}` },
      surroundings: {
        through: intoFile,
        isLogInFile: true,
        // As packaging/doorman.service starts it.
        settings: {
          ...hook('collect-garbage'),
          MALLOC_ARENA_MAX: '2',
          DOORMAN_TOKENS: `ann:operator:${TOKEN}`,
        },
      },
    })
    fixture.kinds = KINDS
    try {
      return await play(fixture, { ...options, idleMs })
    } finally {
      await fixture.close()
    }
  } finally {
    table.close()
  }
}

/** The console's stream of calls, as a page reads it. */
async function openConsole(fixture: Fixture): Promise<void> {
  const { url } = JSON.parse(readFileSync(join(fixture.data(), 'control.json'), 'utf8')) as { url: string }
  const { body } = await fetch(`${url}/api/live`, { headers: { authorization: `Bearer ${TOKEN}` } })
  // It ends with Doorman.
  body?.pipeTo(new WritableStream()).catch(() => undefined)
}

/** So long a log belongs into a file, as in production. */
function intoFile(data: string): readonly string[] {
  return ['sh', '-c', 'log="$1/doorman.log" && shift && exec "$@" >>"$log"', 'log', data]
}

async function play(
  fixture: Fixture,
  { looks = 10, growth = 0.05, ...options }: SoakOptions & { readonly idleMs: number },
): Promise<SoakReport> {
  if ((await fixture.routesAgain()) === undefined)
    throw new Error('No call was routed before the soak began.')
  await openConsole(fixture)
  const [started, { pid }] = [performance.now(), fixture.doorman()]
  const samples: SoakSample[] = []
  const calls: CallOfKind[] = []
  for (let look = 1; look <= looks; look += 1) {
    calls.push(...(await fixture.newLoad(options.perSecond, Math.ceil(options.calls / looks)).start()))
    await sleep(options.idleMs + QUIET_MS)
    process.kill(pid, 'SIGUSR2')
    await sleep(COLLECTED_MS)
    const most = (samples[0]?.files ?? Number.POSITIVE_INFINITY) + SLACK
    // A busy Asterisk closes its idle connections late; what leaks stays.
    for (let waits = 0; waits < 10 && holdingsOf(pid).files > most; waits += 1) await sleep(1_000)
    const sample = { calls: calls.length, ...holdingsOf(pid) }
    samples.push(sample)
    options.onSample?.(sample)
  }
  const counts = countsOf(calls)
  const problems = [...fixture.casualties, ...problemsOf(samples, counts, growth)]
  const seconds = Math.round((performance.now() - started) / 1_000)
  return { asterisk: fixture.asterisk.version, samples, counts, seconds, problems }
}

/** From /proc. */
export function holdingsOf(pid: number): Holdings {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const number = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1])
  const mb = (name: string) => Math.round(number(name) / 102.4) / 10
  return {
    ...{ rss_mb: mb('VmRSS'), peak_mb: mb('VmHWM') },
    files: readdirSync(`/proc/${pid}/fd`).length,
    threads: number('Threads'),
  }
}

function problemsOf(samples: readonly SoakSample[], counts: Counts, growth: number): readonly string[] {
  const [first, last] = [samples.at(0), samples.at(-1)]
  if (first === undefined || last === undefined) return ['Nothing was measured']
  return [
    ...lostCalls(counts),
    ...atMost(first.rss_mb * (1 + growth), last.rss_mb, 'Megabytes of memory'),
    ...atMost(first.files + SLACK, last.files, 'Open files'),
    ...atMost(first.threads + SLACK, last.threads, 'Threads'),
  ]
}
