import type { Results, SystemFigures } from './results.js'
import type { ComparedName } from './systems.js'

/** One thing that Doorman has to reach, and what it did. */
export interface Target {
  readonly what: string
  readonly wanted: string
  readonly reached: string
  /** What the code of commit c592c16 reached in the same run; empty where it is not measured. */
  readonly before: string
  /** Undefined where it was not measured. */
  readonly isMet: boolean | undefined
}

type Systems = Results['systems']

/** Ratios within one run; no verdict where the run was disturbed. */
export function targetsOf(results: Results): readonly Target[] {
  const { systems, decide, reload, disturbed } = results
  const targets = [
    share('Latency added at 100/s, p50, of what plain ari-client adds', '≤', 0.4, systems, (system) =>
      added(systems, system, ({ p50_ms_at_100 }) => p50_ms_at_100),
    ),
    share('Latency added at 100/s, p99, of what plain ari-client adds', '≤', 0.45, systems, (system) =>
      added(systems, system, ({ p99_ms_at_100 }) => p99_ms_at_100),
    ),
    share(
      'Latency added in the first 500 calls, p50, of what plain ari-client adds',
      '≤',
      0.6,
      systems,
      (system) => added(systems, system, ({ cold }) => cold.p50_ms),
    ),
    share('Controller CPU per call, of plain ari-client’s', '≤', 0.35, systems, (system) =>
      over(systems, system, 'ari_client', ({ controller_cpu_ms_per_call }) => controller_cpu_ms_per_call),
    ),
    share('Knee, of the dialplan’s', '≥', 0.7, systems, (system) => knee(systems, system, 'dialplan')),
    share('Knee, of plain ari-client’s', '≥', 1.5, systems, (system) => knee(systems, system, 'ari_client')),
    share('Knee, of FastAGI’s', '≥', 1, systems, (system) => knee(systems, system, 'fastagi')),
    ...(decide === null
      ? []
      : [
          below('`decide`, 10,000 rules and 1,000,000 numbers, p50 (µs)', decide.p50_us, 20),
          below(
            'The same, of that with 1,000 numbers (times)',
            decide.p50_us / decide.p50_us_few_numbers,
            1.5,
          ),
          below('Loading 1,000,000 lines (s)', decide.load_s, 3),
          below('Loading 1,000,000 lines (MB)', decide.load_mb, 150),
        ]),
    ...(reload === null
      ? []
      : [below('Longest hold-up of a call by a reload of both (ms)', reload.max_ms, 100)]),
  ]
  return disturbed ? targets.map((target) => ({ ...target, isMet: undefined })) : targets
}

function added(systems: Systems, system: ComparedName, of: (figures: SystemFigures) => number): number {
  const { dialplan, ari_client: plain } = systems
  const ours = systems[system]
  if (dialplan === undefined || plain === undefined || ours === undefined) return Number.NaN
  return (of(ours) - of(dialplan)) / (of(plain) - of(dialplan))
}

function over(
  systems: Systems,
  system: ComparedName,
  other: ComparedName,
  of: (figures: SystemFigures) => number | null,
): number {
  const [ours, theirs] = [systems[system], systems[other]]
  if (ours === undefined || theirs === undefined) return Number.NaN
  return (of(ours) ?? Number.NaN) / (of(theirs) ?? Number.NaN)
}

const knee = (systems: Systems, system: ComparedName, other: ComparedName) =>
  over(systems, system, other, ({ knee_cps }) => knee_cps)

function share(
  what: string,
  sign: '≤' | '≥',
  limit: number,
  systems: Systems,
  of: (system: ComparedName) => number,
): Target {
  const value = of('doorman')
  const isMet = Number.isNaN(value) ? undefined : sign === '≤' ? value <= limit : value >= limit
  const before = systems.doorman_before === undefined ? '' : percent(of('doorman_before'))
  return { what, wanted: `${sign} ${percent(limit)}`, reached: percent(value), before, isMet }
}

function percent(value: number): string {
  return Number.isFinite(value) ? `${Math.round(value * 100)} %` : 'not measured'
}

function below(what: string, value: number, limit: number): Target {
  return {
    what,
    wanted: `< ${limit}`,
    reached: String(Number(value.toFixed(2))),
    before: '',
    isMet: value < limit,
  }
}
