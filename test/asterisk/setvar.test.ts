import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Setvar, setvars } from '../../src/asterisk/ami/setvar.js'
import type { Variable } from '../../src/asterisk/pbx.js'

/** Asterisk drops the whole action of a line that is longer. */
const AMI_LINE_BYTES = 1_024

/**
 * What Asterisk's `ARRAY(A,B)=…` does (`__ast_app_separate_args`): commas part the values unless they stand in
 * quotes or brackets, quotes go away, and a backslash takes the next character as it is.
 */
function parsed({ variable, value }: Setvar): Variable[] {
  const names = /^ARRAY\((.*)\)$/.exec(variable)?.[1]?.split(',')
  if (names === undefined) return [{ name: variable, value }]
  const texts = partedByCommas(value)
  return names.map((name, index) => ({ name, value: texts[index] ?? '' }))
}

function partedByCommas(value: string): string[] {
  const texts = ['']
  let isQuoted = false
  let depth = 0
  for (const [, escaped, plain = ''] of value.matchAll(/\\(.)|([^\\])/gsu)) {
    if (plain === '"') isQuoted = !isQuoted
    else if (plain === ',' && !isQuoted && depth === 0) texts.push('')
    else texts.push(`${texts.pop()}${escaped ?? plain}`)
    if (/[([]/.test(plain)) depth += 1
    else if (/[)\]]/.test(plain) && depth > 0) depth -= 1
  }
  return texts
}

const name = fc.stringMatching(/^__[A-Za-z_][A-Za-z0-9_]{0,80}$/)
const anyText = fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => text.replace(/[\r\n\0]/g, ''))
const dangerous = fc.array(fc.constantFrom(...',\\"()[]{}$ aä🙂')).map((all) => all.join(''))
const variables = fc.array(fc.record({ name, value: fc.oneof(anyText, dangerous) }), { maxLength: 60 })

describe('variables in AMI actions', () => {
  test.each<[what: string, values: string[], actions: Setvar[]]>([
    ['nothing to send where there are none', [], []],
    ['one action where they fit', ['one', 'two'], [{ variable: 'ARRAY(A,B)', value: 'one,two' }]],
    ['no ARRAY, and so no escapes, where one is alone', ['a,b\\'], [{ variable: 'A', value: 'a,b\\' }]],
    [
      'all escaped that ARRAY would not take as it is',
      ['a,b', 'c\\d', '"e" (f) [g]'],
      [{ variable: 'ARRAY(A,B,C)', value: 'a\\,b,c\\\\d,\\"e\\" \\(f\\) \\[g\\]' }],
    ],
  ])('are %s', (_what, values, actions) => {
    expect(setvars(values.map((value, at) => ({ name: 'ABC'.charAt(at), value })))).toEqual(actions)
  })

  test('come out of Asterisk in the given order with the values that they had', () => {
    fc.assert(
      fc.property(variables, (all) => {
        expect(setvars(all).flatMap(parsed)).toEqual(all)
      }),
    )
  })

  test('never make a line longer than Asterisk takes, counted in bytes', () => {
    fc.assert(
      fc.property(variables, (all) => {
        const lines = setvars(all).flatMap(({ variable, value }) => [
          `Variable: ${variable}\r\n`,
          `Value: ${value}\r\n`,
        ])
        expect(lines.filter((line) => Buffer.byteLength(line) >= AMI_LINE_BYTES)).toEqual([])
      }),
    )
  })

  test('are put together as long as the next one fits', () => {
    const all = Array.from({ length: 20 }, (_, index) => ({ name: `V${index}`, value: 'x'.repeat(90) }))
    expect(setvars(all)).toHaveLength(2)
  })

  test.each([
    ['a line feed in a value', { name: 'A', value: 'a\nAction: Command' }],
    ['a carriage return in a value', { name: 'A', value: 'a\rb' }],
    ['a NUL in a value', { name: 'A', value: 'a\0b' }],
    ['a line end in a name', { name: 'A\r\nAction: Command', value: '' }],
  ])('are refused with %s, which would begin a new action', (_what, variable) => {
    expect(() => setvars([variable])).toThrow(RangeError)
  })

  test('are refused where one alone is longer than a line, and the message does not repeat its value', () => {
    const tooLong = { name: 'NOTES', value: 'secret'.repeat(200) }
    expect(() => setvars([tooLong])).toThrow(/^Variable NOTES is longer than one AMI line \(1000 bytes\)\.$/)
  })
})
