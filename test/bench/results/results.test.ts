import { describe, expect, test } from '@jest/globals'
import { benchOptions } from '../bench-options.js'
import type { SystemName } from '../lab/systems-table.js'
import { ALL } from '../lab/systems-table.js'
import type { Measured } from '../turn.js'
import { reportOf } from './report.js'
import { type Found, kneesOf, type Results, resultsOf, withKnees } from './results.js'
import { targetsOf } from './targets.js'

const P50: Readonly<Record<SystemName, number>> = {
  ...{ dialplan: 1, ari_client: 6, fastagi: 4, doorman: 2.5 },
  ...{ passage: 1.5, passage_ami: 1.75, doorman_own: 3 },
}

function run(system: SystemName, perSecond: number, p50: number): Measured {
  const latency_ms = { p50, p90: p50 * 2, p99: p50 * 3, max: p50 * 10 }
  return {
    ...{
      system,
      perSecond,
      latency_ms,
      lateness_ms: { p50: 0.6, p90: 1, p99: 1.3, max: 2 },
      offered: 500,
      right: 500,
      wrong: 0,
      lost: 0,
    },
    ...{
      repeated: 0,
      wrongSamples: [],
      isGivenUp: false,
      cpu_ms: 1,
      asterisk_cpu_ms: 2,
      controller_cpu_ms: p50,
    },
    ...{ asterisk_rss_mb: 150, controller_rss_mb: system === 'dialplan' ? 0 : 80 },
  }
}

/** Three rounds, of which one was disturbed. */
const measured = ALL.flatMap((system) =>
  [1, 1.1, 40].flatMap((factor) => [50, 100].map((rate) => run(system, rate, P50[system] * factor))),
)
const found: Found = {
  measured,
  knees: { dialplan: 700, ari_client: 250, fastagi: 400, doorman: 520 },
  records: { calls: 3_000, routed: 3_000 },
  steps: [
    { read: 0.1, decide: 0.01, write: 0.4, continue: 0.6 },
    { read: 0.2, decide: 0.02, write: 0.5, continue: 0.7 },
    { read: 3, decide: 3, write: 3, continue: 3 },
  ],
}
const decide = { p50_us: 6, p99_us: 30, rules: 10_000, vips: 1_000_000, load_s: 0.5, load_mb: 60 }

function results(over: Partial<Found> = {}): Results {
  const circumstances = { options: benchOptions([]), asterisk: '22.10.1', decide }
  return resultsOf({ ...found, ...over }, circumstances)
}

describe('results.json', () => {
  test('has the figures that were asked for, of every system', () => {
    const { systems, decide: decided } = results()

    expect(Object.keys(systems)).toEqual(['dialplan', 'ari_client', 'fastagi', 'doorman'])
    for (const figures of Object.values(systems)) {
      expect(figures).toEqual(
        expect.objectContaining({
          ...{ p50_ms_at_100: expect.any(Number), p99_ms_at_100: expect.any(Number) },
          ...{ knee_cps: expect.any(Number), asterisk_cpu_ms_per_call: expect.any(Number) },
          ...{ controller_cpu_ms_per_call: expect.any(Number), rss_mb: expect.any(Number) },
        }),
      )
    }
    expect(Object.keys(decided ?? {})).toEqual(['p50_us', 'p99_us', 'rules', 'vips', 'load_s', 'load_mb'])
  })

  test('says when, with which versions and on how many cores it was measured', () => {
    const { date, versions, cores } = results()

    expect(Date.parse(date)).not.toBeNaN()
    expect(versions).toEqual({ asterisk: '22.10.1', node: process.version.slice(1) })
    expect(cores).toBeGreaterThan(0)
  })

  test('takes the median of the rounds, so that one that was disturbed does not count', () => {
    expect(results().systems.doorman).toMatchObject({ p50_ms_at_100: 2.75, p99_ms_at_100: 8.25 })
  })

  test('keeps the slowest call and all calls of each rate', () => {
    expect(results().systems.dialplan?.rates['50']).toMatchObject({
      max_ms: 400,
      offered: 1_500,
      right: 1_500,
    })
  })

  test('says what the knees leave for one call: twice a thousand milliseconds, shared by all', () => {
    expect(reportOf({ ...results(), cores: 2 })).toContain(
      'plain ari-client would be 450 calls a second,\nwhich leaves 4.44 ms',
    )
    expect(reportOf(results({ knees: {} }))).not.toContain('both cores')
  })

  test('takes the knees of a later run, and says so', () => {
    const later = withKnees(results(), { ...found, knees: { ...found.knees, doorman: 400 } })

    expect(later.systems.doorman).toMatchObject({ knee_cps: 400, p50_ms_at_100: 2.75 })
    expect(reportOf(later)).toContain('The knees are of a run of their own')
    expect(reportOf(results())).not.toContain('The knees are of a run of their own')
  })

  test('keeps the knees from which a later run goes on, of floors too', () => {
    const later = withKnees(results(), { ...found, knees: { doorman: 400, passage: 450 } })

    expect(kneesOf(later)).toEqual({ doorman: 400, passage: 450 })
  })

  test('has null for a knee that nobody looked for', () => {
    expect(results({ knees: {} }).systems.doorman?.knee_cps).toBeNull()
  })
})

