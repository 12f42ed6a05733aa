import { expect, test } from '@jest/globals'
import { Metrics } from '../../src/observability/metrics.js'

const UP = { ari: { isUp: true }, ami: { isUp: true } }
const samples = async (metrics: Metrics, name: string) =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(name))

test('the metrics say whether ARI and AMI are connected at the moment of asking', async () => {
  const [ari, ami] = [{ isUp: false }, { isUp: true }]
  const metrics = new Metrics({ ari, ami })
  expect(await samples(metrics, 'doorman_a')).toEqual(['doorman_ari_up 0', 'doorman_ami_up 1'])
  ari.isUp = true
  ami.isUp = false
  expect(await samples(metrics, 'doorman_a')).toEqual(['doorman_ari_up 1', 'doorman_ami_up 0'])
})

test('the metrics count calls by outcome, and those whose headers were read over ARI', async () => {
  const metrics = new Metrics(UP)
  metrics.call({ outcome: 'routed', readBy: 'dialplan' })
  metrics.call({ outcome: 'routed', readBy: 'ari' })
  metrics.call({ outcome: 'undecidable', readBy: null })
  expect(await samples(metrics, 'doorman_calls')).toEqual([
    'doorman_calls_total{outcome="routed"} 2',
    'doorman_calls_total{outcome="undecidable"} 1',
    'doorman_calls_read_over_ari_total 1',
    'doorman_calls_unrecorded_total 0',
  ])
})

test('the metrics count refused hearsay by trunk, and trunks that no flow file names as one', async () => {
  const metrics = new Metrics(UP)
  const named = new Set(['carrier-b'])
  metrics.hearsay([{ what: 'X-VIP' }, { what: 'caller_number' }], 'carrier-b', named)
  metrics.hearsay([{ what: 'X-VIP' }], 'carrier-b', named)
  for (const trunk of ['a-phone', 'another', null, '"} 1\n'])
    metrics.hearsay([{ what: 'X-VIP' }], trunk, named)
  expect(await samples(metrics, 'doorman_hearsay')).toEqual([
    'doorman_hearsay_refused_total{trunk="carrier-b",what="X-VIP"} 2',
    'doorman_hearsay_refused_total{trunk="carrier-b",what="caller_number"} 1',
    'doorman_hearsay_refused_total{trunk="other",what="X-VIP"} 4',
  ])
})

test('the metrics say how many calls were not recorded', async () => {
  const metrics = new Metrics(UP, () => 7)
  expect(await samples(metrics, 'doorman_calls_unrecorded')).toEqual(['doorman_calls_unrecorded_total 7'])
})
