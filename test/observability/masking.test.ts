import { spawnSync } from 'node:child_process'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { maskNumbers, maskText } from '../../src/observability/masking.js'

describe('the mask over phone numbers', () => {
  test.each([
    ['+15551234567', '+15*******67'],
    ['5551234567', '55******67'],
    ['"Ada" <sip:+15551234567@trunk.invalid>', '"Ada" <sip:+15*******67@trunk.invalid>'],
    ['from +15551234567 to +15557654321', 'from +15*******67 to +15*******21'],
    ['555-123-4567', '55******67'],
    ['(555) 123-4567', '(55******67'],
    ['+1 (555) 123 4567', '+15*******67'],
    ['5551234', '55***34'],
    ['555/123/4567', '55******67'],
    ['5,5,5,1,2,3,4,5,6,7', '55******67'],
    ['callee: [2000, 3000, +1555*]', 'callee: [2000, 3000, +1555*]'],
    ['<sip:+15551234567@127.0.0.1>', '<sip:+15*******67@127.0.0.1>'],
    ['+1_555_123_4567', '+15*******67'],
    ['555\u200e123\u202e4567', '55******67'],
    ['５５５１２３４５６７', '５５******６７'],
    ['٥٥٥١٢٣٤٥٦٧', '٥٥******٦٧'],
    ['%35%35%35%31%32%33%34', '%35**********34'],
    ['call 911 or 112', 'call 911 or 112'],
    ['account 90001', 'account 90001'],
    ['anonymous', 'anonymous'],
  ])('makes %s into %s', (text, masked) => {
    expect(maskText(text)).toBe(masked)
  })

  test('leaves no seven digits of a number in a row, wherever in a text it stands', () => {
    const separator = fc.constantFrom('', '', ' ', '-', '.', ') ', ' (')
    const digit = fc
      .tuple(fc.integer({ min: 0, max: 9 }), separator)
      .map(([number, mark]) => `${number}${mark}`)
    const number = fc.array(digit, { minLength: 7, maxLength: 20 }).map((digits) => digits.join(''))
    fc.assert(
      fc.property(fc.string(), number, fc.string(), (before, digits, after) => {
        const left = maskText(`${before} x${digits}x ${after}`)
        expect(left.replace(/[\s().-]/g, '')).not.toMatch(/\d{7}/)
      }),
    )
  })

  test('leaves what a record is found by: the ids of the call, the time, the revision and the milliseconds', () => {
    const record = {
      ...{ event: 'decision', at: '2030-01-01T12:00:00.000Z', call: '1700000000.1234567' },
      ...{
        sipCallId: '3848276298220188511@trunk.invalid',
        callerNumber: '+1555*',
        revision: '123456789012',
        outcome: 'routed',
      },
      ms: { read: 1.234567 },
    }
    expect(maskNumbers(record)).toEqual(record)
  })

  test('covers the number of the caller or callee in a Call-ID, and nothing else of it', () => {
    const numbers = { callerNumber: '+15551234567', calleeNumber: '1001' }
    const masked = (sipCallId: string) => maskNumbers({ ...numbers, sipCallId }).sipCallId
    expect(masked('15551234567-8827361524@phone')).toBe('15*****************24@phone')
    expect(masked('x5551234567x8827361524@phone')).toBe('x55******67x8827361524@phone')
    expect(masked('x+15559876543@phone')).toBe('x+15*******43@phone')
    expect(masked('1001@8827361524')).toBe('1001@8827361524')
  })

  test('reaches names of fields, numbers that are no text, and names that are ids elsewhere', () => {
    const line = { event: 'flow_log', details: { '+15551234567': 1, at: '5551234567', call: 15551234567 } }
    expect(maskNumbers(line)).toEqual({
      ...{ event: 'flow_log', details: { '+15*******67': 1, at: '55******67', call: '15*******67' } },
    })
  })
})

/** One number, written so as to avoid masking. */
const SPELLINGS = `+15551234567|5551234567|(555) 123-4567|555.123.4567|555/123/4567|5 5 5 1 2 3 4 5 6 7
sip:+15551234567@trunk.invalid|<tel:+1-555-123-4567;ext=1>|555\u200b123\u202e4567|555\t1234567|５５５１２３４５６７
\${SHELL(touch 5551234567)}|"5551234567\\"|%2B15551234567|a5551234567b`.split(/[|\n]/)

/** Lines with something in them that a caller, or a file with callers in it, said. */
const LINES = `
import { logDecision } from '../history/decision-record.js'
import { createLog, logFlowLine } from './log.js'
const log = createLog('debug', { mask: true })
const reason = (n) => ({ rule: n, matched: false, condition: 'caller: ' + n, value: n, trusted: false, why: n })
for (const n of SPELLINGS) {
  logDecision(log, {
    at: '2030-01-01T12:00:00.000Z', call: '1700000000.1', sipCallId: n + '@phone', trunk: n, readBy: 'ari',
    callerNumber: '+15551234567', calleeNumber: n, vip: false, branch: n, headers: [['from', n], [n, 'x']],
    revision: 'abcabcabcabc', rule: n, flow: n, outcome: 'routed', faults: [n, 'Error: ' + n], reasons: [reason(n)],
    reasonsOmitted: 0, provenance: [{ fact: 'header ' + n, value: n, from: n, trusted: false, why: n }],
    hearsay: [{ what: n, value: n, for: ['vip'], why: n }], ms: { read: 1.25 },
  })
  logFlowLine(log, '1700000000.1', { level: 'info', message: n, details: JSON.stringify({ [n]: n }) })
  log.error('A call could not be recorded: ' + n, { event: 'defect', by: n, warnings: [n], number: 15551234567 })
}
log.info('ARI is connected: http://192.168.100.200:8088.', { event: 'EVENT' })
`

describe('a log that masks numbers', () => {
  const base = new URL('../../src/observability/', import.meta.url).href
  const program = LINES.replace(/'(\.{1,2}\/[a-z/-]+\.js)'/g, (_, file: string) =>
    JSON.stringify(base + file),
  )
  const code = `const SPELLINGS = ${JSON.stringify(SPELLINGS)}\n${program.replace('EVENT', 'control')}`
  const args = ['--no-warnings', '--input-type=module', '-e', code]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  const lines = stdout.split('\n').slice(0, -1)

  test('has no number in clear in any line, but the address in a line without a caller', () => {
    expect(stderr).toBe('')
    expect(lines).toHaveLength(SPELLINGS.length * 3 + 1)
    expect(lines.at(-1)).toContain('http://192.168.100.200:8088')
    for (const line of lines.slice(0, -1))
      for (const text of textsOf(JSON.parse(line)))
        expect(digitsOf(text)).not.toMatch(/5123456|5551234|1234567/)
  })
})

function textsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [String(value)]
  return Object.entries(value).flatMap(([key, one]) => [key, ...textsOf(one)])
}

/** Digits of all scripts as ASCII, without what stands between them. */
function digitsOf(text: string): string {
  return text.normalize('NFKC').replace(/[^\p{L}\p{Nd}]/gu, '')
}
