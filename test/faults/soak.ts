import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AsteriskInstall } from '../support/install.js'
import { GOOD } from './flow-files.js'
import { Load } from './load.js'
import { Stage } from './stage.js'
import { type Tally, tallyOf } from './tally.js'

/** What a process holds, as the system sees it. */
export interface Holdings {
  readonly rss_mb: number
  readonly files: number
  readonly threads: number
}

/** After so many calls, once it was quiet again. */
export interface SoakSample extends Holdings {
  readonly calls: number
}

export interface SoakReport {
  readonly asterisk: string
  readonly samples: readonly SoakSample[]
  readonly tally: Tally
  readonly seconds: number
  readonly problems: readonly string[]
}

export interface SoakOptions {
  readonly calls: number
  readonly perSecond: number
  /** How many times it is looked; the first time tells what the others are measured by. */
  readonly looks?: number
  /** How much more memory there may be at the end, as a share; 0.05 by default. */
  readonly growth?: number
  /** After so many milliseconds Asterisk closes a connection that nobody uses; 15,000 by default. */
  readonly idleMs?: number
  readonly onStage?: (stage: Stage | undefined) => void
  readonly onSample?: (sample: SoakSample) => void
}

/** Asterisk's own `session_keep_alive`. */
const IDLE_MS = 15_000
/** Calls that are over, and connections that nobody has used for a while, have ended by then. */
const QUIET_MS = 2_500
/** So long V8 takes to give back what a collection freed. */
const COLLECTED_MS = 2_000
const COLLECTING = `--import=${new URL('./collect.js', import.meta.url)}`
/** One connection or worker more may be there at the moment of looking. What leaks is there once for each call. */
const SLACK = 4

/** Many calls, one after the other, and what Doorman still holds between them. */
export async function soak(install: AsteriskInstall, options: SoakOptions): Promise<SoakReport> {
  const { perSecond, idleMs = IDLE_MS } = options
  const overrides = { 'http.conf': `session_keep_alive = ${idleMs}` }
  const stage = await Stage.raise(install, {
    ...{
      perSecond,
      overrides,
      isDirect: true,
      surroundings: { through: intoFile, settings: { NODE_OPTIONS: COLLECTING } },
    },
  })
  options.onStage?.(stage)
  try {
    return await play(stage, options)
  } finally {
    options.onStage?.(undefined)
    await stage.close()
  }
}

/** A log of this size is for a disk, as it is where Doorman is at work. */
function intoFile(data: string): readonly string[] {
  return ['sh', '-c', 'log="$1/doorman.log" && shift && exec "$@" >>"$log"', 'log', data]
}

async function play(stage: Stage, options: SoakOptions): Promise<SoakReport> {
  const { looks = 10, growth = 0.05, idleMs = IDLE_MS } = options
  await isUp(stage)
  const [started, { pid }] = [performance.now(), stage.doorman()]
  const [samples, tallies]: [SoakSample[], Tally[]] = [[], []]
  for (let look = 1; look <= looks; look += 1) {
    tallies.push(await some(stage, Math.ceil(options.calls / looks), options.perSecond))
    await sleep(idleMs + QUIET_MS)
    process.kill(pid, 'SIGUSR2')
    await sleep(COLLECTED_MS)
    const calls = tallies.reduce((sum, { offered }) => sum + offered, 0)
    const sample = { calls, ...holdingsOf(pid) }
    samples.push(sample)
    options.onSample?.(sample)
  }
  const tally = sumOf(tallies)
  const problems = [...stage.casualties, ...problemsOf(samples, tally, growth)]
  const seconds = Math.round((performance.now() - started) / 1_000)
  return { asterisk: stage.asterisk.version, samples, tally, seconds, problems }
}

async function isUp({ caller }: Stage): Promise<void> {
  const [first] = GOOD
  for (let tries = 0; first !== undefined && tries < 100; tries += 1) {
    const report = await caller.call({ ...first.plan, holdMs: 0 })
    if (tallyOf([{ kind: first, report }]).routed === 1) return
    await sleep(200)
  }
  throw new Error('No call was routed before the soak began.')
}

async function some(stage: Stage, calls: number, perSecond: number): Promise<Tally> {
  const load = new Load(stage.caller, GOOD, perSecond)
  load.start()
  await load.reaches(calls)
  return tallyOf(await load.stop())
}

/** From /proc; files and threads are counted, and sockets are files. */
export function holdingsOf(pid: number): Holdings {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const number = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1])
  return {
    rss_mb: Math.round(number('VmRSS') / 102.4) / 10,
    files: readdirSync(`/proc/${pid}/fd`).length,
    threads: number('Threads'),
  }
}

function sumOf(tallies: readonly Tally[]): Tally {
  const [first = tallyOf([]), ...others] = tallies
  return others.reduce(
    (sum, tally) => ({
      offered: sum.offered + tally.offered,
      routed: sum.routed + tally.routed,
      fallback: sum.fallback + tally.fallback,
      lost: sum.lost + tally.lost,
      not_taken: sum.not_taken + tally.not_taken,
      longest_wait_ms: Math.max(sum.longest_wait_ms, tally.longest_wait_ms),
      longest_from_first_ms: Math.max(sum.longest_from_first_ms, tally.longest_from_first_ms),
      lost_how: { ...sum.lost_how, ...tally.lost_how },
    }),
    first,
  )
}

function problemsOf(samples: readonly SoakSample[], tally: Tally, growth: number): readonly string[] {
  const [first, last] = [samples.at(0), samples.at(-1)]
  if (first === undefined || last === undefined) return ['Nothing was measured']
  const most = first.rss_mb * (1 + growth)
  return [
    ...(tally.lost === 0 ? [] : [`${tally.lost} calls were lost: ${JSON.stringify(tally.lost_how)}`]),
    ...(last.rss_mb <= most ? [] : [`Memory grew from ${first.rss_mb} MB to ${last.rss_mb} MB`]),
    ...(last.files <= first.files + SLACK ? [] : [`Open files grew from ${first.files} to ${last.files}`]),
    ...(last.threads <= first.threads + SLACK
      ? []
      : [`Threads grew from ${first.threads} to ${last.threads}`]),
  ]
}
