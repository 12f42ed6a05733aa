import { describe, expect, test } from '@jest/globals'
import { compile } from '../../src/flows/compile.js'
import { formatInvite, SipMessage } from '../../src/testcall/sip-message.js'
import { flowFolder } from '../support/flow-folder.js'
import { type Found, findKnee, type Measured } from './bench.js'
import { inviteOf, Tally } from './caller.js'
import { callAt, landingText } from './calls.js'
import { benchFlowFiles } from './flow-files.js'
import { benchOptions } from './options.js'
import { decider, HEADERS } from './peers/job.js'
import { reportOf } from './report.js'
import { type Results, resultsOf } from './results.js'
import { COMPARED, FLOORS, SYSTEMS, type SystemName } from './systems.js'
import { targetsOf } from './targets.js'

const VIPS = 100
const HOST = '127.0.0.11'

test('the calls of the bench carry the headers of the job, and the peers decide them as expected', () => {
  const decide = decider(VIPS)
  const ids = { callId: '1', tag: '2', branch: '3', cseq: 1, target: '127.0.0.1:5060', local: `${HOST}:1` }
  for (let at = 0; at < 40; at++) {
    const call = callAt(at, VIPS)
    const message = SipMessage.parse(formatInvite(inviteOf(call, HOST), ids))
    const headers = Object.fromEntries(
      HEADERS.map((name) => [name, message?.header(name.toLowerCase()) ?? '']),
    )

    expect(Object.values(headers)).not.toContain('')
    expect(decide(headers, call.callee)).toEqual(call.landing)
  }
})

test('the flow files of the bench compile and need every header of the job', async () => {
  const folder = flowFolder(benchFlowFiles(100, 1_000))
  try {
    const compiled = await compile(folder.path)
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems))
    expect(compiled.revision.routing.rules).toHaveLength(100)
    const needed = compiled.revision.headersNeeded.map((name) => name.toLowerCase())
    expect(needed).toEqual(expect.arrayContaining(HEADERS.map((name) => name.toLowerCase())))
  } finally {
    folder.remove()
  }
})

describe('the tally of a run', () => {
  const ORDER = { perSecond: 100, seconds: 2 }
  const call = callAt(0, VIPS)
  const right = landingText(call.landing)
  const result = (landing: string, at: number, { sent = 0, status = 200 } = {}) => {
    const text = `SIP/2.0 ${status} OK\r\nP-Asserted-Identity: "${landing}" <sip:1@127.0.0.1>\r\n\r\n`
    const message = SipMessage.parse(Buffer.from(text))
    if (message === undefined) throw new Error('no message')
    const answer = { status, reason: '', at, ms: at - sent, message }
    return { sentAt: [sent], answer, cancelledAt: undefined, hungUpBy: 'caller' as const }
  }

  test('counts a call from when it was sent, and one that was sent late from when it was due', () => {
    const tally = new Tally(ORDER)
    tally.add(call, 1_000, result(right, 1_003, { sent: 1_001.5 }))
    tally.add(call, 1_000, result(right, 1_040, { sent: 1_030 }))

    expect(tally.report().latency_ms).toMatchObject({ p50: 1.5, max: 40 })
  })

  test('has right, wrong and lost calls', () => {
    const tally = new Tally(ORDER)
    tally.add(call, 0, result(right, 1))
    tally.add(call, 0, result('bench-general/general_support_flow/otherwise/North Branch', 1))
    tally.add(call, 0, result('', 1, { status: 486 }))
    tally.add(call, 0, { ...result(right, 1), hungUpBy: 'pbx' })
    tally.add(call, 0, { ...result('', 1, { status: 487 }), cancelledAt: 1 })

    expect(tally.report()).toMatchObject({ offered: 5, right: 1, wrong: 3, lost: 1 })
  })

  test('gives a run up that cannot come out well any more', () => {
    const tally = new Tally({ ...ORDER, giveUp: { share: 0.01, slow_ms: 50 } })
    for (const ms of [60, 60, 40]) tally.add(call, 0, result(right, ms))
    expect(tally.isHopeless).toBe(false)
    tally.add(call, 0, result(right, 60))
    expect(tally.isHopeless).toBe(true)
  })
})

test.each([...[130, 400, 520, 745, 1_400].map((limit) => [limit, limit * 0.94] as const), [0, -1] as const])(
  'the search for the knee of a system that holds %i calls a second ends within 5 %%',
  async (limit, above) => {
    let renewed = 0
    const hold = async (rate: number) => rate <= limit
    const renew = async () => {
      renewed += 1
    }
    const knee = await findKnee(500, { hold, renew })

    expect(knee).toBeLessThanOrEqual(limit)
    expect(knee).toBeGreaterThan(above)
    // It begins anew after each rate that was too high from the start.
    expect(renewed > 0).toBe(limit < 400)
  },
)

