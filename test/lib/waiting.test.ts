import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { ConnectionLog } from '../../src/lib/log.js'
import { pause, retryDelayMs } from '../../src/lib/waiting.js'
import { KeptLog } from '../asterisk/kept-log.js'

test('a connection that is down says why once, again where the reason changes, and every minute', () => {
  const log = new KeptLog()
  let now = 0
  const report = new ConnectionLog('ARI', log, () => now)
  const said = (reason: string, at: number) => {
    now = at
    const before = log.lines.length
    for (let tries = 0; tries < 100; tries += 1) report.down(reason)
    return log.lines.slice(before).map(({ message }) => message)
  }
  expect(said('ECONNREFUSED.', 0)).toEqual(['ECONNREFUSED. Doorman keeps trying.'])
  expect(said('It answered 503', 1)).toEqual(['It answered 503. Doorman keeps trying.'])
  expect(said('It answered 503', 60_000)).toEqual([])
  expect(said('It answered 503', 60_001)).toHaveLength(1)
  report.up('127.0.0.1 as doorman')
  expect(said('It answered 503', 60_002)).toHaveLength(1)
  expect(log.of('connection_up')).toEqual(['ARI is connected: 127.0.0.1 as doorman.'])
})

describe('the wait before the next try', () => {
  test('doubles from a quarter of a second to five seconds, and stays there', () => {
    const delays = [0, 1, 2, 3, 4, 5, 6, 1_000].map((attempt) => retryDelayMs(attempt, () => 0))
    expect(delays).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000])
  })

  test('is shortened at random, but never by more than a half', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(fc.nat(), random, (attempt, chance) => {
        const full = retryDelayMs(attempt, () => 0)
        const delay = retryDelayMs(attempt, () => chance)
        expect(delay).toBeGreaterThanOrEqual(full / 2)
        expect(delay).toBeLessThanOrEqual(full)
      }),
    )
  })
})

describe('a pause', () => {
  beforeEach(() => void jest.useFakeTimers())
  afterEach(() => void jest.useRealTimers())

  test('ends after its time and leaves no timer', async () => {
    const over = pause(500, new AbortController().signal)
    await jest.advanceTimersByTimeAsync(500)
    await over
    expect(jest.getTimerCount()).toBe(0)
  })

  test('ends at once when it is stopped, and leaves no timer', async () => {
    const stop = new AbortController()
    const over = pause(60_000, stop.signal)
    stop.abort()
    await over
    expect(jest.getTimerCount()).toBe(0)
  })

  test('does not begin when all is stopped already', async () => {
    await pause(60_000, AbortSignal.abort())
    expect(jest.getTimerCount()).toBe(0)
  })
})
