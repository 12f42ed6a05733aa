import { describe, expect, test } from '@jest/globals'
import {
  describeState,
  nextChange,
  nextOpening,
  type Override,
  parseUntil,
  stateAt,
} from '../../src/hours/hours.js'
import { hoursOf } from '../routing/support/make.js'

const BERLIN = 'Europe/Berlin'
const at = (iso: string) => Date.parse(iso)
const iso = (instant: number | undefined) => new Date(instant ?? Number.NaN).toISOString()

describe('the end of an override', () => {
  test.each([
    ['18:00', '2026-12-01T10:00:00+01:00', '2026-12-01T17:00:00.000Z'],
    ['1800', '2026-12-01T10:00:00+01:00', '2026-12-01T17:00:00.000Z'],
    ['8:00', '2026-12-01T10:00:00+01:00', '2026-12-02T07:00:00.000Z'],
    ['10:00', '2026-12-01T10:00:00+01:00', '2026-12-02T09:00:00.000Z'],
    ['24:00', '2026-12-01T10:00:00+01:00', '2026-12-01T23:00:00.000Z'],
    ['90m', '2026-12-01T10:00:00+01:00', '2026-12-01T10:30:00.000Z'],
    ['2026-12-24 18:00', '2026-12-01T10:00:00+01:00', '2026-12-24T17:00:00.000Z'],
    ['2026-12-24T18:00', '2026-12-01T10:00:00+01:00', '2026-12-24T17:00:00.000Z'],
    ['2026-12-24T18:00:00Z', '2026-12-01T10:00:00+01:00', '2026-12-24T18:00:00.000Z'],
    // 02:30 comes twice: the later one. 02:30 does not come: the end of the gap.
    ['02:30', '2026-10-25T00:00:00+02:00', '2026-10-25T01:30:00.000Z'],
    ['02:30', '2026-10-25T02:40:00+02:00', '2026-10-25T01:30:00.000Z'],
    ['02:30', '2026-10-25T02:40:00+01:00', '2026-10-26T01:30:00.000Z'],
    ['02:30', '2026-03-29T00:00:00+01:00', '2026-03-29T01:00:00.000Z'],
    ['08:00', '2026-03-28T12:00:00+01:00', '2026-03-29T06:00:00.000Z'],
  ])('written as %s at %s is %s', (text, now, end) =>
    expect(iso(parseUntil(text, BERLIN, at(now)))).toBe(end),
  )

  test.each([
    ['soon', 'write 18:00, 90m'],
    ['', 'write 18:00, 90m'],
    ['25:00', 'write 18:00, 90m'],
    ['18:60', 'write 18:00, 90m'],
    ['2026-02-30 18:00', 'write 18:00, 90m'],
    ['2026-12-24', 'write 18:00, 90m'],
    ['2026-12-24T99:00:00Z', 'write 18:00, 90m'],
    ['2026-11-30T18:00:00Z', 'is over already'],
    ['0m', 'is over already'],
    ['2062-12-24T18:00:00Z', 'more than a year away'],
  ])('written as %j is refused: %s', (text, why) =>
    expect(() => parseUntil(text, BERLIN, at('2026-12-01T10:00:00+01:00'))).toThrow(why),
  )
})

describe('an override', () => {
  const noon = at('2026-12-01T12:00:00+01:00')
  const alice = { since: noon, by: 'alice', why: 'fire drill' }
  const office = (override: Pick<Override, 'open' | 'until'> & Partial<Override>) =>
    hoursOf('office', 'Mo-Fr 08:30-18:00', {
      zone: BERLIN,
      closed: [{ from: 20_790, to: 20_790, why: 'moving' }],
      alsoOpen: new Map([[20_791, [{ from: 0, to: 1_440 }]]]),
      override: { ...alice, ...override },
    })

  test.each([
    [true, '2026-12-03T10:00:00+01:00', true],
    [false, '2026-12-04T10:00:00+01:00', false],
    [false, '2026-12-02T10:00:00+01:00', false],
    [true, '2026-12-02T23:00:00+01:00', true],
  ])('that says open: %s wins over the hours, closed days and also_open at %s', (open, instant, is) =>
    expect(stateAt(office({ open, until: at('2026-12-08T00:00:00Z') }), at(instant)).open).toBe(is),
  )

  test('counts from the instant at which it was set to its end', () => {
    const closed = office({ open: false, until: noon + 1_000 })
    const open = [noon - 1, noon, noon + 999, noon + 1_000].map((instant) => stateAt(closed, instant).open)
    expect(open).toEqual([true, false, false, true])
  })

  test.each([
    ['an open office is closed', false, '15:00', '2026-12-01T14:00:00.000Z', '2026-12-01T14:00:00.000Z'],
    ['it ends behind the hours', false, '20:00', '2026-12-02T07:30:00.000Z', '2026-12-02T07:30:00.000Z'],
    ['an open office is open', true, '15:00', '2026-12-01T17:00:00.000Z', '2026-12-02T07:30:00.000Z'],
    ['it is open longer', true, '20:00', '2026-12-01T19:00:00.000Z', '2026-12-02T07:30:00.000Z'],
  ])(
    'where %s until %s: %s: the next change, and the next opening',
    (_what, open, until, change, opening) => {
      const hours = office({ open, until: parseUntil(until, BERLIN, noon) })
      expect([iso(nextChange(hours, noon)), iso(nextOpening(hours, noon))]).toEqual([change, opening])
    },
  )

  test.each([
    [false, 'fire drill', 'office is closed: fire drill (override by alice until 2026-12-01 18:00)'],
    [true, 'fire drill', 'office is open: fire drill (override by alice until 2026-12-01 18:00)'],
    [false, '', 'office is closed: override by alice until 2026-12-01 18:00'],
  ])('with open: %s and the reason %j says: %s', (open, why, says) => {
    const hours = office({ open, why, until: parseUntil('18:00', BERLIN, noon) })
    const state = stateAt(hours, noon)
    expect([describeState(hours, state), state.why]).toEqual([says, why])
  })
})
