import { expect, test } from '@jest/globals'
import { Metrics } from '../../src/observability/metrics.js'
import { CALL, SOURCES } from './sources.js'

const samples = async (metrics: Metrics, name: string) =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(name))

const TRUNKS = new Set(['carrier-b'])

test('the metrics say how things are at the moment of asking', async () => {
  const now = { ari: { isUp: false }, ami: { isUp: true }, calls: 3, dropped: 7 }
  const health = { isUp: false, bytes: 4_096, queued: 2, failures: 5 }
  const metrics = new Metrics({
    ...{ ...now, mask: false, calendars: SOURCES.calendars },
    activeCalls: () => now.calls,
    overrides: () => 2,
    fleet: () => undefined,
    database: () => ({ ...health, dropped: now.dropped }),
    greetings: () => ({ bytes: 8_192, waiting: 9, rendered: 10, failed: 1 }),
    tables: () => [
      { name: 'gold', rows: 12, loadedAt: new Date(Date.now() - 5_000).toISOString(), failures: 0 },
      { name: 'blocked', rows: 0, loadedAt: null, failures: 2 },
    ],
  })
  const shown = async () =>
    (await samples(metrics, 'doorman_')).filter((line) =>
      /_up\b|calendar_age|active|overrides|database|unrecorded|greetings/.test(line),
    )
  expect(await shown()).toEqual([
    'doorman_ari_up 0',
    'doorman_ami_up 1',
    'doorman_active_calls 3',
    'doorman_overrides 2',
    'doorman_database_up 0',
    'doorman_database_size_bytes 4096',
    'doorman_database_queued_calls 2',
    'doorman_database_failures_total 5',
    'doorman_calls_unrecorded_total 7',
    'doorman_greetings_size_bytes 8192',
    'doorman_greetings_waiting 9',
    'doorman_greetings_rendered_total 10',
    'doorman_greetings_failed_total 1',
    'doorman_calendar_age_seconds{calendar="calendar.example/holidays.ics"} 60',
    'doorman_calendar_up{calendar="calendar.example/holidays.ics"} 1',
    'doorman_calendar_up{calendar="calendar.example/never.ics"} 0',
  ])
  expect(await samples(metrics, 'doorman_table_')).toEqual([
    'doorman_table_rows{table="gold"} 12',
    'doorman_table_rows{table="blocked"} 0',
    expect.stringMatching(/^doorman_table_age_seconds\{table="gold"\} 5(\.\d+)?$/),
    'doorman_table_age_seconds{table="blocked"} Nan',
    'doorman_table_failures{table="gold"} 0',
    'doorman_table_failures{table="blocked"} 2',
  ])
  now.ari.isUp = true
  now.calls = 0
  now.dropped = 8
  expect((await shown()).slice(0, 3)).toEqual([
    'doorman_ari_up 1',
    'doorman_ami_up 1',
    'doorman_active_calls 0',
  ])
  expect(await shown()).toContain('doorman_calls_unrecorded_total 8')
})

test('the metrics count calls by outcome, and those whose headers were read over ARI', async () => {
  const metrics = new Metrics(SOURCES)
  metrics.call(CALL, TRUNKS)
  metrics.call({ ...CALL, readBy: 'ari' }, TRUNKS)
  metrics.call({ ...CALL, outcome: 'undecidable', readBy: null }, TRUNKS)
  expect(await samples(metrics, 'doorman_calls_total')).toEqual([
    'doorman_calls_total{outcome="routed"} 2',
    'doorman_calls_total{outcome="undecidable"} 1',
  ])
  expect(await samples(metrics, 'doorman_calls_read')).toEqual(['doorman_calls_read_over_ari_total 1'])
})

