import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  describeDay,
  describeInstant,
  type Hours,
  nextChange,
  nextOpening,
  stateAt,
} from '../../src/hours/hours.js'
import { formatTimes, parseTimes, parseWeek, type TimeRange } from '../../src/hours/opening-hours.js'
import { parseDate, Zone } from '../../src/hours/wall-clock.js'
import { hoursOf } from '../routing/support/make.js'

const ZONES = [
  ...['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'],
  ...['Asia/Kathmandu', 'Africa/Casablanca'],
]
const MINUTE = 60_000

const hours = (open: string, more: Partial<Hours> = {}) =>
  hoursOf('office', open, { zone: 'Europe/Berlin', ...more })

const day = (date: string) => parseDate(date) ?? Number.NaN
const times = (text: string) => parseTimes(text) as readonly TimeRange[]
const at = (iso: string) => Date.parse(iso)

const OFFICE = hours('Mo-Fr 08:30-12:00,13:00-18:00; Sa 22:00-02:00', {
  closed: [
    { from: day('2026-12-25'), to: day('2026-12-25'), why: '' },
    { from: day('2026-12-28'), to: day('2027-01-01'), why: 'winter break' },
  ],
  alsoOpen: new Map([[day('2026-12-30'), times('09:00-10:00')]]),
})

describe('the hours of an office', () => {
  test.each([
    ['2026-11-30T08:29:59.999+01:00', 'outside of the hours', 'today at 08:30'],
    ['2026-11-30T08:30:00+01:00', 'open', 'today at 13:00'],
    ['2026-11-30T12:00:00+01:00', 'outside of the hours', 'today at 13:00'],
    ['2026-12-01T15:00:00+01:00', 'open', 'tomorrow at 08:30'],
    ['2026-12-01T18:00:00+01:00', 'outside of the hours', 'tomorrow at 08:30'],
    ['2026-12-05T23:00:00+01:00', 'open', 'Monday at 08:30'],
    ['2026-12-06T01:59:00+01:00', 'open', 'tomorrow at 08:30'],
    ['2026-12-06T02:00:00+01:00', 'outside of the hours', 'tomorrow at 08:30'],
    ['2026-12-25T10:00:00+01:00', '2026-12-25 is a closed day', 'tomorrow at 22:00'],
    ['2026-12-27T01:00:00+01:00', 'open', 'Wednesday at 09:00'],
    ['2026-12-28T10:00:00+01:00', 'winter break', 'Wednesday at 09:00'],
    ['2026-12-30T09:30:00+01:00', 'open', 'Saturday at 22:00'],
    ['2026-12-30T10:00:00+01:00', 'winter break', 'Saturday at 22:00'],
  ])('at %s are: %s; next opening: %s', (instant, why, opens) => {
    const next = nextOpening(OFFICE, at(instant)) ?? Number.NaN
    expect([stateAt(OFFICE, at(instant)).why, describeInstant(OFFICE, next, at(instant))]).toEqual([
      why,
      opens,
    ])
  })

  test('are told for a day', () => {
    expect(describeDay(OFFICE, day('2026-11-30'))).toBe('08:30-12:00, 13:00-18:00')
    expect(describeDay(OFFICE, day('2026-12-30'))).toBe('09:00-10:00 (winter break)')
    expect(describeDay(OFFICE, day('2026-12-25'))).toBe('closed')
  })

  test('that never open have no next opening', () => {
    expect(nextOpening(hours('off'), at('2026-12-01T00:00:00Z'))).toBeUndefined()
  })

  test('that never close have no next change', () => {
    const always = hours('00:00-24:00')
    expect(stateAt(always, at('2026-12-01T23:00:00Z')).open).toBe(true)
    expect(nextChange(always, at('2026-12-01T00:00:00Z'))).toBeUndefined()
  })

  test('that are open on a day for two reasons are told as one', () => {
    const alsoOpen = new Map([[day('2026-12-01'), times('11:00-13:00,17:00-19:00')]])
    const both = hours('08:30-12:00', { alsoOpen })
    expect(describeDay(both, day('2026-12-01'))).toBe('08:30-13:00, 17:00-19:00')
    const change = nextChange(both, at('2026-12-01T10:00:00+01:00')) ?? Number.NaN
    expect(describeInstant(both, change, at('2026-12-01T10:00:00+01:00'))).toBe('today at 13:00')
  })
})

