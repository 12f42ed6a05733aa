import { describe, expect, test } from '@jest/globals'
import {
  type Briefing,
  briefedText,
  briefingArguments,
  briefingOf,
} from '../../src/asterisk/dialplan/briefing.js'
import { header, variable } from '../../src/asterisk/dialplan/channel-read.js'

const parts = [variable('CHANNEL(endpoint)'), header('X-VIP', 1)]

function made(of: readonly string[]): Briefing {
  const briefing = briefingOf(of)
  if (briefing === undefined) throw new Error('These parts make no briefing.')
  return briefing
}

describe('what the entry context tells of a call', () => {
  test.each([',', ':'] as const)('stands between its id and its end, parted by %s', (between) => {
    const briefing = made(parts)
    expect(briefingArguments(briefing, between)).toBe([briefing.id, parts.join('&'), '.'].join(between))
  })

  test('comes back as the text of its values', () => {
    const briefing = made(parts)
    expect(briefedText([briefing.id, 'carrier-a&gold', '.'], briefing)).toBe('carrier-a&gold')
  })

  test('comes back also where an open parenthesis kept Asterisk from parting the arguments', () => {
    const briefing = made(parts)
    expect(briefedText([briefing.id, 'carrier-a&(gold,.'], briefing)).toBe('carrier-a&(gold')
  })

  test.each([
    ['of other parts', ['00000000', 'carrier-a&gold', '.']],
    ['in another order', [made(parts.toReversed()).id, 'gold&carrier-a', '.']],
    ['cut before its end', [made(parts).id, 'carrier-a&go']],
    ['not there', []],
  ])('is nothing where it is %s', (_how, args) => {
    expect(briefedText(args, made(parts))).toBeUndefined()
  })

  test('is left out where the parts do not fit into a line of the dialplan', () => {
    expect(
      briefingOf(Array.from({ length: 200 }, (_, index) => header(`X-Header-${index}`, 1))),
    ).toBeUndefined()
  })
})
