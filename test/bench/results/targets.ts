import type { Results, RoundFigures, SystemFigures } from './results.js'

/** One thing that Doorman has to reach, and what it did. */
export interface Target {
  readonly what: string
  readonly wanted: string
  readonly reached: string
  /** Undefined where it does not apply, or was not measured. */
  readonly isMet: boolean | undefined
}

/** The dialplan's own p50 that the limit in milliseconds is meant for: about 1.2 ms. */
const FAST_DIALPLAN_MS = 1.5

/** How many times the knee of plain ari-client Doorman's has to be. */
export const KNEE_BESIDE_PLAIN = 1.8

/** Ratios within one run; none where a system is missing from it, and no verdict where the run was disturbed. */
export function targetsOf(results: Results): readonly Target[] {
  const targets = judged(results)
  return results.disturbed ? targets.map((target) => ({ ...target, isMet: undefined })) : targets
}

function judged({ systems, decide }: Results): readonly Target[] {
  const { dialplan, ari_client: plain, doorman } = systems
  if (dialplan === undefined || plain === undefined || doorman === undefined) return []
  return [
    added('p50', [dialplan, plain, doorman], (figures) => figures.p50_ms_at_100),
    added('p99', [dialplan, plain, doorman], (figures) => figures.p99_ms_at_100),
    addedMs(dialplan, doorman),
    ratio('Knee beside the dialplan', doorman.knee_cps, dialplan.knee_cps, '≥', 0.7),
    ratio('Knee beside plain ari-client', doorman.knee_cps, plain.knee_cps, '≥', KNEE_BESIDE_PLAIN),
    ratio(
      ...['Controller CPU a call beside plain ari-client' as const, doorman.controller_cpu_ms_per_call],
      ...[plain.controller_cpu_ms_per_call, '≤' as const, 0.25],
    ),
    ...(decide === null
      ? []
      : [
          below('`decide` at the median (µs)', decide.p50_us, 10),
          below('Loading the VIP file (s)', decide.load_s, 3),
          below('Loading the VIP file (MB)', decide.load_mb, 150),
        ]),
  ]
}

/** What Doorman adds and takes at 100 calls a second, of what plain ari-client does in the same round. */
export function roundsOf({ systems }: Results): Readonly<Record<'p50' | 'p99' | 'cpu', readonly number[]>> {
  const [dialplan = [], plain = [], doorman = []] = [
    systems.dialplan,
    systems.ari_client,
    systems.doorman,
  ].map((figures) => figures?.rounds_at_100)
  const shares = (of: (figures: RoundFigures) => number, baseOf = of) =>
    doorman.flatMap((ours, round) => {
      const [base, theirs] = [dialplan[round], plain[round]]
      return base === undefined || theirs === undefined
        ? []
        : [(of(ours) - baseOf(base)) / (of(theirs) - baseOf(base))]
    })
  return {
    p50: shares(({ p50_ms }) => p50_ms),
    p99: shares(({ p99_ms }) => p99_ms),
    cpu: shares(
      ({ controller_cpu_ms_per_call }) => controller_cpu_ms_per_call,
      () => 0,
    ),
  }
}

type Three = readonly [dialplan: SystemFigures, plain: SystemFigures, doorman: SystemFigures]

function added(
  name: string,
  [dialplan, plain, doorman]: Three,
  of: (figures: SystemFigures) => number,
): Target {
  const base = of(dialplan)
  const what = `Latency added at 100/s, ${name}, beside plain ari-client`
  return ratio(what, of(doorman) - base, of(plain) - base, '≤', 0.4)
}

function addedMs(dialplan: SystemFigures, doorman: SystemFigures): Target {
  const more = doorman.p50_ms_at_100 - dialplan.p50_ms_at_100
  const applies = dialplan.p50_ms_at_100 <= FAST_DIALPLAN_MS
  return {
    what: `Latency added at 100/s, p50 (where the dialplan's own is about 1.2 ms)`,
    wanted: '≤ 1.5 ms',
    reached: `${more.toFixed(2)} ms beside ${dialplan.p50_ms_at_100.toFixed(2)} ms`,
    isMet: applies ? more <= 1.5 : undefined,
  }
}

function ratio(
  what: string,
  ours: number | null,
  theirs: number | null,
  sign: '≤' | '≥',
  limit: number,
): Target {
  const value = ours === null || theirs === null || theirs <= 0 ? Number.NaN : ours / theirs
  const isMet = Number.isNaN(value) ? undefined : sign === '≤' ? value <= limit : value >= limit
  return { what, wanted: `${sign} ${percent(limit)}`, reached: percent(value), isMet }
}

function percent(value: number): string {
  return Number.isFinite(value) ? `${Math.round(value * 100)} %` : 'not measured'
}

function below(what: string, value: number, limit: number): Target {
  return { what, wanted: `< ${limit}`, reached: String(value), isMet: value < limit }
}
