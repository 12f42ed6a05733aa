import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parse } from 'yaml'
import { withExample } from '../../src/history/add-example.js'

/** Characters that steer a terminal or turn an editor's text around; a line end parts the lines of the file. */
const STEERING = /[\0-\t\v-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/

const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '\u202e',
      '\u2066',
      '\u001b',
      '\u0085',
      '\u2028',
      '\ufeff',
      '\n',
      '\r',
      '"',
      '\\',
      '{',
      ':',
      '#',
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
})

const example = fc
  .record({ from: text, to: text, name: text, value: text, key: text.filter((key) => key !== '__proto__') })
  .map(({ from, to, name, value, key }) => ({
    name,
    call: { from, to, name, headers: { 'X-Note': value }, state: { [key]: value } },
    expect: { flow: 'main' },
  }))

const BEFORE = [
  '',
  'examples: []\n',
  'examples:\n  - { call: { from: "1", to: "2" }, expect: { flow: a } }\n',
]

test.each(BEFORE)('an example of a call that was recorded is text and nothing else, behind %j', (before) => {
  fc.assert(
    fc.property(example, (given) => {
      const written = withExample(before, given)
      expect(written).not.toMatch(STEERING)
      expect((parse(written) as { examples: unknown[] }).examples.at(-1)).toEqual(given)
    }),
  )
})

test('what an admin wrote into the file stays as it is', () => {
  const before = 'examples: [{ call: { from: "1", to: "2" }, expect: { flow: a } }] # \u200bתל אביב\n'
  expect(withExample(before, { call: { from: '3', to: '4' }, expect: { flow: 'b' } })).toContain(
    '\u200bתל אביב',
  )
})
