import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parsePhoneNumberFromString } from 'libphonenumber-js/min'
import { isE164, isNumberLike, numberInHeader, readNumber } from '../../src/sip/phone-number.js'
import { parseAddressList } from '../../src/sip/uri.js'

describe('a number', () => {
  test.each([
    ['+15551234567'],
    ['5551234567'],
    ['15551234567'],
    ['(555) 123-4567'],
    ['555.123.4567'],
    ['+1 (555) 123-4567'],
    ['0015551234567'],
    ['00 1 555 123 4567'],
    ['01115551234567'],
    ['  +15551234567 '],
    ['"5551234567"'],
    ['sip:+15551234567@example.com;user=phone'],
    ['sip:5551234567@example.com'],
    ['sip:5551234567'],
    ['<sip:+15551234567@example.com>'],
    ['"Bob" <sip:+15551234567@example.com;user=phone>;tag=x'],
    ['"Anonymous" <sip:+15551234567@example.com>'],
    ['sips:%2B15551234567@example.com'],
    ['sip:+15551234567;verstat=TN-Validation-Passed@example.com'],
    ['tel:+15551234567'],
    ['tel:+1-555-123-4567'],
    ['tel:5551234567;phone-context=+1'],
    ['tel:5551234567;phone-context=example.com'],
  ])('%s is +15551234567 in the US', (text) => {
    expect(readNumber(text, 'US')).toBe('+15551234567')
  })

  test.each([
    ['GB', '0015551234567', '+15551234567'],
    ['AU', '001115551234567', '+15551234567'],
    ['AU', '0015551234567', '+15551234567'],
    ['DE', '0015551234567', '+15551234567'],
    [undefined, '0015551234567', '+15551234567'],
    [undefined, 'tel:5551234567;phone-context=+1', '+15551234567'],
    ['GB', 'tel:5551234567;phone-context=+1', '+15551234567'],
    ['GB', '020 5550 0001', '+442055500001'],
    ['GB', '+44 (0)20 5550 0001', '+442055500001'],
    ['DE', '030 5550001', '+49305550001'],
    ['CA', '5551234567', '+15551234567'],
    [undefined, '+1-234-567', '+1234567'],
  ])('in %s, %s is %s', (country, text, number) => {
    expect(readNumber(text, country)).toBe(number)
  })

  test.each([
    ['US', '1001'],
    ['DE', '1001'],
    ['DE', '123456'],
    ['US', '911'],
    ['US', '*72'],
    ['US', 'alice'],
    ['US', '1-555-FLOWERS'],
    ['US', '+1001'],
    ['US', '99999999999999999999'],
    [undefined, '5551234567'],
    [undefined, '(555) 123-4567'],
    ['XX', '5551234567'],
    ['', '5551234567'],
    ['US', 'sip:example.com'],
  ])('in %s, %s stays as it is', (country, text) => {
    expect(readNumber(text, country)).toBe(text)
  })

  test('of an extension in a URI is the extension', () => {
    expect(readNumber('<sip:1001@example.com>', 'DE')).toBe('1001')
    expect(readNumber('sip:alice@example.com', 'DE')).toBe('alice')
    expect(readNumber('tel:1001;phone-context=+49', 'DE')).toBe('1001')
  })

  test.each([
    'anonymous',
    'Anonymous',
    'unavailable',
    '"Unavailable"',
    'RESTRICTED',
    'Private',
    'unknown',
    'withheld',
    '',
    '  ',
    '""',
    'sip:anonymous@anonymous.invalid',
    '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=x',
    '<sip:Restricted@example.com>',
    'sip:anonymous.invalid',
    '"Unavailable" <sip:192.0.2.1>',
    'tel:unavailable',
  ])('%j is anonymous', (text) => {
    expect(readNumber(text, 'US')).toBe('anonymous')
  })

  test('never throws, and what was read before stays as it is', () => {
    const piece = fc.constantFrom(
      'sip:',
      'tel:',
      '<',
      '>',
      '"',
      '@',
      '+',
      '00',
      '555',
      '1234567',
      ';',
      '%40',
      '%3A',
      ' ',
      'anonymous',
      'phone-context=+1',
      '(',
      '-',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 12 }).map((all) => all.join('')),
    )
    fc.assert(
      fc.property(text, fc.constantFrom('US', 'DE', 'AU', 'XX', undefined), (any, country) => {
        const once = readNumber(any, country)
        expect(readNumber(once, country)).toBe(once)
      }),
      { numRuns: 2_000 },
    )
  })

  test('survives a URI that nests thousands of others, and a very long one', () => {
    expect(() => readNumber(`${'tel:'.repeat(20_000)}5551234567`, 'US')).not.toThrow()
    expect(() => readNumber('"'.repeat(60_000), 'US')).not.toThrow()
    expect(readNumber(`"${'x'.repeat(60_000)}" <sip:+15551234567@example.com>`, 'US')).toBe('+15551234567')
  })

  test('of North America is the same that the library reads', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^1?[2-9]\d{9}$/),
        fc.constantFrom('US' as const, 'CA' as const, 'JM' as const),
        (text, country) => {
          const library = parsePhoneNumberFromString(text, { defaultCountry: country, extract: false })
          expect(readNumber(text, country)).toBe(library?.number)
        },
      ),
    )
  })

  test('is E.164 with 7 to 15 digits after a plus', () => {
    expect(['+1555123', '+15551234567', '+123456789012345'].map(isE164)).not.toContain(false)
    expect(
      ['', '15551234567', '+05551234567', '+155512', '+1234567890123456', '+1555 1234567'].map(isE164),
    ).not.toContain(true)
  })

  test('is told from a name', () => {
    expect(['1001', '*72', '+1 555', '(555) 1'].map(isNumberLike)).not.toContain(false)
    expect(['alice', '', '*', 'anonymous', '555-FLOWERS'].map(isNumberLike)).not.toContain(true)
  })

  test('in a header is the first number, else the first name, and none where it is withheld', () => {
    expect(numberInHeader(['<sip:alice@example.com>, <tel:5551234567>'], 'US')).toBe('+15551234567')
    expect(numberInHeader(['<sip:alice@example.com>', '<tel:5551234567;phone-context=+1>'], undefined)).toBe(
      '+15551234567',
    )
    expect(numberInHeader(['<sip:alice@example.com>'], 'US')).toBe('alice')
    expect(numberInHeader(['<sip:anonymous@anonymous.invalid>', ''], 'US')).toBeUndefined()
  })

  test.each([
    '"A, <B" <sip:+15551234567@host>',
    '<SIPS:+15551234567@host;user=phone>;tag=1, <sip:+15550000000@host>',
    '"A\\" <sip:+15550000000@host>" <sip:+15551234567@host>',
    '"A" B" <sip:+15550000000@host>',
    '<sip:+15551234567;phone-context=+44@host>',
    '<sip:+15551234567@host',
    '<sip:+0551234567@host>',
  ])('in %s is that of the first address, taken apart', (value) => {
    const numbers = parseAddressList(value).map(({ user }) => readNumber(user, 'US'))
    expect(numberInHeader([value], 'US')).toBe(numbers.find(isNumberLike))
  })

  test('in a plain address is the same as in one that has to be taken apart', () => {
    const piece = fc.constantFrom(
      '"',
      '<',
      '>',
      '@',
      ',',
      ';',
      ' ',
      '\\',
      'sip:',
      'tel:',
      '+15551234567',
      'a',
      ':',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.array(piece, { maxLength: 4 }), (before, after) => {
        const value = `${before.join('')}<sip:+15551234567@host>${after.join('')}`
        // A space that stands before it keeps the short way out, and means nothing.
        expect(numberInHeader([value], 'US')).toBe(numberInHeader([`  ${value}`], 'US'))
      }),
    )
  })
})