describe('the budget', () => {
  test('goes from the dialplan by way of the passage through Asterisk to Doorman', () => {
    const report = reportOf(results())

    expect(report).toContain('| the dialplan by hand | 1.1 | 0.00 |')
    expect(report).toContain('over the WebSocket | 1.65 | 0.55 |')
    expect(report).toContain('(its events off) | 1.93 | 0.83 |')
    expect(report).toContain('| Doorman | 2.75 | 1.65 |')
    expect(report).toContain('a state of its own | 3.3 | 2.20 |')
  })

  test('has the steps of a call at their medians', () => {
    expect(results().steps_us).toEqual({ read: 200, decide: 20, write: 500, continue: 700 })
    expect(results({ steps: [] }).steps_us).toBeNull()
  })

  test('keeps the passages apart from the systems that are compared', () => {
    expect(Object.keys(results().floors)).toEqual(['passage', 'passage_ami', 'doorman_own'])
  })
})

describe('what has to be reached', () => {
  const isMet = (all: Results) => Object.fromEntries(targetsOf(all).map(({ what, isMet }) => [what, isMet]))
  const LATENCY = 'Latency added at 100/s, p50, beside plain ari-client'
  const KNEE = 'Knee beside the dialplan'

  test('is told by ratios within the run', () => {
    const reached = Object.fromEntries(targetsOf(results()).map(({ what, reached }) => [what, reached]))

    expect(reached[LATENCY]).toBe('30 %')
    expect(reached[KNEE]).toBe('74 %')
    expect(reached['Knee beside plain ari-client']).toBe('208 %')
    expect(reached['Controller CPU a call beside plain ari-client']).toBe('42 %')
  })

  test('is met or missed by the limit', () => {
    expect(isMet(results())).toMatchObject({
      [KNEE]: true,
      'Controller CPU a call beside plain ari-client': false,
    })
    expect(isMet(results({ knees: { ...found.knees, doorman: 400 } }))).toMatchObject({ [KNEE]: false })
  })

  test('is neither where it was not measured', () => {
    expect(isMet(results({ knees: {} }))[KNEE]).toBeUndefined()
  })

  test('has no verdict where something else kept the machine busy', () => {
    const late = measured.map((run) => ({ ...run, lateness_ms: { p50: 1, p90: 9, p99: 30, max: 50 } }))
    const disturbed = results({ measured: late })

    expect(disturbed.disturbed).toBe(true)
    expect(targetsOf(disturbed).map(({ isMet }) => isMet)).not.toContain(true)
    expect(reportOf(disturbed)).toContain('Measure again')
    expect(reportOf(results())).not.toContain('Measure again')
  })

  test('is told round by round as well, each beside the others of its round', () => {
    const [, second] = measured.filter((run) => run.system === 'doorman' && run.perSecond === 100)
    const slower = measured.map((run) => (run === second ? { ...run, controller_cpu_ms: 6.6 } : run))

    expect(reportOf(results({ measured: slower }))).toContain(
      'p50 30 %, 30 %, 30 %; p99 30 %, 30 %, 30 %; CPU 42 %, 100 %, 42 %.',
    )
  })

  test('stands in the report for people, with every system', () => {
    const report = reportOf(results())

    expect(report).toContain('| Knee beside the dialplan | ≥ 70 % | 74 % | yes |')
    for (const title of ['dialplan', 'plain ari-client', 'FastAGI', 'Doorman'])
      expect(report).toContain(`| ${title}`)
  })
})
