import { spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { safeJson, safeText } from '../../src/lib/text.js'
import { BatchedOutput, type FileWriter } from '../../src/observability/log.js'
import { maskNumbers, maskText } from '../../src/observability/masking.js'

/** Characters that break a line or steer a terminal: C0 and C1, line ends of Unicode, bidi marks. */
const STEERING = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b\ufeff]/u

const urlOf = (file: string) => JSON.stringify(new URL(`../../src/${file}`, import.meta.url).href)

/** What a process logs, line by line: winston writes to the process's own standard output. */
function logged(code: string, options = "'debug'"): string[] {
  const program = `
import { createLog } from ${urlOf('observability/log.js')}
import { logDecision } from ${urlOf('history/sentence.js')}
const log = createLog(${options})
${code}`
  const args = ['--no-warnings', '--input-type=module', '-e', program]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (stderr !== '') throw new Error(stderr)
  return stdout.split('\n').slice(0, -1)
}

describe('a line of the log', () => {
  const TRICKY = 'a\nb\r\nc\u2028d\u2029e\u0085f\u001b[31mg\u202eh\u2066i\u200fj\u009bk\ufeffl\0m'

  test('is one object of JSON with time, level, message and fields, whatever the texts hold', () => {
    const lines = logged(`
      log.info('call routed', { event: 'decision', flow: 'main', ms: { read: 1 } })
      log.warn(${JSON.stringify(TRICKY)}, { header: ${JSON.stringify(TRICKY)} })
      log.info('%s %d %j {x}', { a: '%s' })`)
    const time = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/)
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { time, level: 'info', message: 'call routed', event: 'decision', flow: 'main', ms: { read: 1 } },
      { time, level: 'warn', message: TRICKY, header: TRICKY },
      { time, level: 'info', message: '%s %d %j {x}', a: '%s' },
    ])
    for (const line of lines) expect(line).not.toMatch(STEERING)
  })

  test('is there when the process ends right behind it, however it ends', () => {
    expect(logged(`log.info('last', { event: 'x' })\nprocess.exit()`)).toHaveLength(1)
    expect(logged(`for (let at = 0; at < 5_000; at++) log.info('many', { at })`)).toHaveLength(5_000)
  })

  test('costs a process whose disk is full nothing but the line', () => {
    const program = `
import { createLog } from ${urlOf('observability/log.js')}
const log = createLog('info')
for (let at = 0; at < 3; at++) {
  log.info('lost', { event: 'x' })
  await new Promise((resolve) => setTimeout(resolve, 100))
}
process.stderr.write('goes on')`
    const full = openSync('/dev/full', 'w')
    const args = ['--no-warnings', '--input-type=module', '-e', program]
    const { status, stderr } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      stdio: ['ignore', full, 'pipe'],
    })
    closeSync(full)
    expect([status, stderr]).toEqual([0, 'goes on'])
  })

  test('is there only from its level up', () => {
    const all = `for (const level of ['debug', 'info', 'warn', 'error']) log[level](level, { event: 'x' })`
    const levels = logged(all, "'warn'").map((line) => (JSON.parse(line) as { level: string }).level)
    expect(levels).toEqual(['warn', 'error'])
  })
})

describe('a line of the log in text', () => {
  const LINES: readonly (readonly [code: string, expected: string])[] = [
    [`log.info('took it', { event: 'decision', call: '1.2', flow: 'main' })`, 'took it (call 1.2)'],
    [`log.warn('slow\\nOK', { event: 'x' })`, 'Warning: slow\\nOK'],
    [`log.error('no:', { event: 'reload', problems: ['a:1:1: b', 'c'] })`, 'ERROR no: a:1:1: b; c'],
    [`log.info('yes', { event: 'candidate', problems: [] })`, 'yes'],
    [`log.error('it broke\u001b[1m', { event: 'x' })`, 'ERROR it broke\\u001b[1m'],
    [`log.info('hello', { event: 'flow_log', call: '1.2', details: '{"a":1}' })`, 'hello {"a":1} (call 1.2)'],
  ]

  test('is readable and one line, behind its time', () => {
    const lines = logged(LINES.map(([code]) => code).join('\n'), "'info', { format: 'text' }")
    for (const line of lines) expect(line).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d /)
    expect(lines.map((line) => line.slice('2030-01-01 12:00:00 '.length))).toEqual(
      LINES.map(([, expected]) => expected),
    )
  })
})

