import { describe, expect, test } from '@jest/globals'
import { formatTimes, parseTimes, parseWeek } from '../../src/hours/opening-hours.js'

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
