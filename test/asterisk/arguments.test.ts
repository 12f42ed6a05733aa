import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  argumentsText,
  parseArguments,
  parseListed,
  parsePieces,
  parseValues,
} from '../../src/asterisk/dialplan/arguments.js'
import { encodeDestination, FALLBACK, isCleanExtension } from '../../src/asterisk/dialplan/destination.js'
import { endpointOf } from '../../src/asterisk/pbx.js'
import { stasisArguments } from '../support/stasis-arguments.js'

/** A byte of a header, often one with a meaning for a parser, or none of UTF-8. */
const byte = fc.oneof(fc.constantFrom(...Buffer.from(')(:,;&=/%"\\ $')), fc.integer({ min: 1, max: 255 }))
const bytes = fc.array(byte, { maxLength: 60 }).map((all) => Buffer.from(all))
const header = fc.tuple(fc.stringMatching(/^[A-Za-z0-9!._~-]{1,20}$/), bytes)

describe('the arguments of Stasis()', () => {
  test('come out as they went in, whatever bytes a caller sends', () => {
    fc.assert(
      fc.property(fc.array(header, { maxLength: 12 }), bytes, fc.nat(12), (headers, dialled, split) => {
        const named = headers.slice(0, split).map(([name, value]) => [name.toLowerCase(), value] as const)
        const listed = headers.slice(split)
        const call = { dialled: dialled.toString('latin1'), named, listed, state: 'e30', decidedBy: 'r1' }
        const { text, variables } = stasisArguments(call)
        const args = parseArguments(text)
        expect(args).toMatchObject({ state: 'e30', decidedBy: 'r1', isOverLimit: false, listsAll: false })
        expect([args?.count, args?.isMissing]).toEqual([listed.length, false])
        const rest = (variable: string) => variables.get(variable) ?? ''
        const values = args?.keys.map((keys, index) => {
          const { text: start = '', hasMore } = parsePieces(args.passed[index] ?? '') ?? {}
          return parseValues(hasMore ? `${start})${rest(`DOORMAN_VALUES_${index + 1}`)}` : start, keys)
        })
        const sent = [call.dialled, ...named.map(([, value]) => value.toString())]
        const groups = [sent.slice(0, 8), sent.slice(8)].filter((group) => group.length > 0)
        expect(values).toEqual(groups.map((group) => (group.join('').includes('\n') ? undefined : group)))
        const found = args?.listed.map((one, index) => {
          const { name, text: start, hasMore } = parseListed(one)
          return [name, hasMore ? `${start})${rest(`DOORMAN_VALUE_${index + 1}`)}` : start]
        })
        expect(found).toEqual(listed.map(([name, value]) => [name.toLowerCase(), value.toString()]))
      }),
    )
  })

  test('are laid out as the dialplan writes them', () => {
    const named = [['from', 'Ada :)']] as const
    const { text } = stasisArguments({ dialled: '300', named, decidedBy: 'r1', isOverLimit: true })
    const passed = { headers: ['from'], repeatable: [], attestation: false, prefixes: [] }
    const layout = argumentsText({ ...passed, listAlways: false, listsAll: false }, 0)
    const values: Readonly<Record<string, string>> = {
      ...{ DOORMAN_DECIDED: 'r1', DOORMAN_LIMIT: '1', DOORMAN_PASSED_1: '2/300%0AAda%20%3A/%0A//' },
      'TIMEOUT(absolute)': '0.970',
    }
    expect(layout.replace(/\$\{([\w()]+)\}/g, (_, name: string) => values[name] ?? '')).toBe(text)
  })

  test.each(['', '2&DIALLED=1/300//&end', 'doorman', '33&end'])('of another layout are none: %j', (text) => {
    expect(parseArguments(text)).toMatchObject({ keys: [], count: 0, decidedBy: '', leftMs: undefined })
  })

  test('that ask about a missing location, or tell of lost variables, say so', () => {
    expect(parseArguments('3&MISSING=1&end')).toMatchObject({ isMissing: true, count: 0, listed: [] })
    expect(parseArguments('3&LIMIT=1&LOST=1&end')).toMatchObject({
      isOverLimit: true,
      hasLostVariables: true,
    })
  })

  test('that Asterisk has cut hand over no value and no header, of which the last may be half', () => {
    const listed = [
      ['a', '1'],
      ['b', '12345'],
    ] as const
    const { text } = stasisArguments({ dialled: '300', listed })
    expect(parseArguments(text)).toMatchObject({
      passed: ['1/300%0A///'],
      listed: ['a=1/1///', 'b=1/12345///'],
    })
    for (let length = text.indexOf('1/300'); length < text.length; length += 1) {
      expect(parseArguments(text.slice(0, length))).toMatchObject({ count: 2, passed: [], listed: [] })
    }
  })
})

describe('one text', () => {
  test('with more than four pieces has the rest in its variable', () => {
    expect(parsePieces('4/a/b/c/d')).toEqual({ text: 'a)b)c)d', hasMore: false })
    expect(parsePieces('6/a/b/c/d')).toEqual({ text: 'a)b)c)d', hasMore: true })
  })

  test('that Asterisk has cut at 4,095 characters is none, the name of a header included', () => {
    const listed = `p-asserted-identity=1/${'a'.repeat(4_060)}///`
    expect(parseListed(listed).text).toHaveLength(4_060)
    const long = `p-asserted-identity=1/${'a'.repeat(4_090)}///`
    for (const length of [4_093, 4_094, 4_095]) {
      expect(parseListed(long.slice(0, length)).text).toBe('')
      expect(parsePieces(long.slice(20, 20 + length))).toBeUndefined()
    }
  })

  test('of several values is none where a line is missing or one too many', () => {
    expect(parseValues('300\ngold\n', ['DIALLED', 'x-vip'])).toEqual(['300', 'gold'])
    for (const text of ['300\ngold', '300\n', '', '300\n1\ngold\n'])
      expect(parseValues(text, ['DIALLED', 'x-vip'])).toBeUndefined()
  })

  test('of a list has a name in lower case, and so never a key of the dialplan', () => {
    expect(parseListed('ATTESTATION=1/A///').name).toBe('attestation')
  })
})

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
  expect(endpointOf(channel)).toBe(trunk)
})

test.each(['Local/1001@from-phones-00000001;2', 'SIP/carrier-a-00000001', 'PJSIP/carrier-a', ''])(
  'the channel "%s" is none of a trunk that could be trusted',
  (channel) => {
    expect(endpointOf(channel)).toBeUndefined()
  },
)
