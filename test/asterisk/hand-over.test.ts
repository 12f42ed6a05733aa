import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  FALLBACK_PLACE,
  HAND_OVER_CONTEXT,
  handOver,
  newToken,
} from '../../src/asterisk/dialplan/hand-over.js'

describe('the hand-over of a call', () => {
  test('carries the place in the extension itself', () => {
    expect(handOver({ context: 'vip-support', extension: '+15551234567', priority: 3 })).toEqual({
      ...{ context: HAND_OVER_CONTEXT, extension: '=vip-support,+15551234567,3', priority: 1 },
    })
  })

  test('carries the token to wait for before the place, in a length that the dialplan knows', () => {
    const token = newToken()
    expect(token).toMatch(/^[0-9a-z]{4}$/)
    expect(handOver({ context: 'vip-support', extension: 's', priority: 1 }, { token })?.extension).toBe(
      `~${token}vip-support,s,1`,
    )
  })

  test('has another token for each of many calls', () => {
    expect(new Set(Array.from({ length: 10_000 }, newToken)).size).toBe(10_000)
  })

  test('takes an extension of 79 characters and none of 80, because Asterisk would cut that', () => {
    const place = (length: number) => ({
      context: 'c',
      extension: 'e'.repeat(length - '=c,,1'.length),
      priority: 1,
    })
    expect(handOver(place(79))?.extension).toHaveLength(79)
    expect(handOver(place(80))).toBeUndefined()
  })

  test.each(['a,b', 'a b', '${EXTEN}', 'a&b', 'a"b', 'a\nb', 'a;b', '', 'ä'])(
    'refuses the extension %j, which would not arrive as it is',
    (extension) => {
      expect(handOver({ context: 'main', extension, priority: 1 })).toBeUndefined()
    },
  )

  test.each(['a,b', 'a b', '${EXTEN}', ''])('refuses the context %j', (context) => {
    expect(handOver({ context, extension: 's', priority: 1 })).toBeUndefined()
  })

  test('lets the hand-over context find the same place again, whatever was dialled', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.integer({ min: 1, max: 99 }),
        (context, extension, priority) => {
          const place = handOver({ context, extension, priority })
          if (place === undefined) return
          expect(place.extension.slice(1).split(',')).toEqual([context, extension, String(priority)])
        },
      ),
    )
  })

  test('has a fallback that needs no hand-over', () => {
    expect(FALLBACK_PLACE).toEqual({ context: 'doorman-fallback', extension: 's', priority: 1 })
  })
})
