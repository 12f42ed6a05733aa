import { describe, expect, test } from '@jest/globals'
import { Trust } from '../../src/sip/trust.js'

describe('trust', () => {
  const trust = new Trust(
    new Map([
      ['carrier-a', new Set(['Caller_Number', 'P-Asserted-Identity', 'f'])],
      ['carrier-b', new Set<string>()],
    ]),
  )

  test.each(['caller_number', 'CALLER_NUMBER', 'p-asserted-identity', 'From', 'f', 'F'])(
    'covers %s where it is named',
    (item) => {
      expect(trust.believes('carrier-a', item)).toBe(true)
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
    expect(trust.believes(trunk, item)).toBe(false)
  })

  test('names its trunks', () => {
    expect([...trust.trunks]).toEqual(['carrier-a', 'carrier-b'])
    expect(Trust.nobody.trunks.size).toBe(0)
  })

  test("does not change when the admin's sets do", () => {
    const items = new Set(['X-VIP'])
    const mine = new Trust(new Map([['carrier-a', items]]))
    items.add('X-Account')
    expect(mine.believes('carrier-a', 'X-Account')).toBe(false)
  })
})
