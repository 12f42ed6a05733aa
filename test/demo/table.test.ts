import { describe, expect, test } from '@jest/globals'
import type { Result } from './scenario.js'
import { formatTable, WIDTH } from './table.js'

const RESULT: Result = {
  scenario: {
    title: 'A header',
    ...{ from: '+15551234567', to: '5557654321', trunk: 'carrier-b', headers: { 'X-VIP': 'gold' } },
    expected: { context: 'vip-support', rule: 'VIP callers', state: {} },
  },
  sight: { context: 'vip-support', rule: 'VIP callers', state: { city: 'Albany' } },
  hearsay: [],
  error: undefined,
}

describe('the table', () => {
  test('shows who called whom, what counted, where the PBX put the call, by which rule and with what state', () => {
    const [heading, row, ...below] = formatTable([RESULT]).split('\n')

    expect(heading).toMatch(/CALLER +DIALLED +TRUNK +HEADERS +THE PBX REACHED +RULE$/)
    expect(row).toBe(' 1  +15551234567  5557654321  carrier-b  X-VIP: gold  → vip-support    VIP callers  ok')
    expect(below).toEqual(['    A header', '    state {"city":"Albany"}', ''])
  })

  test('marks a header that nobody believes', () => {
    expect(formatTable([{ ...RESULT, hearsay: ['X-VIP'] }])).toContain('X-VIP: gold (hearsay)')
  })

  test('says what was expected of a call that landed elsewhere', () => {
    const sight = { context: 'general-support', rule: 'otherwise', state: {} }
    const text = formatTable([{ ...RESULT, sight }])

    expect(text).toMatch(/→ general-support {2}otherwise {2}NOT OK\n/)
    expect(text).toContain('expected vip-support by rule "VIP callers" with state {}')
  })

  test('says why a call reached no flow', () => {
    const text = formatTable([{ ...RESULT, sight: undefined, error: 'Nobody answered.\nSo it was.' }])

    expect(text).toMatch(/→ no flow +- +NOT OK/)
    expect(text).toContain('    Nobody answered.\n    So it was.\n')
  })

  test('breaks a long state over lines and shows where it was cut', () => {
    const sight = { context: 'vip-support', rule: 'VIP callers', state: { long: 'é'.repeat(1_000) } }
    const lines = formatTable([{ ...RESULT, sight }]).split('\n')

    expect(Math.max(...lines.map((line) => line.length))).toBe(WIDTH)
    expect(lines.filter((line) => line.includes('é'))).toHaveLength(3)
    expect(lines.at(-2)).toMatch(/é…$/)
  })

  test('lets nothing from a call steer the terminal', () => {
    const state = { evil: '\u001b[2J\u202e\n' }
    const sight = { context: 'vip-support', rule: '\u001b]0;x\u0007', state }

    expect(formatTable([{ ...RESULT, sight }])).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/)
  })
})