describe('a calendar', () => {
  const closing = {
    location: 'https://calendar.example/a.ics',
    refresh: { every: 1, maxAge: 1 },
    calendar: {
      days: new Map([[day('2026-12-05'), 'party']]),
      times: new Map([
        [day('2026-12-01'), [{ from: 540, to: 600, why: 'meeting' }]],
        [day('2026-12-02'), [{ from: 1_320, to: 1_440, why: '' }]],
        [day('2026-12-03'), [{ from: 0, to: 60, why: '' }]],
      ]),
      last: undefined,
    },
  }
  const of = hours('Mo-Su 08:30-12:00,22:00-02:00', { calendars: [closing] })

  test.each([
    ['2026-12-01T09:59:00+01:00', 'meeting', 'today at 10:00'],
    ['2026-12-01T08:30:00+01:00', 'open', 'today at 10:00'],
    ['2026-12-02T22:30:00+01:00', 'until 24:00', 'tomorrow at 01:00'],
    ['2026-12-03T00:30:00+01:00', 'until 01:00', 'today at 01:00'],
    // The night of Friday goes on, and that of Saturday does not begin.
    ['2026-12-05T01:30:00+01:00', 'open', 'tomorrow at 08:30'],
    ['2026-12-06T01:30:00+01:00', 'outside of the hours', 'today at 08:30'],
  ])('closes its days and its times: at %s: %s; next opening: %s', (instant, why, opens) => {
    const next = nextOpening(of, at(instant)) ?? Number.NaN
    const state = stateAt(of, at(instant))
    expect([state.why, describeInstant(of, next, at(instant))]).toEqual([why, opens])
  })

  test('that was never loaded leaves open what is closed and also open, and nothing else', () => {
    const alsoOpen = new Map([[day('2026-12-01'), times('10:00-11:00')]])
    const unknown = { ...of, alsoOpen, calendars: [{ ...closing, calendar: undefined }] }
    const state = (instant: string) => stateAt(unknown, at(instant)).open
    expect(state('2026-12-01T09:00:00+01:00')).toBe(null)
    expect(state('2026-12-01T10:30:00+01:00')).toBe(true)
    expect(state('2026-12-01T12:30:00+01:00')).toBe(false)
    expect(nextOpening(unknown, at('2026-12-01T09:00:00+01:00'))).toBe(at('2026-12-01T22:00:00+01:00'))
  })
})

describe('a wall clock', () => {
  test.each([
    ['comes twice: the later one', 'Europe/Berlin', '2026-10-25', 150, '2026-10-25T01:30:00Z'],
    ['is skipped: the end of the gap', 'Europe/Berlin', '2026-03-29', 150, '2026-03-29T01:00:00Z'],
    ['is skipped for half an hour', 'Australia/Lord_Howe', '2026-10-04', 130, '2026-10-03T15:30:00Z'],
    ['is ordinary', 'Asia/Kathmandu', '2026-06-01', 540, '2026-06-01T03:15:00Z'],
  ])('time that %s', (_, zone, date, minute, instant) => {
    expect(new Date(new Zone(zone).instant({ day: day(date), minute })).toISOString()).toBe(
      new Date(instant).toISOString(),
    )
  })
})

/** The same by a walk over the minutes of a day, with the clock as the runtime writes it. */
class Walk {
  readonly #format: Intl.DateTimeFormat
  readonly #byDate = new Map<string, ReadonlySet<number>>()

