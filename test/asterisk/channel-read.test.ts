import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  expressions,
  header,
  isReadableHeaderName,
  values,
  variable,
} from '../../src/asterisk/dialplan/channel-read.js'
import { evaluate, LONGEST_REQUEST_LINE, requestLine, uriEncode } from '../support/fake-expression.js'
import type { FakeChannel } from '../support/fake-pbx.js'

/** As long as Asterisk lets a channel id be that another program chose. */
const LONG_ID = `${'x'.repeat(140)}.1700000000`

function channelWith(headers: FakeChannel['headers']): FakeChannel {
  return {
    ...{ id: LONG_ID, name: 'PJSIP/carrier-a-00000001', endpoint: 'carrier-a', sipCallId: 'a@test.invalid' },
    ...{ callerId: { number: '', name: '' }, extension: 's', headers, variables: new Map(), briefing: [] },
  }
}

function readAll(parts: readonly string[], channel: FakeChannel): readonly string[] {
  return expressions(parts).flatMap((expression) => values(evaluate(expression, channel)))
}

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))
const headerName = fc.stringMatching(/^[A-Za-z0-9!._+~-]{1,80}$/)

describe('an expression', () => {
  test('asks for many things at once, each encoded', () => {
    const parts = [variable('CHANNEL(endpoint)'), header('X-VIP', 2), variable('CONV_STATE')]
    expect(expressions(parts)).toEqual([
      'EVAL(${URIENCODE(${CHANNEL(endpoint)})}&${URIENCODE(${PJSIP_HEADER(read,X-VIP,2)})}' +
        '&${URIENCODE(${CONV_STATE})})',
    ])
  })

  test('is not made of nothing, because EVAL() fails', () => {
    expect(expressions([])).toEqual([])
  })

  test('always fits into the one line of an HTTP request that Asterisk reads, and no part is lost', () => {
    const parts = fc.array(fc.tuple(headerName, fc.integer({ min: 1, max: 10 })), { maxLength: 300 })
    fc.assert(
      fc.property(parts, (asked) => {
        const all = asked.map(([name, instance]) => header(name, instance))
        const made = expressions(all)
        const lines = made.map((expression) => requestLine(LONG_ID, expression).length)
        expect(lines.filter((length) => length > LONGEST_REQUEST_LINE)).toEqual([])
        const inside = made.map((expression) => expression.slice('EVAL('.length, -1))
        expect(inside.join('&')).toBe(all.join('&'))
      }),
    )
  })

  test('is one as long as it can be, because each costs a request', () => {
    const parts = Array.from({ length: 50 }, (_, index) => header('X-VIP', index + 1))
    expect(expressions(parts)).toHaveLength(1)
  })
})

describe('the values of a read', () => {
  test('come back as they were sent, whatever bytes they hold', () => {
    fc.assert(
      fc.property(fc.array(bytes, { minLength: 1, maxLength: 40 }), (sent) => {
        const channel = channelWith(sent.map((value, index) => [`X-${index}`, value]))
        const read = readAll(
          sent.map((_, index) => header(`X-${index}`, 1)),
          channel,
        )
        expect(read).toEqual(sent.map((value) => value.toString('utf8')))
      }),
    )
  })

  test.each([
    ['an ampersand', 'a&b'],
    ['a percent sign', '100% %41 %'],
    ['a plus sign and a space', '+1 555'],
    ['a dialplan expression', '${SHELL(id)}'],
    ['letters beyond ASCII', 'Ærøskøbing 東京 🙂'],
    ['nothing', ''],
  ])('may hold %s', (_what, value) => {
    const channel = channelWith([
      ['X-A', value],
      ['X-B', 'after'],
    ])
    expect(readAll([header('X-A', 1), header('X-B', 1)], channel)).toEqual([value, 'after'])
  })

  test('are empty for what is not there', () => {
    expect(readAll([header('X-A', 1), variable('NOT_SET'), header('X-A', 2)], channelWith([]))).toEqual([
      '',
      '',
      '',
    ])
  })

  test('hold U+FFFD for bytes that are no UTF-8', () => {
    expect(values(uriEncode(Buffer.from([0x41, 0xff, 0x42])))).toEqual(['A\ufffdB'])
  })

  test('stay as they are where they are no percent-encoding', () => {
    expect(values('%zz&100%&%4')).toEqual(['%zz', '100%', '%4'])
  })
})

describe('a name that may be asked for', () => {
  test.each(['X-VIP', 'from', 'P-Asserted-Identity', 'x', 'X.A_b+c~d!'])('%s may', (name) => {
    expect(isReadableHeaderName(name)).toBe(true)
  })

  test.each([
    ['a comma', 'X,1'],
    ['a wildcard', 'X-*'],
    ['a variable', '${X}'],
    ['a bracket', 'X)'],
    ['an ampersand', 'X&Y'],
    ['a space', 'X Y'],
    ['a line end', 'X\n'],
    ['nothing at all', ''],
    ['81 characters', 'x'.repeat(81)],
  ])('none with %s, which would mean something to Asterisk', (_what, name) => {
    expect(isReadableHeaderName(name)).toBe(false)
  })
})
