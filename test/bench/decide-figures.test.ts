import { expect, test } from '@jest/globals'
import { decideFigures } from './decide-figures.js'

const PRINTED = `10000 rules, index built in 12 ms; Node v20.20.2
┌─────────┬─────────┬─────────┬─────────┬──────────┬───────────────┬───────────────┐
│ (index) │ VIPs    │ load ms │ file MB │ index MB │ decide p50 µs │ decide p99 µs │
├─────────┼─────────┼─────────┼─────────┼──────────┼───────────────┼───────────────┤
│ 0       │ 0       │ 1       │ 0       │ 0        │ 5.9           │ 28.1          │
│ 1       │ 1000000 │ 512     │ 33      │ 25       │ 6.2           │ 31.5          │
└─────────┴─────────┴─────────┴─────────┴──────────┴───────────────┴───────────────┘
`

test('the figures of decide are those with the most VIP numbers', () => {
  expect(decideFigures(PRINTED)).toEqual({
    ...{ p50_us: 6.2, p99_us: 31.5, rules: 10_000, vips: 1_000_000, load_s: 0.512, load_mb: 58 },
  })
})

test('a column that is gone is said, rather than left out', () => {
  expect(() => decideFigures(PRINTED.replace('decide p50', 'p50'))).toThrow('decide p50 µs')
})