describe('a log that masks numbers', () => {
  /** One number, written so as to avoid masking. */
  const SPELLINGS = `+15551234567|5551234567|(555) 123-4567|555.123.4567|555/123/4567|5 5 5 1 2 3 4 5 6 7
  sip:+15551234567@trunk.invalid|<tel:+1-555-123-4567;ext=1>|555\u200b123\u202e4567|555\t1234567|５５５１２３４５６７
  \${SHELL(touch 5551234567)}|"5551234567\\"|%2B15551234567|a5551234567b`.split(/\||\n */)

  /** Lines with something in them that a caller, or a file with callers in it, said. */
  const code = `
const reason = (n) => ({ rule: n, matched: false, condition: 'caller: ' + n, value: n, trusted: false, why: n })
for (const n of ${JSON.stringify(SPELLINGS)}) {
  logDecision(log, {
    at: '2030-01-01T12:00:00.000Z', call: '1700000000.1', sipCallId: n + '@phone', trunk: n, readBy: 'ari',
    callerNumber: '+15551234567', calleeNumber: n, vip: false, branch: n, headers: [['from', n], [n, 'x']],
    revision: 'abcabcabcabc', rule: n, flow: n, outcome: 'routed', faults: [n, 'Error: ' + n], reasons: [reason(n)],
    reasonsOmitted: 0, provenance: [{ fact: 'header ' + n, value: n, from: n, trusted: false, why: n }],
    hearsay: [{ what: n, value: n, for: ['vip'], why: n }], ms: { read: 1.25 },
  })
  log.info(n, { event: 'flow_log', call: '1700000000.1', details: JSON.stringify({ [n]: n }) })
  log.error('A call could not be recorded: ' + n, { event: 'defect', by: n, warnings: [n], number: 15551234567 })
}
log.info('ARI is connected: http://192.168.100.200:8088.', { event: 'control' })`

  test('keeps times in the message and in each field', () => {
    const until = '2026-12-24T18:00:00.000Z'
    const changes = ['hours office: 08:00-18:00 → closed from 2026-12-24']
    const line = { event: 'override_set', until, changes, details: { until } }
    const message = 'office is closed until 2026-12-24 18:00 (Europe/Berlin).'
    const [text = ''] = logged(
      `log.info(${JSON.stringify(message)}, ${JSON.stringify(line)})`,
      "'info', { mask: true }",
    )
    expect(JSON.parse(text)).toMatchObject({ message, ...line })
  })

  test('has no number in clear in any line, but the address in a line without a caller', () => {
    const lines = logged(code, "'debug', { mask: true }")
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

describe('text that is safe to show', () => {
  test('keeps its lines and everything that can be read, and holds nothing that steers', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = safeText(text)
        expect(shown.replaceAll('\n', '')).not.toMatch(STEERING)
        expect(shown.split('\n').length).toBe(text.split('\n').length)
      }),
    )
    expect(safeText('"Ümit" \\ 5 €\n')).toBe('"Ümit" \\ 5 €\n')
    expect(safeText('\u001b]0;x\u0007\t\r')).toBe('\\u001b]0;x\\u0007\\u0009\\u000d')
  })
})

describe('JSON that is safe to show', () => {
  test('holds no character that steers a terminal, and says the same as JSON does', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = safeJson(value)
        expect(text).not.toMatch(STEERING)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  test('writes C1 controls, bidi marks and Unicode line ends out', () => {
    for (const char of '\u0085\u009b\u061c\u200e\u202e\u2066\u2069\u2028\ufeff\u007f')
      expect(safeJson(char)).toBe(`"\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}"`)
  })
})

/** A disk that takes so many bytes at a time, and fails once at the write with this number. */
class FakeDisk implements FileWriter {
  text = ''
  writes = 0
  readonly #atOnce: number
  readonly #failing: number
  #wrote: () => void = () => undefined
  readonly whole = new Promise<void>((resolve) => {
    this.#wrote = resolve
  })

  constructor(atOnce: number, failing: number) {
    this.#atOnce = atOnce
    this.#failing = failing
  }

  write(_fd: number, bytes: Buffer, done: Parameters<FileWriter['write']>[2]): void {
    const isFull = ++this.writes === this.#failing
    const part = isFull ? Buffer.alloc(0) : bytes.subarray(0, this.#atOnce)
    this.text += part.toString()
    setImmediate(() => {
      done(isFull ? Object.assign(new Error('no space left'), { code: 'ENOSPC' }) : null, part.length)
      if (this.text.endsWith('last\n')) this.#wrote()
    })
  }

  writeSync(_fd: number, text: string): void {
    this.text += text
  }
}

describe('batched output', () => {
  test('ends a line that a full disk cut, before the next one begins', async () => {
    const disk = new FakeDisk(8, 2)
    const output = new BatchedOutput(disk)
    output.write('{"a":"long line"}\n')
    await new Promise<void>((resolve) => {
      const look = () => (disk.writes >= 2 ? resolve() : void setImmediate(look))
      look()
    })
    output.write('last\n')
    await disk.whole
    expect(disk.text).toBe('{"a":"lo\nlast\n')
  })

  test('writes all of a batch that the system takes in parts', async () => {
    const disk = new FakeDisk(3, 0)
    const output = new BatchedOutput(disk)
    output.write('one\n')
    output.write('last\n')
    await disk.whole
    expect(disk.text).toBe('one\nlast\n')
  })
})

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
    ['until 2026-12-24 18:00, by 5551234567', 'until 2026-12-24 18:00, by 55******67'],
    ['at 2026-12-24T18:00:00.000Z', 'at 2026-12-24T18:00:00.000Z'],
    ['from 2026-12-24 to 2026-12-26', 'from 2026-12-24 to 2026-12-26'],
    ['08:00-12:00,13:00-18:00', '08:00-12:00,13:00-18:00'],
    ['2026-12-24 5551234567', '2026-12-24 55******67'],
    ['2026-12-24T18:00:00.5551234567', '2026-12-24T18:00:00.55******67'],
    ['+2026-12-24', '+20****24'],
    ['555-2026-12-24', '55*******24'],
    ['2055-13-15', '20****15'],
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
