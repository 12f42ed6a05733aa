import { cpus } from 'node:os'
import { commit } from '../support/written-by.js'
import { type Found, type Measured, STAGES, type Stages } from './bench.js'
import type { DecideFigures } from './decide.bench.js'
import type { BenchOptions } from './options.js'
import { median, rounded } from './percentile.js'
import type { ReloadFigures } from './reload.bench.js'
import { COMPARED, FLOORS, type SystemName } from './systems.js'

/** What results.json holds. */
export type Results = ReturnType<typeof resultsOf>
/** One system. */
export type SystemFigures = ReturnType<typeof systemFigures>

/** What was measured beside the calls; null where it was not. */
interface Others {
  readonly asterisk: string
  readonly decide: DecideFigures | null
  readonly reload: ReloadFigures | null
}

export function resultsOf(found: Found, options: BenchOptions, { asterisk, decide, reload }: Others) {
  const figuresOf = <N extends SystemName>(names: readonly N[]) => {
    const measured = names.filter((name) => options.systems.includes(name))
    const all = Object.fromEntries(measured.map((name) => [name, systemFigures(name, found)]))
    return all as Partial<Record<N, SystemFigures>>
  }
  const systems = figuresOf(COMPARED)
  const date = new Date().toISOString()
  return {
    // The knees are measured in the same run.
    ...{ date, knees_date: date, mode: options.mode, commit: commit() },
    versions: { asterisk, node: process.version.slice(1) },
    ...{ cores: cpus().length, cpu: cpus()[0]?.model ?? 'unknown', rounds: options.rounds },
    ...{ seconds: options.otherSeconds, seconds_at_100: options.seconds },
    ...{ rules: options.rules, vips: options.vips, systems, floors: figuresOf(FLOORS) },
    steps_us: stageFigures(found.stages),
    disturbed: isDisturbed(Object.values(systems)),
    ...{ records: found.records, decide, reload },
  }
}

/** Microseconds in each stage of Doorman, at the median of all its calls. */
function stageFigures(calls: readonly Stages[]): Stages | null {
  if (calls.length === 0) return null
  const of = (stage: keyof Stages) => rounded(median(calls.map((each) => each[stage] ?? 0)) * 1_000, 0)
  return Object.fromEntries(STAGES.map((stage) => [stage, of(stage)]))
}

/** A caller that is woken so late at 100 calls a second does not have the machine for itself. */
const DISTURBED_MS = 4

/** Whether something else kept the machine busy, so that no ratio of this run counts. */
function isDisturbed(systems: readonly SystemFigures[]): boolean {
  return systems.some(({ rates }) => (rates['100']?.caller_late_p99_ms ?? 0) > DISTURBED_MS)
}

/** Medians of the rounds; those without a rate in their name at 100 calls a second. */
function systemFigures(system: SystemName, { measured, knees }: Found) {
  const own = measured.filter((run) => run.system === system)
  const warm = own.filter(({ isCold }) => !isCold)
  const at100 = warm.filter(({ perSecond }) => perSecond === 100)
  const rates = [...new Set(warm.map(({ perSecond }) => perSecond))].sort((a, b) => a - b)
  const of = (value: (run: Measured) => number, digits = 2) => middle(at100, value, digits)
  const found = knees.get(system) ?? []
  return {
    p50_ms_at_100: of(({ latency_ms }) => latency_ms.p50),
    p99_ms_at_100: of(({ latency_ms }) => latency_ms.p99),
    // Null where no knee was looked for.
    knee_cps: found.length === 0 ? null : rounded(median(found), 0),
    asterisk_cpu_ms_per_call: of((run) => run.asterisk_cpu_ms),
    controller_cpu_ms_per_call: of((run) => run.controller_cpu_ms),
    // Of the controller; the dialplan has none.
    rss_mb: of((run) => run.controller_rss_mb, 0),
    asterisk_rss_mb: of((run) => run.asterisk_rss_mb, 0),
    rounds_at_100: at100.map(({ latency_ms, controller_cpu_ms }) => ({
      p50_ms: rounded(latency_ms.p50, 2),
      p99_ms: rounded(latency_ms.p99, 2),
      controller_cpu_ms_per_call: rounded(controller_cpu_ms, 2),
    })),
    // The first 500 calls after a start, at 100 calls a second.
    cold: rateFigures(own.filter(({ isCold }) => isCold)),
    knees_cps: found,
    rates: Object.fromEntries(
      rates.map((rate) => [rate, rateFigures(warm.filter(({ perSecond }) => perSecond === rate))]),
    ),
  }
}

/** One system at one rate: the medians of the rounds. */
function rateFigures(runs: readonly Measured[]) {
  const of = (value: (run: Measured) => number) => middle(runs, value, 2)
  const sum = (value: (run: Measured) => number) => runs.reduce((all, run) => all + value(run), 0)
  return {
    p50_ms: of(({ latency_ms }) => latency_ms.p50),
    p90_ms: of(({ latency_ms }) => latency_ms.p90),
    p99_ms: of(({ latency_ms }) => latency_ms.p99),
    // The slowest call of all rounds.
    max_ms: rounded(Math.max(...runs.map(({ latency_ms }) => latency_ms.max)), 2),
    asterisk_cpu_ms_per_call: of((run) => run.asterisk_cpu_ms),
    controller_cpu_ms_per_call: of((run) => run.controller_cpu_ms),
    // How much later than due the caller sent: on a quiet machine little over a millisecond.
    caller_late_p99_ms: of(({ lateness_ms }) => lateness_ms.p99),
    offered: sum(({ offered }) => offered),
    right: sum(({ right }) => right),
  }
}

function middle(runs: readonly Measured[], value: (run: Measured) => number, digits: number): number {
  return rounded(median(runs.map(value)), digits)
}
