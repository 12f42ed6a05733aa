import { describe, expect, test } from '@jest/globals'
import { Columns, wrap } from '../../src/lib/text.js'
import {
  age,
  formatDuration,
  formatShare,
  localTime,
  parseDuration,
  parseShare,
  parseSince,
} from '../../src/lib/units.js'

const NOW = new Date('2026-12-24T18:00:00Z')

describe('times', () => {
  test.each([
    [0, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [7_199_000, '1 h'],
    [86_400_000 * 12, '12 d'],
    [-5_000, '0 s'],
  ])('%i ms ago are %s', (ms, text) => {
    expect(age(new Date(NOW.getTime() - ms), NOW)).toBe(text)
  })

  test('are local, and sort as they stand', () => {
    expect(localTime(NOW)).toMatch(/^2026-12-2\d \d\d:\d\d:00$/)
  })

  test.each([
    ['30min', '2026-12-24T17:30:00.000Z'],
    ['2h', '2026-12-24T16:00:00.000Z'],
    ['2 h', '2026-12-24T16:00:00.000Z'],
    ['3d', '2026-12-21T18:00:00.000Z'],
    ['2w', '2026-12-10T18:00:00.000Z'],
    ['10s', '2026-12-24T17:59:50.000Z'],
    ['2026-12-01T00:00:00Z', '2026-12-01T00:00:00.000Z'],
  ])('%s is read', (text, instant) => {
    expect(parseSince(text, NOW).toISOString()).toBe(instant)
  })

  test.each(['2', '2y', 'yesterday', ''])('"%s" is refused', (text) => {
    expect(() => parseSince(text, NOW)).toThrow(/Write it as 30min, 2h/)
  })
})

describe('durations', () => {
  test.each([
    ['150ms', 150],
    ['30s', 30_000],
    ['5m', 300_000],
    ['5 min', 300_000],
    ['2h', 7_200_000],
    ['90d', 7_776_000_000],
    ['8w', 4_838_400_000],
  ])('%s is read', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  test.each([
    [0, '0ms'],
    [150, '150ms'],
    [300_000, '5m'],
    [90_000, '90s'],
    [86_400_000, '1d'],
  ])('%i ms are %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  test.each(['', '5', 'm', '-5m', '1.5h', '5M', '5 minutes', '1d 2h', '1234567s'])('"%s" is none', (text) => {
    expect(parseDuration(text)).toBeUndefined()
  })
})

describe('columns', () => {
  test('are aligned, and later rows keep to them', () => {
    const columns = new Columns()
    expect(
      columns.lines([
        ['a', 'b', ''],
        ['ccc', 'd', 'e'],
      ]),
    ).toEqual(['a    b', 'ccc  d  e'])
    expect(columns.lines([['x', 'y', 'z']])).toEqual(['x    y  z'])
  })

  test('are cut where a row would be too long, the widest first and the leading ones never', () => {
    const row = ['0123456789', 'north branch', 'general_support']
    expect(new Columns(30, 1).lines([row])).toEqual(['0123456789  north b…  general…'])
  })
})

describe('wrapping', () => {
  test('breaks at spaces, and indents what follows like the last column', () => {
    expect(wrap('  - name  one two three four', 22)).toBe('  - name  one two\n          three four')
    expect(wrap('one two three', 8)).toBe('one two\nthree')
  })

  test('keeps a word whole that is longer, and shorter lines as they are', () => {
    expect(wrap('abcdefghijkl\nok', 5)).toBe('abcdefghijkl\nok')
  })
})

describe('a share of calls', () => {
  test.each([
    ['1%', 0.01],
    [' 0.5 % ', 0.005],
    ['100%', 1],
    ['0%', 0],
    ['0', 0],
    ['0.01', 0.01],
    ['1.0', 1],
  ])('is read from %j', (text, share) => {
    expect(parseShare(text)).toBe(share)
  })

  test.each(['', '1', '101%', '1.5', '-1%', 'one', '1%%', '1e-2', '0,5%'])('is not read from %j', (text) => {
    expect(() => parseShare(text)).toThrow('write it as 1% or 0.01')
  })

  test.each([
    [0.0125, '1.25%'],
    [1, '100%'],
    [1 / 3, '33.33%'],
  ])('%j is written as %s', (share, text) => {
    expect(formatShare(share)).toBe(text)
    expect(parseShare(text)).toBeCloseTo(share)
  })
})
