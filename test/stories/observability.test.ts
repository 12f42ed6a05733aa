import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { OtlpReceiver } from '../observability/otlp-receiver.js'
import { labelsBySeries, metricsIn, QUERIES } from '../ops/queries.js'
import { view } from '../support/doorman.js'
import { flowsTo, pbxFixture, showing } from '../support/fixture.js'

const ROUTING = `
default_country: US
trunks: { carrier-a: { trust: [X-VIP] }, carrier-b: { trust: [] } }
vip: { headers: { X-VIP: gold } }
branches: { North: { numbers: ["+15557654321"] } }
hours: { office: { zone: UTC, open: "Mo 09:00-10:00", closed: [{ calendar: "https://127.0.0.1:1/closed.ics" }] } }
lookups: { crm: { http: "http://127.0.0.1:1/{callee.number}", take: { tier: tier } } }
flows: { ${flowsTo('vip', 'main')} }
rules:
  - { name: VIP callers, when: { vip: true }, goto: vip }
  - { name: Gold, when: { lookup: { crm.tier: gold } }, goto: vip }
  - { name: Open, when: { open: office }, goto: vip }
otherwise: main
`

const STAGES = ['read', 'look_up', 'decide', 'write', 'continue', 'leave']

const hasAll = (known: ReadonlySet<string> | undefined, labels: readonly string[]) =>
  known !== undefined && labels.every((label) => known.has(label))

describe('a call with an untrusted claim', () => {
  const fixture = pbxFixture('forky', {
    ...{
      flows: { 'routing.yaml': ROUTING },
      dialplan: showing('story-vip', 'x') + showing('story-main', 'x'),
    },
    withDoorman: false,
  })
  let receiver: OtlpReceiver
  let callId: string

  beforeAll(async () => {
    receiver = await OtlpReceiver.open()
    fixture.doorman = await fixture.lab.startDoorman({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
    const headers = [['X-VIP', 'gold']] as const
    const seen = await fixture.call({ from: '+15550000001', to: '5557654321', trunk: 'carrier-b', headers })
    callId = seen.placed.callId
  })
  afterAll(() => receiver?.close())

  test('is in the metrics, which have all that the alerts and the dashboard name', async () => {
    const { text } = await view(fixture.asterisk, '/metrics')
    const calls = text.split('\n').filter((line) => /^doorman_(calls_|hearsay|active)/.test(line))
    expect(calls.sort()).toEqual([
      'doorman_active_calls 0',
      'doorman_calls_by_branch_total{branch="North"} 1',
      'doorman_calls_by_flow_total{flow="main"} 1',
      'doorman_calls_by_rule_total{rule="otherwise"} 1',
      'doorman_calls_by_trunk_total{trunk="carrier-b"} 1',
      'doorman_calls_read_over_ari_total 0',
      'doorman_calls_total{outcome="routed"} 1',
      'doorman_calls_unrecorded_total 0',
      'doorman_hearsay_refused_total{trunk="carrier-b",what="X-VIP"} 1',
    ])
    const stages = [...text.matchAll(/^doorman_call_stage_duration_seconds_count\{stage="(\w+)"\} 1$/gm)]
    expect(stages.map(([, stage]) => stage)).toEqual(STAGES)
    expect(text).toMatch(/^doorman_call_duration_seconds_sum 0\.\d/m)
    expect(text).toMatch(/^doorman_database_size_bytes [1-9]/m)

    const series = labelsBySeries(text)
    const missing = QUERIES.flatMap((query) =>
      metricsIn(query)
        .filter(([metric, labels]) => !hasAll(series.get(metric), labels))
        .map(([metric, labels]) => `${query.where}: ${metric} ${labels}`),
    )
    expect(missing).toEqual([])
    expect(QUERIES.flatMap(metricsIn).length).toBeGreaterThan(30)
  })

  test('has a trace by its Call-ID, which reaches the receiver at the latest when Doorman stops', async () => {
    expect(await fixture.doorman.stop()).toBe(0)
    const call = receiver.spans.find(({ attributes }) => attributes['sip.call_id'] === callId)
    expect(call?.attributes).toMatchObject({ 'doorman.trunk': 'carrier-b', 'doorman.outcome': 'routed' })
    const stages = receiver.spans.filter(({ parentSpanId }) => parentSpanId === call?.spanId)
    expect(stages.map(({ name }) => name)).toEqual(STAGES)
    expect(fixture.doorman.lines.filter(({ event }) => event === 'tracing_problem')).toEqual([])
  })
})
