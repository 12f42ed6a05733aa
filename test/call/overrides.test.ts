import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { Arrival } from '../../src/asterisk/pbx.js'
import { fakeOverrides } from './fake-overrides.js'

const NOON = Date.parse('2026-12-01T12:00:00+01:00')
const CLOSED = { state: 'closed', until: '18:00', by: 'alice', why: 'fire drill' } as const
const STORED = {
  ...{ name: 'office', open: false, since: NOON, until: NOON + 6 * 3_600_000 },
  ...{ by: 'alice', why: 'fire drill' },
}
const SHOWN = {
  ...{ name: 'office', zone: 'Europe/Berlin', state: 'closed', by: 'alice', why: 'fire drill' },
  ...{ since: '2026-12-01T11:00:00.000Z', until: '2026-12-01T17:00:00.000Z' },
}

beforeEach(() => void jest.useFakeTimers({ now: NOON, doNotFake: ['nextTick', 'queueMicrotask'] }))
afterEach(() => void jest.useRealTimers())

describe('an override', () => {
  test('counts at once, is stored, logged and shown', async () => {
    const { overrides, database, log, shown } = fakeOverrides()
    await overrides.start()
    expect(overrides.set('office', CLOSED)).toEqual({ ok: true, override: SHOWN })
    expect(overrides.list()).toEqual([SHOWN])
    expect([...overrides.current.keys()]).toEqual(['office'])
    expect(await overrides.stored()).toBe(true)
    expect(database.stored).toEqual([STORED])
    expect(log.of('override_set')).toEqual([
      'office is closed: fire drill (override by alice until 2026-12-01 18:00).',
    ])
    expect(shown).toEqual(['', 'office'])
  })

  test('counts at once where the clock of the one who ordered it is ahead', async () => {
    const { overrides, log } = fakeOverrides()
    await overrides.start()
    overrides.set('office', CLOSED, NOON + 300_000)
    expect(overrides.list()).toEqual([SHOWN])
    expect(log.of('override_set')).toEqual([expect.stringMatching(/^office is closed: fire drill /)])
  })

  test('takes the place of the one before, and leaves those of other hours alone', async () => {
    const { overrides } = fakeOverrides()
    await overrides.start()
    const before = overrides.current
    for (const name of ['office', 'shop']) overrides.set(name, CLOSED)
    overrides.set('office', { ...CLOSED, state: 'open' })
    expect(overrides.list().map(({ name, state }) => [name, state])).toEqual([
      ['office', 'open'],
      ['shop', 'closed'],
    ])
    expect(before.size).toBe(0)
  })

  test('ends by itself', async () => {
    const { overrides, database, log, shown } = fakeOverrides()
    await overrides.start()
    overrides.set('office', CLOSED)
    overrides.set('shop', { ...CLOSED, until: '2027-06-01 00:00' })
    await jest.advanceTimersByTimeAsync(6 * 3_600_000 - 1)
    expect(overrides.current.size).toBe(2)
    await jest.advanceTimersByTimeAsync(1)
    expect([...overrides.current.keys()]).toEqual(['shop'])
    expect([log.of('override_expired'), database.stored.length]).toEqual([
      ['The override of office is over.'],
      1,
    ])
    await jest.advanceTimersByTimeAsync(200 * 86_400_000)
    expect([overrides.current.size, shown]).toEqual([0, ['', 'office', 'office,shop', 'shop', '']])
  })

  test('can be ended before', async () => {
    const { overrides, database, log } = fakeOverrides()
    await overrides.start()
    overrides.set('office', CLOSED)
    expect(overrides.end('office', 'bob')).toEqual({ ok: true, override: SHOWN })
    expect([await overrides.stored(), database.stored, overrides.current.size]).toEqual([true, [], 0])
    expect(log.of('override_ended')).toEqual(['The override of office was ended by bob.'])
    expect(jest.getTimerCount()).toBe(0)
  })

  test.each([
    ['ofice', CLOSED, 'There are no hours "ofice"; did you mean "office"?'],
    ['office', { ...CLOSED, until: 'soon' }, expect.stringContaining('write 18:00, 90m')],
  ])('of %s until %j is refused: %s', async (name, request, error) => {
    const { overrides, database } = fakeOverrides()
    await overrides.start()
    expect(overrides.set(name, request)).toEqual({ ok: false, error })
    expect([overrides.current.size, database.stored]).toEqual([0, []])
  })

  test('that is not on cannot be ended', () => {
    const { overrides } = fakeOverrides()
    expect(overrides.end('office', 'bob')).toEqual({
      ...{ ok: false, error: 'No override of "office" is on' },
    })
  })
})

describe('the overrides of a Doorman that starts', () => {
  test('are those that are stored, and of those that are over none', async () => {
    const old = { ...STORED, name: 'shop', until: NOON - 1 }
    const { overrides, database, shown } = fakeOverrides([STORED, old])
    await overrides.start()
    await jest.advanceTimersByTimeAsync(0)
    expect([overrides.list(), database.stored]).toEqual([[SHOWN], [STORED]])
    expect(shown.at(-1)).toBe('office')
  })

  test('work without the database, and join those that are stored when it is back', async () => {
    const { overrides, database } = fakeOverrides([{ ...STORED, name: 'shop' }])
    database.fails = true
    await overrides.start()
    expect(overrides.set('office', CLOSED).ok).toBe(true)
    expect([await overrides.stored(), overrides.list()]).toEqual([false, [SHOWN]])
    database.fails = false
    await jest.advanceTimersByTimeAsync(5_000)
    expect(await overrides.stored()).toBe(true)
    expect([...overrides.current.keys()].sort()).toEqual(['office', 'shop'])
    expect(database.stored).toHaveLength(2)
  })

  test('do not wait for a database that hangs', async () => {
    const { overrides, database } = fakeOverrides()
    const hanging = Promise.withResolvers<never>()
    Object.defineProperty(database, 'stored', { get: () => hanging.promise })
    const started = overrides.start()
    await jest.advanceTimersByTimeAsync(2_000)
    await started
    expect(overrides.set('office', CLOSED).ok).toBe(true)
  })
})

describe('a message of a feature code', () => {
  const from = { channelId: '1.1', channel: 'PJSIP/1001-00000001' } as Arrival

  test('sets and ends an override in the name of its endpoint', async () => {
    const { overrides } = fakeOverrides()
    await overrides.start()
    expect(overrides.onMessage(['office', 'closed', '1800'], from)).toBeUndefined()
    expect(overrides.list()).toEqual([{ ...SHOWN, by: '1001', why: '' }])
    expect(overrides.onMessage(['office', 'end', ''], from)).toBeUndefined()
    expect(overrides.list()).toEqual([])
  })

  test.each([
    [['ofice', 'closed', '1800'], 'There are no hours "ofice"'],
    [['office', 'shut', '1800'], '"shut" is not open, closed or end'],
    [['office', 'closed', ''], 'write 18:00, 90m'],
    [['office', 'end'], 'No override of "office" is on'],
    [[], 'is not open, closed or end'],
  ])('with %j is refused: %s', (values, why) =>
    expect(fakeOverrides().overrides.onMessage(values, from)).toContain(why),
  )
})