test('the metrics have the time of a call in each stage that it reached, and in all', async () => {
  const metrics = new Metrics(SOURCES)
  metrics.call({ ...CALL, ms: { read: 0.4, decide: 3, total: 1_200 } }, TRUNKS)
  metrics.call({ ...CALL, ms: { read: 0.4 } }, TRUNKS)
  const text = await metrics.text()
  expect(text).toContain('doorman_call_stage_duration_seconds_bucket{le="0.0005",stage="read"} 2\n')
  expect(text).toContain('doorman_call_stage_duration_seconds_bucket{le="0.002",stage="decide"} 0\n')
  expect(text).toContain('doorman_call_stage_duration_seconds_bucket{le="0.005",stage="decide"} 1\n')
  expect(text).not.toContain('stage="write"')
  expect(text).toContain('doorman_call_duration_seconds_sum 1.2\n')
  expect(text).toContain('doorman_call_duration_seconds_count 1\n')
})

test('the metrics count calls by flow, rule, branch and trunk, each with names from the flow files alone', async () => {
  const metrics = new Metrics(SOURCES)
  metrics.call({ ...CALL, rule: 'VIP callers', branch: 'North', trunk: 'carrier-b' }, TRUNKS)
  for (const trunk of ['a-phone', '"} 1\n']) metrics.call({ ...CALL, rule: null, trunk }, TRUNKS)
  expect(await samples(metrics, 'doorman_calls_by')).toEqual([
    'doorman_calls_by_flow_total{flow="main"} 3',
    'doorman_calls_by_rule_total{rule="VIP callers"} 1',
    'doorman_calls_by_rule_total{rule="none"} 2',
    'doorman_calls_by_branch_total{branch="North"} 1',
    'doorman_calls_by_branch_total{branch="none"} 2',
    'doorman_calls_by_trunk_total{trunk="carrier-b"} 1',
    'doorman_calls_by_trunk_total{trunk="other"} 2',
  ])
})

test('numbers in the names of rules are masked where the log masks them', async () => {
  const metrics = new Metrics({ ...SOURCES, mask: true })
  const rule = 'Block +15551234567'
  for (let at = 0; at < 2; at += 1) metrics.call({ ...CALL, rule }, TRUNKS)
  expect(await samples(metrics, 'doorman_calls_by_rule')).toEqual([
    'doorman_calls_by_rule_total{rule="Block +15*******67"} 2',
  ])
})

test('the metrics count refused hearsay by trunk, and trunks that no flow file names as one', async () => {
  const metrics = new Metrics(SOURCES)
  const claims = (...what: readonly string[]) => what.map((one) => ({ what: one }))
  metrics.call({ ...CALL, hearsay: claims('X-VIP', 'caller_number'), trunk: 'carrier-b' }, TRUNKS)
  metrics.call({ ...CALL, hearsay: claims('X-VIP'), trunk: 'carrier-b' }, TRUNKS)
  for (const trunk of ['a-phone', null]) metrics.call({ ...CALL, hearsay: claims('X-VIP'), trunk }, TRUNKS)
  expect(await samples(metrics, 'doorman_hearsay')).toEqual([
    'doorman_hearsay_refused_total{trunk="carrier-b",what="X-VIP"} 2',
    'doorman_hearsay_refused_total{trunk="carrier-b",what="caller_number"} 1',
    'doorman_hearsay_refused_total{trunk="other",what="X-VIP"} 2',
  ])
})

test('the metrics say whether the last reload succeeded, how long it took, and when one last did', async () => {
  const metrics = new Metrics(SOURCES)
  const shown = async () => (await samples(metrics, 'doorman_last_reload')).map((line) => line.split(' ')[1])
  const start = Date.now() / 1_000
  metrics.reload('start', 'taken', 1_500)
  const [, at, ...good] = await shown()
  expect([good, Number(at) >= start]).toEqual([['1.5'], true])
  metrics.reload('files', 'refused', 20)
  expect(await shown()).toEqual(['0', at, '0.02'])
  metrics.reload('command', 'unchanged', 10)
  expect((await shown())[0]).toBe('1')
  expect(await samples(metrics, 'doorman_reloads')).toEqual([
    'doorman_reloads_total{way="start",result="taken"} 1',
    'doorman_reloads_total{way="files",result="refused"} 1',
    'doorman_reloads_total{way="command",result="unchanged"} 1',
  ])
})
