import { spawnSync } from 'node:child_process'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { safeJson, safeText } from '../../src/lib/safe-text.js'

/** Characters that break a line or steer a terminal: C0 and C1, line ends of Unicode, bidi marks. */
const STEERING = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b\ufeff]/u

/** What a process logs, line by line: winston writes to the process's own standard output. */
function logged(code: string, level = 'debug'): string[] {
  const module = new URL('../../src/observability/log.js', import.meta.url).href
  const program = `import { createLog } from ${JSON.stringify(module)}\nconst log = createLog('${level}')\n${code}`
  const args = ['--no-warnings', '--input-type=module', '-e', program]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (stderr !== '') throw new Error(stderr)
  return stdout.split('\n').slice(0, -1)
}

describe('a line of the log', () => {
  test('is one object of JSON with time, level, message and fields', () => {
    const [line = '', ...more] = logged(
      `log.info('call routed', { event: 'decision', flow: 'main', ms: { read: 1 } })`,
    )
    expect(more).toEqual([])
    expect(JSON.parse(line)).toEqual({
      time: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/),
      ...{ level: 'info', message: 'call routed', event: 'decision', flow: 'main', ms: { read: 1 } },
    })
  })

  test('is one line whatever the texts hold, and gives them back as they were', () => {
    const tricky = 'a\nb\r\nc\u2028d\u2029e\u0085f\u001b[31mg\u202eh\u2066i\u200fj\u009bk\ufeffl\0m'
    const lines = logged(`log.warn(${JSON.stringify(tricky)}, { header: ${JSON.stringify(tricky)} })`)
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toMatch(STEERING)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message: tricky, header: tricky })
  })

  test('is not read as a format: %s and the like stay', () => {
    const [line = ''] = logged(`log.info('%s %d %j {x}', { a: '%s' })`)
    expect(JSON.parse(line)).toMatchObject({ message: '%s %d %j {x}', a: '%s' })
  })

  test('is there when the process ends right behind it, however it ends', () => {
    expect(logged(`log.info('last', { event: 'x' })\nprocess.exit()`)).toHaveLength(1)
    expect(logged(`for (let at = 0; at < 5_000; at++) log.info('many', { at })`)).toHaveLength(5_000)
  })

  test('is there only from its level up', () => {
    const all = `for (const level of ['debug', 'info', 'warn', 'error']) log[level](level, { event: 'x' })`
    const levels = logged(all, 'warn').map((line) => (JSON.parse(line) as { level: string }).level)
    expect(levels).toEqual(['warn', 'error'])
  })
})

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
