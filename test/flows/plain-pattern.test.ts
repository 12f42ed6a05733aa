import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { RE2JS } from 're2js'
import { linearPattern } from '../../src/flows/parts/linear-pattern.js'
import { plainPattern } from '../../src/flows/parts/plain-pattern.js'

/** Few, so that patterns are found often; the last ones are no ASCII, or end a line. */
const CHARACTERS = [...'abZ09.-= ^$/\n\réſ😀\u2028']

const character = fc.constantFrom(...'abZ09= -/', '\\.', '\\$', '\\^', '\\-', '\\d')
const among = fc
  .array(fc.constantFrom('a', 'b-c', 'A-Z', '0-9', '.', '=', ' '), { minLength: 1, maxLength: 3 })
  .map((members) => `[${members.join('')}]`)
const times = fc.constantFrom('', '', '', '{0}', '{1}', '{2}')
const item = fc.tuple(fc.oneof(character, among), times).map((parts) => parts.join(''))
const pattern = fc
  .tuple(fc.constantFrom('', '^'), fc.array(item, { minLength: 1, maxLength: 5 }), fc.constantFrom('', '$'))
  .map(([begin, items, end]) => `${begin}${items.join('')}${end}`)
const value = fc.array(fc.constantFrom(...CHARACTERS), { maxLength: 12 }).map((all) => all.join(''))

describe('a plain pattern', () => {
  test('finds what RE2 finds, in whatever text', () => {
    fc.assert(
      fc.property(pattern, fc.array(value, { minLength: 20, maxLength: 20 }), (source, values) => {
        const [plain, re2] = [plainPattern(source), RE2JS.compile(source)]
        const found = values.map((text) => plain?.test(text))
        expect(found).toEqual(values.map((text) => re2.matcher(text).find()))
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['^9[0-9]{4}$', '91234', '912345'],
    ['reason=user-busy', 'x;reason=user-busy', 'reason=no-answer'],
    ['^\\+1555\\d{7}$', '+15551234567', '15551234567'],
  ])('%s is one', (source, found, other) => {
    expect(plainPattern(source)).toBeDefined()
    expect([found, other].map((text) => linearPattern(source).test(text))).toEqual([true, false])
  })

  test.each([
    ...'a+ a* a? a{1,2} a{100} a{03} a|b (a) (?i)a . [^a] [a-] \\w \\b \\n'.split(' '),
    ...'é a^b a$b a{2}{3} ^$ \\pL [[:alpha:]] [\\d]'.split(' '),
    '',
  ])('%s is none, and left to RE2', (source) => {
    expect(plainPattern(source)).toBeUndefined()
  })

  test('that RE2 cannot read is refused as any other', () => {
    expect(() => linearPattern('[z-a]')).toThrow("this pattern can't be read")
  })
})
