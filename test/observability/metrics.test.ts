import { describe, expect, test } from '@jest/globals'
import { Metrics } from '../../src/observability/metrics.js'
import type { Hearsay } from '../../src/routing/hearsay.js'

const heard = (what: string): Hearsay => ({ what, value: 'gold', for: ['vip'], why: '' })
const samples = async (metrics: Metrics, name: string) =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(name))

describe('the metrics', () => {
  test('say whether the lines are up at the moment of asking', async () => {
    const [ari, ami] = [{ isUp: false }, { isUp: true }]
    const metrics = new Metrics({ ari, ami })
    expect(await samples(metrics, 'doorman_a')).toEqual(['doorman_ari_up 0', 'doorman_ami_up 1'])
    ari.isUp = true
    ami.isUp = false
    expect(await samples(metrics, 'doorman_a')).toEqual(['doorman_ari_up 1', 'doorman_ami_up 0'])
  })

  test('count refused hearsay by trunk, and trunks that no flow file names as one', async () => {
    const metrics = new Metrics({ ari: { isUp: true }, ami: { isUp: true } })
    const named = new Set(['carrier-b'])
    metrics.hearsay([heard('X-VIP'), heard('caller_number')], 'carrier-b', named)
    metrics.hearsay([heard('X-VIP')], 'carrier-b', named)
    for (const trunk of ['a-phone', 'another', null, '"} 1\n'])
      metrics.hearsay([heard('X-VIP')], trunk, named)
    expect(await samples(metrics, 'doorman_hearsay')).toEqual([
      'doorman_hearsay_refused_total{trunk="carrier-b",what="X-VIP"} 2',
      'doorman_hearsay_refused_total{trunk="carrier-b",what="caller_number"} 1',
      'doorman_hearsay_refused_total{trunk="other",what="X-VIP"} 4',
    ])
  })
})