const P50: Readonly<Record<SystemName, number>> = {
  ...{ dialplan: 1, ari_client: 6, fastagi: 4, doorman: 2.5, doorman_before: 2 },
  ...{ passage: 1.5, passage_ami: 1.75, doorman_own: 3 },
}

function run(system: SystemName, p50: number, over: Partial<Measured> = {}): Measured {
  return {
    ...{ system, perSecond: 100, isCold: false, offered: 500, right: 500, wrong: 0, lost: 0, repeated: 0 },
    ...{ wrongSamples: [], isGivenUp: false, cpu_ms: 1, asterisk_cpu_ms: 2, controller_cpu_ms: p50 },
    ...{ asterisk_rss_mb: 150, controller_rss_mb: 80 },
    latency_ms: { p50, p90: p50 * 2, p99: p50 * 3, max: p50 * 10 },
    lateness_ms: { p50: 0.6, p90: 1, p99: 1.3, max: 2 },
    ...over,
  }
}

/** Three rounds, of which the last was slow; cold calls take twice as long. */
const measured = SYSTEMS.flatMap((system) =>
  [1, 1.1, 40].flatMap((factor) => [
    run(system, P50[system] * 2, { isCold: true }),
    run(system, P50[system] * factor),
  ]),
)
const found: Found = {
  measured,
  knees: new Map<SystemName, readonly number[]>([
    ['dialplan', [700, 690, 710]],
    ['ari_client', [250]],
    ['fastagi', [530]],
    ['doorman', [520, 300, 525]],
  ]),
  records: { calls: 3_000, routed: 3_000 },
  stages: [
    { read: 0.1, decide: 0.01, write: 0.4, continue: 0.6 },
    { read: 0.2, decide: 0.02, write: 0.5, continue: 0.7 },
    { read: 3, decide: 3, write: 3, continue: 3 },
  ],
}

function results(over: Partial<Found> = {}): Results {
  const decide = { p50_us: 6, p99_us: 30, p50_us_few_numbers: 5, rules: 10_000, vips: 1_000_000 }
  return resultsOf({ ...found, ...over }, benchOptions([]), {
    asterisk: '22.10.1',
    decide: { ...decide, load_s: 0.5, load_mb: 60 },
    reload: { reloads: 3, reload_ms: 800, p50_ms: 0.5, p99_ms: 9, max_ms: 40 },
  })
}

describe('the results', () => {
  test('have the medians of the rounds, so that a slow one does not count', () => {
    const { systems, floors, steps_us } = results()

    expect(Object.keys(systems)).toEqual([...COMPARED])
    expect(Object.keys(floors)).toEqual([...FLOORS])
    expect(systems.doorman).toMatchObject({ p50_ms_at_100: 2.75, p99_ms_at_100: 8.25, knee_cps: 520 })
    expect(systems.doorman?.cold.p50_ms).toBe(5)
    expect(steps_us).toEqual({ read: 200, decide: 20, write: 500, continue: 700 })
  })

  test('compare Doorman with the others of the same run', () => {
    const rows = targetsOf(results()).map(({ reached, before, isMet }) => [reached, before, isMet])

    expect(rows).toEqual([
      ['30 %', '20 %', true],
      ['30 %', '20 %', true],
      ['30 %', '20 %', true],
      ['42 %', '33 %', false],
      ['74 %', 'not measured', true],
      ['208 %', 'not measured', true],
      ['98 %', 'not measured', false],
      ['6', '', true],
      ['1.2', '', true],
      ['0.5', '', true],
      ['60', '', true],
      ['40', '', true],
    ])
  })

  test('have no verdict where something else kept the machine busy', () => {
    const late = measured.map((each) => ({ ...each, lateness_ms: { p50: 1, p90: 9, p99: 30, max: 50 } }))
    const disturbed = results({ measured: late })

    expect(targetsOf(disturbed).map(({ isMet }) => isMet)).not.toContain(true)
    expect(reportOf(disturbed)).toContain('Measure again')
    expect(reportOf(results())).not.toContain('Measure again')
  })

  test('are told with their targets, commit and mode in the report', () => {
    const all = results()
    const report = reportOf(all)

    expect(report).toContain('| Knee, of the dialplan’s | ≥ 70 % | 74 % | yes | not measured |')
    expect(report).toContain(`Written by \`npm run bench\` on ${all.date.slice(0, 10)}, commit ${all.commit}`)
    expect(report).toContain('| go on only | 1.65 | 0.55 | 4.95 | 1.65 |')
    expect(report).toContain('| 700 (700, 690, 710) |')
  })
})
