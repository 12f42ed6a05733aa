import { describe, expect, test } from '@jest/globals'
import { attestationOf } from '../../src/sip/attestation.js'

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
    const found = attestationOf(undefined, value, true)
    expect(found).toEqual({ attestation, source: 'verstat', value, trusted: true })
  })

  test('is none where the trunk is not trusted for verstat', () => {
    const found = attestationOf(undefined, 'TN-Validation-Passed-A', false)
    expect(found).toMatchObject({ attestation: 'none', source: 'verstat', trusted: false })
  })

  test.each([
    ['A', true, 'A'],
    ['b', true, 'B'],
    ['A', false, 'failed'],
    ['X', true, 'failed'],
  ])(
    'that Asterisk read as %s, verified %s, is %s from any trunk and before verstat',
    (attestation, verified, expected) => {
      const found = attestationOf({ attestation, verified }, 'No-TN-Validation', false)
      const source = 'stir_shaken'
      expect(found).toEqual({ attestation: expected, source, value: attestation, trusted: true })
    },
  )

  test('is none where nothing says anything', () => {
    const found = attestationOf(undefined, undefined, true)
    expect(found).toMatchObject({ attestation: 'none', source: 'nothing', value: null })
  })
})
