import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import type { Key } from '../../src/fleet/exchange.js'
import { type SampledCall, sampleCalls } from '../../src/fleet/sampled-calls.js'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

const call = (id: string) => {
  const row = { at: '2026-11-28T12:00:00Z', call: id, sentence: `+15551234567 went to ${id}`, ms: 2 }
  return { ...row, outcome: 'routed', callerNumber: '+15551234567' }
}

/** The calls of a PBX, and what its exchange is told. */
function sampling(put: () => Promise<void> = async () => undefined) {
  const told: [Key, string][] = []
  let arrive: (call: SampledCall) => void = () => undefined
  const exchange = {
    put: (key: Key, value: string) => {
      told.push([key, value])
      return put()
    },
    watch: async () => undefined,
  }
  const { stop } = sampleCalls({
    ...{ exchange, name: 'berlin', masked: ({ sentence, ...rest }) => ({ ...rest, sentence: 'masked' }) },
    listen: (listener) => {
      arrive = listener
      return () => undefined
    },
  })
  return { told, stop, arrive: (id: string) => arrive(call(id)) }
}

test('a PBX tells three calls of a second, without more of a caller than is shown, and then nothing', async () => {
  const { told, arrive } = sampling()
  for (const id of ['1', '2', '3', '4', '5']) arrive(id)
  await jest.advanceTimersByTimeAsync(1_000)
  const [key, value = ''] = told[0] ?? []
  const shown = { at: '2026-11-28T12:00:00Z', outcome: 'routed', sentence: 'masked', ms: 2 }
  expect([key, JSON.parse(value)]).toEqual([
    'live/berlin',
    ['1', '2', '3'].map((id) => ({ ...shown, call: id })),
  ])
  await jest.advanceTimersByTimeAsync(5_000)
  expect(told.slice(1)).toEqual([['live/berlin', '']])
})

test('an exchange that takes nothing holds nothing up', async () => {
  const { told, arrive, stop } = sampling(() => Promise.reject(new Error('away')))
  for (const id of ['1', '2']) {
    arrive(id)
    await jest.advanceTimersByTimeAsync(1_000)
  }
  expect(told.map(([, value]) => JSON.parse(value)[0].call)).toEqual(['1', '2'])
  await stop()
})
