import { describe, expect, test } from '@jest/globals'
import type { Calendar } from '../../src/hours/calendar.js'
import { readCalendar } from '../../src/hours/icalendar.js'
import { formatTime } from '../../src/hours/opening-hours.js'
import { formatDate } from '../../src/hours/wall-clock.js'

const NOW = Date.parse('2026-11-28T12:00:00Z')

/** What events close until the end of 2027, in Berlin: `2026-12-25 Christmas`, `2026-12-01 14:00-15:30 Meeting`. */
function closed(...events: readonly (readonly string[])[]): readonly string[] {
  const read = readCalendar(calendarOf(...events), 'Europe/Berlin', NOW)
  if ('message' in read) throw new Error(`${read.line}: ${read.message}`)
  return shown(read)
}

function calendarOf(...events: readonly (readonly string[])[]): string {
  const lines = events.flatMap((event) => ['BEGIN:VEVENT', ...event, 'END:VEVENT'])
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n')
}

function shown({ days, times }: Calendar): readonly string[] {
  const all = [
    ...[...days].map(([day, why]) => `${formatDate(day)} ${why}`),
    ...[...times].flatMap(([day, some]) =>
      some.map(({ from, to, why }) => `${formatDate(day)} ${formatTime(from)}-${formatTime(to)} ${why}`),
    ),
  ]
  return all.filter((line) => line < '2028').sort()
}

describe('an event', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['of a day', ['DTSTART;VALUE=DATE:20261225', 'SUMMARY:Christmas'], ['2026-12-25 Christmas']],
    [
      'of days, whose end is not one of them',
      ['DTSTART;VALUE=DATE:20261225', 'DTEND;VALUE=DATE:20261227', 'SUMMARY:Christmas'],
      ['2026-12-25 Christmas', '2026-12-26 Christmas'],
    ],
    [
      'of days by its length',
      ['DTSTART;VALUE=DATE:20261225', 'DURATION:P2D', 'SUMMARY:C'],
      ['2026-12-25 C', '2026-12-26 C'],
    ],
    [
      'of a day that is also its end',
      ['DTSTART;VALUE=DATE:20261225', 'DTEND;VALUE=DATE:20261225', 'SUMMARY:C'],
      ['2026-12-25 C'],
    ],
    [
      'of a time in UTC',
      ['DTSTART:20261201T130000Z', 'DTEND:20261201T143000Z', 'SUMMARY:Meeting'],
      ['2026-12-01 14:00-15:30 Meeting'],
    ],
    [
      'of a time in another zone',
      ['DTSTART;TZID=America/New_York:20261201T200000', 'DURATION:PT1H', 'SUMMARY:M'],
      ['2026-12-02 02:00-03:00 M'],
    ],
    [
      'of a time without a zone',
      ['DTSTART:20261201T200000', 'DURATION:PT1H', 'SUMMARY:M'],
      ['2026-12-01 20:00-21:00 M'],
    ],
    [
      'over midnight',
      ['DTSTART:20261201T200000', 'DTEND:20261203T030000', 'SUMMARY:M'],
      ['2026-12-01 20:00-24:00 M', '2026-12-02 00:00-24:00 M', '2026-12-03 00:00-03:00 M'],
    ],
    ['without a length closes nothing', ['DTSTART:20261201T200000', 'SUMMARY:M'], []],
    ['that is cancelled closes nothing', ['DTSTART;VALUE=DATE:20261225', 'STATUS:CANCELLED'], []],
    [
      'that takes no time in a diary closes its day',
      ['DTSTART;VALUE=DATE:20261225', 'TRANSP:TRANSPARENT', 'SUMMARY:C'],
      ['2026-12-25 C'],
    ],
    [
      'whose reason has several lines and is long',
      ['DTSTART;VALUE=DATE:20261225', `SUMMARY:One\\ntwo\\, ${'three '.repeat(40)}`],
      [`2026-12-25 ${`One two, ${'three '.repeat(40)}`.slice(0, 100)}`],
    ],
  ])('%s', (_, event, days) => {
    expect(closed(event)).toEqual(days)
  })

  test.each<[string, readonly string[], readonly string[]]>([
    ['every year', ['RRULE:FREQ=YEARLY'], ['2025-12-25', '2026-12-25', '2027-12-25']],
    ['until a day', ['RRULE:FREQ=YEARLY;UNTIL=20261225'], ['2025-12-25', '2026-12-25']],
    ['so many times', ['RRULE:FREQ=MONTHLY;COUNT=3'], ['2025-12-25', '2026-01-25', '2026-02-25']],
    ['but on some days', ['RRULE:FREQ=YEARLY', 'EXDATE;VALUE=DATE:20261225'], ['2025-12-25', '2027-12-25']],
    ['and on other days', ['RDATE;VALUE=DATE:20260101,20270101'], ['2025-12-25', '2026-01-01', '2027-01-01']],
    [
      'on the last Friday',
      ['RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=2'],
      ['2025-12-25', '2025-12-26', '2026-01-30'],
    ],
  ])('of a day recurs %s', (_, rule, days) => {
    expect(closed(['DTSTART;VALUE=DATE:20251225', ...rule])).toEqual(days.map((day) => `${day} `))
  })

  test('of a time stays at its local time when the clocks change, and ends with its last instant', () => {
    const start = ['DTSTART;TZID=America/New_York:20261031T100000', 'DURATION:PT1H', 'SUMMARY:M']
    expect(closed([...start, 'RRULE:FREQ=DAILY;UNTIL=20261101T150000Z'])).toEqual([
      '2026-10-31 15:00-16:00 M',
      '2026-11-01 16:00-17:00 M',
    ])
    expect(closed([...start, 'RRULE:FREQ=DAILY;UNTIL=20261101T145959Z'])).toHaveLength(1)
    expect(closed([...start, 'RRULE:FREQ=DAILY;UNTIL=20261101'])).toHaveLength(2)
    expect(closed([...start, 'RRULE:FREQ=DAILY;COUNT=3', 'EXDATE:20261101T150000Z'])).toHaveLength(2)
  })

  test('that stands for one occurrence of another takes its place', () => {
    const yearly = ['UID:1', 'DTSTART;VALUE=DATE:20251225', 'RRULE:FREQ=YEARLY', 'SUMMARY:Party']
    const moved = [
      'UID:1',
      'RECURRENCE-ID;VALUE=DATE:20261225',
      'DTSTART;VALUE=DATE:20261218',
      'SUMMARY:Moved',
    ]
    const gone = [
      'UID:1',
      'RECURRENCE-ID;VALUE=DATE:20271225',
      'DTSTART;VALUE=DATE:20271225',
      'STATUS:CANCELLED',
    ]
    expect(closed(yearly, moved, gone)).toEqual(['2025-12-25 Party', '2026-12-18 Moved'])
  })
})

