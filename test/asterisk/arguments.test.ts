import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { argumentsText, parseArguments, parsePair } from '../../src/asterisk/dialplan/arguments.js'
import { stasisArguments } from '../support/stasis-arguments.js'

/** A byte of a header, often one with a meaning for a parser, or none of UTF-8. */
const byte = fc.oneof(fc.constantFrom(...Buffer.from(')(:,;&=/%"\\ $')), fc.integer({ min: 1, max: 255 }))
const bytes = fc.array(byte, { maxLength: 60 }).map((all) => Buffer.from(all))
const header = fc.tuple(fc.stringMatching(/^[A-Za-z0-9!._~-]{1,20}$/), bytes)

/** What reading does: the pieces of the pair, and the rest from its variable. */
function textOf(pair: string, isNamed: boolean, rest = ''): string {
  const { text, hasMore } = parsePair(pair, isNamed)
  return hasMore ? `${text})${rest}` : text
}

describe('the arguments of Stasis()', () => {
  test('come out as they went in, whatever bytes a caller sends', () => {
    fc.assert(
      fc.property(fc.array(header, { maxLength: 6 }), bytes, fc.nat(6), (headers, dialled, split) => {
        const named = headers.slice(0, split).map(([name, value]) => [name.toLowerCase(), value] as const)
        const listed = headers.slice(split)
        const call = { dialled: dialled.toString('latin1'), named, listed, state: 'e30', decidedBy: 'r1' }
        const { text, variables } = stasisArguments(call)
        const args = parseArguments(text)
        expect(args).toMatchObject({ state: 'e30', decidedBy: 'r1', isOverLimit: false, listsAll: false })
        expect([args?.named, args?.count, args?.isMissing]).toEqual([named.length, headers.length, false])
        const pieces = call.dialled.split(')')
        expect(args?.dialled).toBe(pieces.slice(0, 3).join(')'))
        const found = (args?.pairs ?? []).map((pair, index) => {
          const rest = Buffer.from(variables.get(`DOORMAN_VALUE_${index + 1}`) ?? '', 'latin1').toString()
          return [parsePair(pair, index < named.length).key, textOf(pair, index < named.length, rest)]
        })
        expect(found).toEqual(headers.map(([name, value]) => [name.toLowerCase(), value.toString()]))
      }),
    )
  })

  test('are laid out as the dialplan writes them', () => {
    const named = [['from', 'Ada :)']] as const
    const { text } = stasisArguments({ dialled: '300', named, decidedBy: 'r1', isOverLimit: true })
    const passed = { headers: ['from'], repeatable: [], attestation: false, prefixes: [] }
    const layout = argumentsText({ ...passed, listAlways: false, listsAll: false }, 0)
    const values: Readonly<Record<string, string>> = {
      ...{ DOORMAN_HEADER_0: '1/300//', DOORMAN_DECIDED: 'r1', DOORMAN_LIMIT: '1', DOORMAN_COUNT: '1' },
      DOORMAN_HEADER_1: 'from=2/Ada%20%3A//',
    }
    expect(layout.replace(/\$\{(\w+)\}/g, (_, name: string) => values[name] ?? '')).toBe(text)
  })

  test.each(['', '1&DIALLED=1/300//&end', 'doorman', '22&end'])('of another layout are none: %j', (text) => {
    expect(parseArguments(text)).toBeUndefined()
  })

  test('that ask about a missing location, or tell of lost variables, say so', () => {
    expect(parseArguments('2&MISSING=1&end')).toMatchObject({ isMissing: true, count: 0, pairs: [] })
    expect(parseArguments('2&LIMIT=1&LOST=1&end')).toMatchObject({
      isOverLimit: true,
      hasLostVariables: true,
    })
  })

  test('that Asterisk has cut hand over none of the pairs, of which the last may be half', () => {
    const { text } = stasisArguments({
      named: [
        ['a', '1'],
        ['b', '12345'],
      ],
    })
    const whole = parseArguments(text)
    expect(whole?.pairs).toEqual(['a=1/1//', 'b=1/12345//'])
    for (let length = text.indexOf('a=1'); length < text.length; length += 1) {
      expect(parseArguments(text.slice(0, length))).toMatchObject({ count: 2, pairs: [] })
    }
  })
})

describe('one value', () => {
  test('with more than three pieces has the rest in its variable', () => {
    expect(parsePair('x=3/a/b/c', true)).toEqual({ key: 'x', text: 'a)b)c', hasMore: false })
    expect(parsePair('x=5/a/b/c', true)).toEqual({ key: 'x', text: 'a)b)c', hasMore: true })
  })

  test('that Asterisk has cut at 4,095 characters is none, the key of the pair included', () => {
    const pair = `p-asserted-identity=1/${'a'.repeat(4_060)}//`
    expect(parsePair(pair, true).text).toHaveLength(4_060)
    const long = `p-asserted-identity=1/${'a'.repeat(4_090)}//`
    for (const length of [4_093, 4_094, 4_095]) expect(parsePair(long.slice(0, length), true).text).toBe('')
  })

  test('has a key of the dialplan only where it is a named one', () => {
    expect(parsePair('ATTESTATION=1/A//', true).key).toBe('ATTESTATION')
    expect(parsePair('ATTESTATION=1/A//', false).key).toBe('attestation')
  })
})
