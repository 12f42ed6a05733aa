import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parsePhoneNumberFromString } from 'libphonenumber-js/min'
import { parse } from 'yaml'
import { canonicalName, compactName, SipHeaders } from '../../src/sip/headers.js'
import { isE164, isNumberLike, numberInHeader, readNumber } from '../../src/sip/phone-number.js'
import { parseAddress, parseAddressList } from '../../src/sip/uri.js'
import { projectFolder } from '../flows/project-folder.js'

interface Golden {
  readonly country: string
  readonly number: string
  readonly texts: readonly string[]
}

const golden = parse(readFileSync(projectFolder('test/golden/phone-numbers.yaml'), 'utf8')) as Golden[]
const cases = golden.flatMap(({ country, number, texts }) =>
  texts.map((text) => [text, number === 'same' ? text : number, country] as const),
)

describe('a number', () => {
  test.each(cases)('%j is %j in %s', (text, number, country) => {
    expect(readNumber(text, country === 'none' ? undefined : country)).toBe(number)
  })

  test('never throws, and what was read before stays as it is', () => {
    const pieces = 'sip:|tel:|<|>|"|@|+|00|555|1234567|;|%40|%3A| |anonymous|phone-context=+1|(|-'.split('|')
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((all) => all.join('')),
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
    const countries = fc.constantFrom('US' as const, 'CA' as const, 'JM' as const)
    fc.assert(
      fc.property(fc.stringMatching(/^1?[2-9]\d{9}$/), countries, (text, country) => {
        const library = parsePhoneNumberFromString(text, { defaultCountry: country, extract: false })
        expect(readNumber(text, country)).toBe(library?.number)
      }),
    )
  })

  test('is E.164 with 7 to 15 digits after a plus', () => {
    expect(['+1555123', '+15551234567', '+123456789012345'].map(isE164)).not.toContain(false)
    const others = ['', '15551234567', '+05551234567', '+155512', '+1234567890123456', '+1555 1234567']
    expect(others.map(isE164)).not.toContain(true)
  })

  test('is told from a name', () => {
    expect(['1001', '*72', '+1 555', '(555) 1'].map(isNumberLike)).not.toContain(false)
    expect(['alice', '', '*', 'anonymous', '555-FLOWERS'].map(isNumberLike)).not.toContain(true)
  })

  test.each([
    [['<sip:alice@example.com>, <tel:5551234567>'], '+15551234567'],
    [['<sip:alice@example.com>', '<tel:5551234567;phone-context=+1>'], '+15551234567'],
    [['<sip:alice@example.com>'], 'alice'],
    [['<sip:anonymous@anonymous.invalid>', ''], undefined],
    [['"A, <B" <sip:+15551234567@host>'], '+15551234567'],
    [['<SIPS:+15551234567@host;user=phone>;tag=1, <sip:+15550000000@host>'], '+15551234567'],
    [['"A\\" <sip:+15550000000@host>" <sip:+15551234567@host>'], '+15551234567'],
    [['<sip:+15551234567;phone-context=+44@host>'], '+15551234567'],
    [['<sip:+15551234567@host'], '+15551234567'],
  ])('in the headers %j is the first that can be dialled, else the first name', (values, number) => {
    expect(numberInHeader(values, 'US')).toBe(number)
  })
})

