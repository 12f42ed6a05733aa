import { describe, expect, test } from '@jest/globals'
import { attestationOf } from '../../src/sip/attestation.js'
import { call, trusting } from '../routing/support/make.js'

const trust = trusting({ 'carrier-a': ['verstat'] })
const verstat = (value: string) => [['P-Asserted-Identity', `<tel:+15551234567;verstat=${value}>`]] as const

describe('the attestation', () => {
  test.each([
    ['TN-Validation-Passed', 'A'],
    ['TN-Validation-Passed-A', 'A'],
    ['tn-validation-passed-b', 'B'],
    ['TN-Validation-Passed-C', 'C'],
    ['TN-Validation-Failed', 'failed'],
    ['TN-Validation-Failed-A', 'failed'],
    ['No-TN-Validation', 'none'],
    ['TN-Validation-Passed-X', 'none'],
  ])('of verstat=%s is %s', (value, attestation) => {
    const found = attestationOf(call({ headers: verstat(value) }), trust)
    expect(found).toEqual({ attestation, source: 'verstat', value, trusted: true })
  })

  test('is none where the trunk is not believed about verstat', () => {
    const found = attestationOf(
      call({ trunk: 'carrier-b', headers: verstat('TN-Validation-Passed-A') }),
      trust,
    )
    expect(found).toEqual({
      attestation: 'none',
      source: 'verstat',
      value: 'TN-Validation-Passed-A',
      trusted: false,
    })
  })

  test('is read from inside the user part of From where P-Asserted-Identity has none', () => {
    const headers = [
      ['P-Asserted-Identity', '<sip:+15551234567@example.com>'],
      ['From', '<sip:+15551234567;verstat=TN-Validation-Passed-B@example.com>;tag=1'],
    ] as const
    expect(attestationOf(call({ headers }), trust).attestation).toBe('B')
  })

  test.each([
    ['A', true, 'A'],
    ['b', true, 'B'],
    ['A', false, 'failed'],
    ['X', true, 'failed'],
  ])(
    'that Asterisk read as %s, verified %s, is %s from any trunk and before verstat',
    (attestation, verified, expected) => {
      const facts = call({
        trunk: 'carrier-b',
        verification: { attestation, verified },
        headers: verstat('No-TN-Validation'),
      })
      expect(attestationOf(facts, trust)).toEqual({
        attestation: expected,
        source: 'stir_shaken',
        value: attestation,
        trusted: true,
      })
    },
  )

  test('is none where nothing says anything', () => {
    expect(attestationOf(call({}), trust)).toMatchObject({
      attestation: 'none',
      source: 'nothing',
      value: null,
    })
  })
})
