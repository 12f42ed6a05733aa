import { describe, expect, test } from '@jest/globals'
import { contextOf, trusts } from '../../src/routing/context-of.js'
import { call, routingOf, trusting } from './support/make.js'

describe('the verstat of a call', () => {
  const trust = trusting({
    asserting: ['P-Asserted-Identity', 'caller_number', 'verstat'],
    plain: ['caller_number', 'verstat'],
  })
  const attestation = (trunk: string, ...headers: readonly (readonly [string, string])[]) =>
    contextOf(call({ trunk, headers }), routingOf({ trust })).attestation.attestation
  const passed = (number: string, level: string) => `<tel:${number};verstat=TN-Validation-Passed-${level}>`
  const OWN = '+15551234567'

  test('is that of the asserted identity where the caller number is read from it', () => {
    const asserted = ['P-Asserted-Identity', passed(OWN, 'B')] as const
    expect(attestation('asserting', ['From', passed(OWN, 'A')], asserted)).toBe('B')
  })

  test('is that of From where the caller number is what From says', () => {
    expect(
      attestation('plain', ['From', `<sip:${OWN};verstat=TN-Validation-Passed-B@example.com>;tag=1`]),
    ).toBe('B')
  })

  test('is never that of another identity in the same header', () => {
    const two = `<sip:${OWN}@example.com>, ${passed('+15550000000', 'A')}`
    expect(attestation('asserting', ['P-Asserted-Identity', two])).toBe('none')
  })

  test('is never that of an asserted identity for which the trunk is not trusted', () => {
    const failed = ['From', `<tel:${OWN};verstat=TN-Validation-Failed>`] as const
    expect(attestation('plain', ['P-Asserted-Identity', passed(OWN, 'A')], failed)).toBe('failed')
  })

  test('is never that of From where the caller number is asserted, or is not the one in From', () => {
    const asserted = ['P-Asserted-Identity', `<sip:${OWN}@example.com>`] as const
    expect(attestation('asserting', asserted, ['From', passed(OWN, 'A')])).toBe('none')
    expect(attestation('plain', ['From', passed('+15550000000', 'A')])).toBe('none')
  })
})

describe('trust', () => {
  const trust = trusting({ 'carrier-a': ['Caller_Number', 'P-Asserted-Identity', 'f'], 'carrier-b': [] })

  test.each(['caller_number', 'CALLER_NUMBER', 'p-asserted-identity', 'From', 'f', 'F'])(
    'covers %s where it is named',
    (item) => {
      expect(trusts(trust, 'carrier-a', item)).toBe(true)
    },
  )

  test.each([
    ['carrier-a', 'X-VIP'],
    ['carrier-a', 'verstat'],
    ['carrier-b', 'caller_number'],
    ['carrier-c', 'caller_number'],
    ['Carrier-A', 'caller_number'],
    ['constructor', 'caller_number'],
    [undefined, 'caller_number'],
  ])('of %s does not cover %s', (trunk, item) => {
    expect(trusts(trust, trunk, item)).toBe(false)
  })
})