describe('an address', () => {
  test('is taken apart into display name, user, host and parameters', () => {
    const address = parseAddress('"Bob \\"B\\", Smith" <sip:+15551234567@example.com:5060;user=phone>;tag=x')
    expect(address).toMatchObject({
      display: 'Bob "B", Smith',
      user: '+15551234567',
      host: 'example.com',
    })
    expect([...address.params]).toEqual([['user', 'phone']])
  })

  test.each([
    ['sip:alice@example.com', 'alice', 'example.com'],
    ['SIPS:alice:secret@example.com:5061', 'alice', 'example.com'],
    ['sip:alice@[2001:db8::1]:5060;transport=tcp', 'alice', '[2001:db8::1]'],
    ['sip:alice;day=tuesday@example.com', 'alice;day=tuesday', 'example.com'],
    ['sip:%2B15551234567@example.com?Subject=x', '+15551234567', 'example.com'],
    ['sip:bad%zz%ff@example.com', 'bad%zz%ff', 'example.com'],
    ['sip:example.com', '', 'example.com'],
    ['sip:+15551234567', '+15551234567', ''],
    ['tel:+1-555-123-4567;ext=5', '+1-555-123-4567', ''],
    ['Bob <sip:bob@example.com', 'bob', 'example.com'],
    ['(555) 123-4567', '(555) 123-4567', ''],
    ['+15551234567@example.com', '+15551234567', 'example.com'],
    ['', '', ''],
    ['<>', '', ''],
  ])('%s has user %j and host %j', (text, user, host) => {
    expect(parseAddress(text)).toMatchObject({ user, host })
  })

  test('finds the parameters of a number inside the user part', () => {
    const { user, params } = parseAddress(
      '<sip:+15551234567;verstat=TN-Validation-Passed@example.com;user=phone>',
    )
    expect(user).toBe('+15551234567')
    expect(params.get('verstat')).toBe('TN-Validation-Passed')
    expect(params.get('user')).toBe('phone')
  })

  test('reads the context of a tel URI', () => {
    const { user, params } = parseAddress('tel:5551234567;phone-context=+1')
    expect([user, params.get('phone-context')]).toEqual(['5551234567', '+1'])
  })

  test('is not led astray by brackets in quotes', () => {
    expect(parseAddress('"<sip:+15550000000@x>" <sip:+15551234567@example.com>').user).toBe('+15551234567')
  })

  test('comes alone or in a list', () => {
    const users = parseAddressList('"A, B" <sip:a@example.com>, <tel:+15551234567>').map(({ user }) => user)
    expect(users).toEqual(['a', '+15551234567'])
  })

  test('is read from any text without a throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        parseAddress(text)
        parseAddressList(`<sip:${text}@${text}>;${text}`)
      }),
    )
  })
})

describe('SIP headers', () => {
  const headers = new SipHeaders([
    ['From', '"Bob" <sip:+15551234567@example.com>;tag=1'],
    ['X-VIP', 'gold'],
    ['x-vip', 'platinum'],
    ['X-Empty', ''],
    ['Subject', 'a long\r\n   subject'],
    ['v', 'SIP/2.0/UDP 192.0.2.1'],
  ])

  test.each(['From', 'from', 'FROM', 'f', ' From '])('are found as %j', (name) => {
    expect(headers.get(name)).toBe('"Bob" <sip:+15551234567@example.com>;tag=1')
    expect(headers.has(name)).toBe(true)
  })

  test('are found in full where they came in their compact form', () => {
    expect(headers.get('Via')).toBe('SIP/2.0/UDP 192.0.2.1')
    expect(compactName('Via')).toBe('v')
    expect(compactName('X-VIP')).toBeUndefined()
  })

  test('keep repeats apart and in order, and join them for get', () => {
    expect(headers.getAll('X-VIP')).toEqual(['gold', 'platinum'])
    expect(headers.get('X-VIP')).toBe('gold, platinum')
  })

  test('tell an empty header from a missing one', () => {
    expect(headers.get('X-Empty')).toBe('')
    expect(headers.has('X-Empty')).toBe(true)
    expect(headers.get('X-Missing')).toBeNull()
    expect(headers.has('X-Missing')).toBe(false)
    expect(headers.getAll('X-Missing')).toEqual([])
  })

  test('unfold a value that was folded over lines', () => {
    expect(headers.get('Subject')).toBe('a long subject')
  })

  test('are listed by lower-case name in alphabetical order', () => {
    expect([...headers.keys()]).toEqual(['from', 'subject', 'via', 'x-empty', 'x-vip'])
    expect([...headers]).toEqual([...headers.entries()])
    expect([...headers.values()]).toContain('gold, platinum')
    const seen: string[] = []
    headers.forEach((value, name) => {
      seen.push(`${name}=${value}`)
    })
    expect(seen).toContain('x-vip=gold, platinum')
  })

  test('have a default for a header that is missing, and for no other', () => {
    expect(headers.get('X-None', 'Unknown Caller')).toBe('Unknown Caller')
    expect(headers.get('X-VIP', 'none')).toBe('gold, platinum')
  })

  test('survive the way to a worker and back', () => {
    const again = new SipHeaders(structuredClone(headers.toList()))
    expect(again.getAll('X-VIP')).toEqual(['gold', 'platinum'])
    expect([...again]).toEqual([...headers])
  })

  test.each(['constructor', '__proto__', 'toString'])('may be called %s by a caller', (name) => {
    expect(canonicalName(name)).toBe(name.toLowerCase())
    expect([...new SipHeaders([[name, 'x']])]).toEqual([[name.toLowerCase(), 'x']])
  })
})
