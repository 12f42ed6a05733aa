import { cpus } from 'node:os'
import type { BenchOptions } from '../bench-options.js'
import type { DecideFigures } from '../decide-figures.js'
import { type FloorName, isFloor, type SystemName } from '../lab/systems-table.js'
import { median, rounded } from '../percentile.js'
import type { Measured } from '../turn.js'
import { STEPS, type Steps } from './records.js'

/** What one system did at one rate: the medians of the rounds. */
export interface RateFigures {
  readonly p50_ms: number
  readonly p90_ms: number
  readonly p99_ms: number
  /** The slowest call of all rounds. */
  readonly max_ms: number
  readonly asterisk_cpu_ms_per_call: number
  readonly controller_cpu_ms_per_call: number
  /** How much later than due the caller sent, at p99: on a quiet machine little over a millisecond. */
  readonly caller_late_p99_ms: number
  readonly offered: number
  readonly right: number
}

export interface RoundFigures {
  readonly p50_ms: number
  readonly p99_ms: number
  readonly controller_cpu_ms_per_call: number
}

export interface SystemFigures {
  readonly p50_ms_at_100: number
  readonly p99_ms_at_100: number
  /** Null where no knee was looked for. */
  readonly knee_cps: number | null
  /** At 100 calls a second, as the memory is. */
  readonly asterisk_cpu_ms_per_call: number
  readonly controller_cpu_ms_per_call: number
  /** Of the controller; the dialplan has none. */
  readonly rss_mb: number
  readonly asterisk_rss_mb: number
  /** The same, round by round: how far one round is from the next. */
  readonly rounds_at_100: readonly RoundFigures[]
  readonly rates: Readonly<Record<string, RateFigures>>
}

export interface Results {
  readonly date: string
  /** When the knees were measured, where that was in a run of their own. */
  readonly knees_date?: string
  readonly versions: { readonly asterisk: string; readonly node: string }
  readonly cores: number
  readonly cpu: string
  readonly rounds: number
  readonly seconds: number
  readonly seconds_at_100: number
  readonly rules: number
  readonly vips: number
  readonly systems: Readonly<Partial<Record<Exclude<SystemName, FloorName>, SystemFigures>>>
  /** The same of what the budget of a call is made of. */
  readonly floors: Readonly<Partial<Record<FloorName, SystemFigures>>>
  /** Microseconds in each step of Doorman, at the median of all its calls. */
  readonly steps_us: Readonly<Record<keyof Steps, number>> | null
  /** Whether something else kept the machine busy, so that no ratio of this run can be believed. */
  readonly disturbed: boolean
  /** Doorman's calls that landed right, and its decision records of routed calls. */
  readonly records: { readonly calls: number; readonly routed: number }
  readonly decide: DecideFigures | null
}

export interface Found {
  readonly measured: readonly Measured[]
  readonly knees: Readonly<Partial<Record<SystemName, number>>>
  readonly records: Results['records']
  readonly steps: readonly Steps[]
}

export interface Circumstances {
  readonly options: BenchOptions
  readonly asterisk: string
  readonly decide: DecideFigures | undefined
}

export function resultsOf(found: Found, { options, asterisk, decide }: Circumstances): Results {
  const figuresOf = (names: readonly SystemName[]) =>
    Object.fromEntries(names.map((name) => [name, systemFigures(name, found)]))
  const systems = figuresOf(options.systems.filter((name) => !isFloor(name)))
  return {
    date: new Date().toISOString(),
    versions: { asterisk, node: process.version.slice(1) },
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    rounds: options.rounds,
    seconds: options.seconds,
    seconds_at_100: options.secondsAt100,
    rules: options.rules,
    vips: options.vips,
    systems,
    floors: figuresOf(options.systems.filter(isFloor)),
    steps_us: stepFigures(found.steps),
    disturbed: isDisturbed(Object.values(systems)),
    records: found.records,
    decide: decide ?? null,
  }
}

