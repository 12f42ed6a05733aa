import { describe, expect, test } from '@jest/globals'
import { readClosedFile } from '../../src/flows/read-hours.js'
import { parseDate } from '../../src/hours/wall-clock.js'
import { doorman } from './command.js'

const holidays = (...args: readonly string[]) => doorman(['holidays', ...args])

describe('doorman holidays', () => {
  test('prints a file that "closed" reads, also where another year is appended to it', async () => {
    const [first, second] = [await holidays('DE-BE', '2027'), await holidays('de-be', '2028')]
    expect(first).toMatchObject({ exit: 0, err: '' })
    expect(first.out.split('\n').slice(0, 4)).toEqual([
      '# Public holidays of DE-BE (Germany, Berlin) in 2027',
      '# by date-holidays; its data is from Wikipedia, CC BY-SA 3.0',
      'date,why',
      '2027-01-01,Neujahr',
    ])
    const read = readClosedFile(first.out + second.out)
    const days = 'days' in read ? read.days : new Map<number, string>()
    expect([days.size, days.get(parseDate('2027-03-08') ?? 0)]).toEqual([21, 'Internationaler Frauentag'])
    // Christmas Eve is no public holiday.
    expect(days.has(parseDate('2027-12-24') ?? 0)).toBe(false)
  })

  test('prints each day of a holiday of several days, and names with commas in quotes', async () => {
    const { out } = await holidays('IL', '2027')
    expect(out).toContain('2027-04-28,"')
    expect(readClosedFile(out)).toHaveProperty('days')
    const turkey = await holidays('TR', '2027')
    expect(turkey.out.match(/Kurban Bayramı$/gm)?.length).toBeGreaterThan(2)
  })

  test.each([
    ['QQ', '2027', 'There is no country "QQ"; write its code in ISO 3166, as DE or US-NY.'],
    ['DE-XX', '2027', 'Germany has no "XX"; known are BB (Brandenburg), BE (Berlin), BW'],
    ['DE-BE-X', '2027', 'Berlin has no parts here; leave out "-X".'],
    ['DE', '27', '"27" is no year; write it as: doorman holidays DE 2027'],
  ])('of %s in %s says: %s', async (region, year, message) => {
    expect(await holidays(region, year)).toMatchObject({
      exit: 2,
      out: '',
      err: expect.stringContaining(message),
    })
  })
})
