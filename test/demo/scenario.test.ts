import { describe, expect, test } from '@jest/globals'
import { jsonLine } from './json-line.js'
import { hearsayIn } from './play.js'
import { isOk, type Result, type Scenario, type Sight } from './scenario.js'
import { SCENARIOS } from './scenarios.js'

const SCENARIO: Scenario = {
  title: 'A call',
  ...{ from: '+15551234567', to: '5557654321', trunk: 'carrier-a', headers: { 'X-VIP': 'gold' } },
  expected: {
    context: 'vip-support',
    rule: 'VIP callers',
    state: { city: 'Albany', metadata: { tries: [1, 2] }, greeting: null },
  },
}
const SIGHT: Sight = {
  context: 'vip-support',
  rule: 'VIP callers',
  state: { city: 'Albany', metadata: { tries: [1, 2], more: true }, more: 1 },
}
const result = (sight: Sight | undefined): Result => ({
  scenario: SCENARIO,
  sight,
  ...{ hearsay: [], error: undefined },
})

describe('a call is judged by what the PBX says', () => {
  test('it is well in its context, by its rule, with at least its state', () => {
    expect(isOk(result(SIGHT))).toBe(true)
  })

  test.each<readonly [string, Partial<Sight> | undefined]>([
    ['it reached no flow', undefined],
    ['it reached another context', { context: 'general-support' }],
    ['another rule decided', { rule: 'otherwise' }],
    ['it has no state', { state: undefined }],
    ['a value of its state is another', { state: { city: 'Troy', metadata: { tries: [1, 2] } } }],
    ['a value deep in its state is another', { state: { city: 'Albany', metadata: { tries: [1] } } }],
    ['its state has what it must not have', { state: { ...(SIGHT.state as object), greeting: '' } }],
  ])('it is not when %s', (_, change) => {
    expect(isOk(result(change === undefined ? undefined : { ...SIGHT, ...change }))).toBe(false)
  })

  test('a call that did not land has null for where it landed, and says why', () => {
    const line = jsonLine({ ...result(undefined), error: 'Nobody answered.' })

    expect(JSON.parse(line)).toEqual({
      ...{ from: '+15551234567', to: '5557654321', headers: { 'X-VIP': 'gold' }, trunk: 'carrier-a' },
      expected: SCENARIO.expected,
      ...{ landed: { context: null, state: null }, rule: null, ok: false, error: 'Nobody answered.' },
    })
  })
})

test('a header is hearsay where a reason of the record looked at it and did not believe it', () => {
  const reason = { rule: '(vip)', matched: false, value: 'gold', why: '' }
  const reasons = [
    { ...reason, condition: 'vip.headers: X-VIP', trusted: false },
    { ...reason, condition: 'header: { x-account: { present: true } }', trusted: true },
    { ...reason, condition: 'header: { X-Tier: gold }', value: null, trusted: false },
  ]

  expect(hearsayIn({ reasons }, ['X-VIP', 'X-Account', 'X-Tier'])).toEqual(['X-VIP'])
})

test('no two calls have trunk, caller and dialled number in common, by which the PBX tells them apart', () => {
  const marks = SCENARIOS.map(({ trunk, from, to }) => `${trunk} ${from} ${to}`)

  expect(new Set(marks).size).toBe(SCENARIOS.length)
})