  constructor(private readonly of: Hours) {
    this.#format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: of.zone,
      dateStyle: 'short',
      timeStyle: 'short',
    })
  }

  isOpen(instant: number): boolean {
    const [date = '', time = ''] = this.#format.format(instant).split(' ')
    const [hour = 0, minute = 0] = time.split(':').map(Number)
    const yesterday = new Date(`${date}T00:00:00Z`)
    yesterday.setUTCDate(yesterday.getUTCDate() - 1)
    const before = yesterday.toISOString().slice(0, 10)
    return this.#marks(date).has(hour * 60 + minute) || this.#marks(before).has(hour * 60 + minute + 1_440)
  }

  /** Every minute of a date on which it is open. */
  #marks(date: string): ReadonlySet<number> {
    const marks = this.#byDate.get(date) ?? this.#newMarks(date)
    this.#byDate.set(date, marks)
    return marks
  }

  #newMarks(date: string): ReadonlySet<number> {
    const on = day(date)
    const weekday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7
    const calendar = this.of.calendars[0]?.calendar
    const isClosed =
      this.of.closed.some(({ from, to }) => from <= on && on <= to) || calendar?.days.has(on) === true
    const isClosedAt = (minute: number) =>
      calendar?.times
        .get(on + Math.floor(minute / 1_440))
        ?.some(({ from, to }) => from <= minute % 1_440 && minute % 1_440 < to) === true
    const minutesOf = (times: readonly TimeRange[] = []) =>
      times.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, after) => from + after))
    const open = isClosed ? [] : minutesOf(this.of.open[weekday]).filter((minute) => !isClosedAt(minute))
    return new Set([...minutesOf(this.of.alsoOpen.get(on)), ...open])
  }
}

function isSetBack(name: string, instant: number): boolean {
  const zone = new Zone(name)
  return zone.offset(instant + 120 * MINUTE) < zone.offset(instant - 120 * MINUTE)
}

const closedTime = ({ from, length }: { readonly from: number; readonly length: number }) => ({
  ...{ from, to: Math.min(1_440, from + length), why: 'meeting' },
})

describe('in ten years and five zones', () => {
  const START = at('2026-01-01T00:00:00Z')
  const TEN_YEARS_MIN = 10 * 365.25 * 1_440
  const range = fc
    .tuple(fc.integer({ min: 0, max: 1_439 }), fc.integer({ min: 1, max: 600 }))
    .map(([from, length]) => ({ from, to: from + length }))
  const anyHours = fc.record({
    zone: fc.constantFrom(...ZONES),
    open: fc.array(fc.array(range, { maxLength: 2 }), { minLength: 7, maxLength: 7 }),
    also: range,
    offset: fc.integer({ min: -3, max: 3 }),
    closed: fc.integer({ min: -3, max: 3 }),
    holiday: fc.integer({ min: -3, max: 3 }),
    meeting: fc.record({ on: fc.integer({ min: -2, max: 2 }), from: fc.nat(1_379), length: fc.nat(600) }),
  })
  const minute = fc.integer({ min: 0, max: TEN_YEARS_MIN }).map((after) => START + after * MINUTE)
  /** An hour around a change of the offset. */
  const change = fc.constantFrom(
    ...['2026-03-29T01:00Z', '2026-10-25T01:00Z', '2027-03-14T07:00Z', '2027-11-07T06:00Z'].map(at),
    ...['2026-10-03T15:30Z', '2027-04-03T15:00Z', '2026-02-15T02:00Z', '2026-03-22T02:00Z'].map(at),
  )
  const nearChange = fc
    .tuple(change, fc.integer({ min: -120, max: 120 }))
    .map(([instant, after]) => instant + after * MINUTE)

  test('hours agree with a walk minute by minute, and so does the next opening', () => {
    fc.assert(
      fc.property(anyHours, fc.oneof(minute, nearChange), (written, instant) => {
        const { zone, open, also, offset, closed, holiday, meeting } = written

        const today = new Zone(zone).wallClock(instant).day
        const of = hours('off', {
          ...{ zone, open, alsoOpen: new Map([[today + offset, [also]]]) },
          closed: [{ from: today + closed, to: today + closed, why: '' }],
          calendars: [
            {
              ...{ location: 'holidays.ics', refresh: undefined },
              calendar: {
                ...{ days: new Map([[today + holiday, 'holiday']]), last: undefined },
                times: new Map([[today + meeting.on, [closedTime(meeting)]]]),
              },
            },
          ],
        })
        const walk = new Walk(of)
        expect(stateAt(of, instant).open).toBe(walk.isOpen(instant))
        const next = nextOpening(of, instant) ?? Number.POSITIVE_INFINITY
        // Up to the next opening, a walk finds no minute at which it opens.
        const minutes = Math.min(1_440, (next - instant) / MINUTE - 1)
        const walked = Array.from({ length: minutes + 1 }, (_, after) =>
          walk.isOpen(instant + after * MINUTE),
        )
        const opened = walked.findIndex(
          // While the clock is set back, hours may open twice; the later one counts.
          (open, after) => open && walked[after - 1] === false && !isSetBack(zone, instant + after * MINUTE),
        )
        expect(opened).toBe(-1)
        if (next < instant + 1_440 * MINUTE) expect(walk.isOpen(next)).toBe(true)
      }),
      { numRuns: 100 },
    )
  })
})

