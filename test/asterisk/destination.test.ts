import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { encodeDestination, FALLBACK, isCleanExtension } from '../../src/asterisk/dialplan/destination.js'
import { trunkOf } from '../../src/asterisk/pbx.js'

const NUMBERS = { caller: '+15551234567', callee: '+15557654321' }
const VIP = { context: 'vip-support', extension: 's', priority: 3 }
const extensionOf = (...parts: Parameters<typeof encodeDestination>) => encodeDestination(...parts)?.extension

describe('the destination of a call', () => {
  test('travels in the extension of doorman-go, with the numbers that are E.164', () => {
    const extension = '=^+15551234567^+15557654321^vip-support,s,3'
    expect(encodeDestination(VIP, NUMBERS)).toEqual({ context: 'doorman-go', extension, priority: 1 })
    expect(extensionOf(VIP, { caller: 'anonymous', callee: '300' })).toBe('=^^^vip-support,s,3')
    expect(extensionOf(VIP, NUMBERS, 'a1b2c3d')).toBe(`*a1b2c3d${extension.slice(1)}`)
  })

  test('leaves the numbers out where they do not fit, and is none where it does not fit itself', () => {
    const place = (length: number) => ({ context: 'c', extension: 'e'.repeat(length), priority: 1 })
    expect(extensionOf(place(79 - '=^^^c,,1'.length), NUMBERS)).toHaveLength(79)
    expect(extensionOf(place(80 - '=^^^c,,1'.length), NUMBERS)).toBeUndefined()
    expect(FALLBACK).toEqual({ context: 'doorman-fallback', extension: 's', priority: 1 })
  })

  test('has no character with a meaning for the dialplan, whatever was dialled, and is found again', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9+*#._,^&:)-]{1,20}$/))
    fc.assert(
      fc.property(
        text,
        text,
        text,
        fc.integer({ min: 1, max: 99 }),
        (context, extension, caller, priority) => {
          const encoded = extensionOf({ context, extension, priority }, { caller, callee: extension })
          expect(encoded === undefined || isCleanExtension(extension)).toBe(true)
          if (encoded === undefined) return
          expect(encoded).toMatch(/^=\^(\+\d{1,15})?\^(\+\d{1,15})?\^[A-Za-z0-9+*#._,-]+$/)
          expect(encoded.split('^')[3]?.split(',')).toEqual([context, extension, String(priority)])
        },
      ),
    )
  })

  test.each(['a,b', 'a b', '${EXTEN}', 'a)', 'a&b', 'a"b', 'a\nb', 'a;b', 'a^b', '', 'ä'])(
    'is none for %j, as context or extension',
    (text) => {
      expect(extensionOf({ ...VIP, extension: text }, NUMBERS)).toBeUndefined()
      expect(extensionOf({ ...VIP, context: text }, NUMBERS)).toBeUndefined()
    },
  )
})

test.each([
  ['PJSIP/carrier-a-00000001', 'carrier-a'],
  ['PJSIP/a-00000001-0000002f', 'a-00000001'],
  ['PJSIP/anonymous-000000ff', 'anonymous'],
])('the channel %s came in on the trunk %s', (channel, trunk) => {
  expect(trunkOf(channel)).toBe(trunk)
})

test.each(['Local/1001@from-phones-00000001;2', 'SIP/carrier-a-00000001', 'PJSIP/carrier-a', ''])(
  'the channel "%s" is none of a trunk that could be trusted',
  (channel) => {
    expect(trunkOf(channel)).toBeUndefined()
  },
)