test('the first of two reasons of a day counts', () => {
  const day = 'DTSTART;VALUE=DATE:20261225'
  expect(closed([day], [day, 'SUMMARY:Christmas'], [day, 'SUMMARY:Noel'])).toEqual(['2026-12-25 Christmas'])
})

test('a zone that only the calendar knows is the one that it describes', () => {
  const zone = [
    ...['BEGIN:VTIMEZONE', 'TZID:Tokyo Standard Time', 'BEGIN:STANDARD', 'DTSTART:16010101T000000'],
    ...['TZOFFSETFROM:+0900', 'TZOFFSETTO:+0900', 'END:STANDARD', 'END:VTIMEZONE'],
  ]
  const event = ['DTSTART;TZID=Tokyo Standard Time:20261201T200000', 'DURATION:PT1H', 'SUMMARY:M']
  const text = calendarOf(event).replace('VERSION:2.0\r\n', `VERSION:2.0\r\n${zone.join('\r\n')}\r\n`)
  expect(shown(readCalendar(text, 'Europe/Berlin', NOW) as Calendar)).toEqual(['2026-12-01 12:00-13:00 M'])
})

test('all calendars of one file count, and what is no event does not', () => {
  const other = calendarOf(['DTSTART;VALUE=DATE:20261226', 'SUMMARY:Other']).replaceAll('VEVENT', 'VTODO')
  const both = calendarOf(['DTSTART;VALUE=DATE:20261225', 'SUMMARY:One']) + other
  expect(shown(readCalendar(both, 'UTC', NOW) as Calendar)).toEqual(['2026-12-25 One'])
})

test('what recurs without end is read from 2000 to ten years ahead', () => {
  const text = calendarOf(['DTSTART;VALUE=DATE:19801225', 'RRULE:FREQ=YEARLY'])
  const { days, last = 0 } = readCalendar(text, 'UTC', NOW) as Calendar
  expect([days.size, formatDate(last)]).toEqual([37, '2036-12-25'])
})