const DAYS = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su']

/** The days that have times, with these. */
function shown(text: string): Readonly<Record<string, string>> {
  const week = parseWeek(text)
  if ('message' in week) throw new Error(`${week.column}: ${week.message}`)
  return Object.fromEntries(
    DAYS.flatMap((day, at) => (week[at]?.length ? [[day, formatTimes(week[at] ?? [])]] : [])),
  )
}

describe('opening hours', () => {
  test.each([
    ['Sa 10:00-14:00', { Sa: '10:00-14:00' }],
    ['Mo,We 8:30-12:00 , 13:00-18:00', { Mo: '08:30-12:00, 13:00-18:00', We: '08:30-12:00, 13:00-18:00' }],
    ['Sa-Mo 09:00-10:00', { Sa: '09:00-10:00', Su: '09:00-10:00', Mo: '09:00-10:00' }],
    [
      'Mo-Fr 09:00-17:00; We off',
      { Mo: '09:00-17:00', Tu: '09:00-17:00', Th: '09:00-17:00', Fr: '09:00-17:00' },
    ],
    ['Mo-Tu 09:00-17:00; Tu 10:00-11:00', { Mo: '09:00-17:00', Tu: '10:00-11:00' }],
    ['Fr 22:00-02:00', { Fr: '22:00-02:00' }],
    ['Su 00:00-24:00', { Su: '00:00-24:00' }],
    ['Mo 13:00-14:00,09:00-10:00', { Mo: '09:00-10:00, 13:00-14:00' }],
  ])('in "%s" are understood', (text, days) => {
    expect(shown(text)).toEqual(days)
  })

  test('without weekdays are those of every day', () => {
    expect(Object.keys(shown('09:00-17:00'))).toEqual(DAYS)
    expect(shown('off')).toEqual({})
  })

  test.each([
    ['Mo-Fr 08:30-18:00, Sa 10:00-14:00', 20, 'put a ";" before further weekdays'],
    ['Mo-Fr 08:30-18:00; PH off', 20, '"PH" is not known here; list the days under "closed", as in'],
    ['24/7', 1, 'write "Mo-Su 00:00-24:00" for always'],
    ['Mon-Fri 08:30-18:00', 1, 'write "Mo" for "Mon"'],
    ['Mo-Friday 08:30-18:00', 4, 'write "Fr" for "Friday"'],
    ['Mo-Fr 8-18', 7, 'write times with hours and minutes of 24 hours'],
    ['Mo-Fr 08:30', 12, 'a time needs an end'],
    ['Mo-Fr 08:30-08:30', 12, 'this range is empty'],
    ['Mo-Fr 08:30-25:00', 13, 'a time is 00:00 to 24:00'],
    ['Mo-Fr 24:00-08:00', 7, 'a time is 00:00 to 24:00'],
    ['Mo-Fr 08:00-12:00,11:00-13:00', 19, 'overlap'],
    ['Mo-Fr', 6, 'something is missing at the end'],
    ['', 1, 'something is missing at the end'],
    ['Mo 09:00-17:00;', 16, 'something is missing at the end'],
    ['week 1-10 Mo 09:00-17:00', 1, '"week 1-10 Mo 09:00-1" is not understood'],
    ['Mo sunrise-18:00', 4, '"sunrise-18:00" is not understood'],
  ])('in "%s" are refused at column %d', (text, column, message) => {
    const problem = parseWeek(text)
    expect(problem).toMatchObject({ column, message: expect.stringContaining(message) })
  })
})

test('times of one day have no weekdays', () => {
  expect(parseTimes('09:00-16:00')).toEqual([{ from: 540, to: 960 }])
  expect(parseTimes('Mo 09:00-16:00')).toMatchObject({ column: 1 })
})