function stepFigures(steps: readonly Steps[]): Results['steps_us'] {
  if (steps.length === 0) return null
  const of = (step: keyof Steps) => rounded(median(steps.map((each) => each[step])) * 1_000, 0)
  return Object.fromEntries(STEPS.map((step) => [step, of(step)])) as Results['steps_us']
}

/** Results with the knees of a later run, in which all of them were measured. */
export function withKnees(results: Results, { knees }: Found): Results {
  const renewed = (all: Results['systems'] | Results['floors']) => {
    const figures = Object.entries(all).map(([name, each]) => {
      return [name, { ...each, knee_cps: knees[name as SystemName] ?? null }]
    })
    return Object.fromEntries(figures)
  }
  const [systems, floors] = [renewed(results.systems), renewed(results.floors)]
  return { ...results, knees_date: new Date().toISOString(), systems, floors }
}

/** The knees that were found, of floors too. */
export function kneesOf({ systems, floors }: Results): Partial<Record<SystemName, number>> {
  const all = Object.entries({ ...systems, ...floors }).filter(([, { knee_cps }]) => (knee_cps ?? 0) > 0)
  return Object.fromEntries(all.map(([name, { knee_cps }]) => [name, knee_cps]))
}

/** A caller that is woken so late at a hundred calls a second shares its two cores with strangers. */
const DISTURBED_MS = 4

function isDisturbed(systems: readonly SystemFigures[]): boolean {
  return systems.some(({ rates }) => (rates['100']?.caller_late_p99_ms ?? 0) > DISTURBED_MS)
}

function systemFigures(system: SystemName, { measured, knees }: Found): SystemFigures {
  const own = measured.filter((run) => run.system === system)
  const at100 = own.filter(({ perSecond }) => perSecond === 100)
  const rates = [...new Set(own.map(({ perSecond }) => perSecond))]
  const of = (value: (run: Measured) => number, digits = 2) => middle(at100, value, digits)
  return {
    p50_ms_at_100: of(({ latency_ms }) => latency_ms.p50),
    p99_ms_at_100: of(({ latency_ms }) => latency_ms.p99),
    knee_cps: knees[system] ?? null,
    asterisk_cpu_ms_per_call: of((run) => run.asterisk_cpu_ms),
    controller_cpu_ms_per_call: of((run) => run.controller_cpu_ms),
    rss_mb: of((run) => run.controller_rss_mb, 0),
    asterisk_rss_mb: of((run) => run.asterisk_rss_mb, 0),
    rounds_at_100: at100.map(({ latency_ms, controller_cpu_ms }) => ({
      p50_ms: rounded(latency_ms.p50, 2),
      p99_ms: rounded(latency_ms.p99, 2),
      controller_cpu_ms_per_call: rounded(controller_cpu_ms, 2),
    })),
    rates: Object.fromEntries(rates.map((rate) => [rate, rateFigures(own, rate)])),
  }
}

function rateFigures(own: readonly Measured[], rate: number): RateFigures {
  const runs = own.filter(({ perSecond }) => perSecond === rate)
  const of = (value: (run: Measured) => number) => middle(runs, value, 2)
  const sum = (value: (run: Measured) => number) => runs.reduce((all, run) => all + value(run), 0)
  return {
    p50_ms: of(({ latency_ms }) => latency_ms.p50),
    p90_ms: of(({ latency_ms }) => latency_ms.p90),
    p99_ms: of(({ latency_ms }) => latency_ms.p99),
    max_ms: rounded(Math.max(...runs.map(({ latency_ms }) => latency_ms.max)), 2),
    asterisk_cpu_ms_per_call: of((run) => run.asterisk_cpu_ms),
    controller_cpu_ms_per_call: of((run) => run.controller_cpu_ms),
    caller_late_p99_ms: of(({ lateness_ms }) => lateness_ms.p99),
    offered: sum(({ offered }) => offered),
    right: sum(({ right }) => right),
  }
}

function middle(runs: readonly Measured[], value: (run: Measured) => number, digits: number): number {
  return rounded(median(runs.map(value)), digits)
}
