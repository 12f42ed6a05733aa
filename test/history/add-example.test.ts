import { chmod, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parse } from 'yaml'
import { factsOfExample, readExamples } from '../../src/flows/examples.js'
import { FlowFilesError } from '../../src/flows/problem.js'
import { addExample, exampleOfCall, withExample } from '../../src/history/add-example.js'
import { factsOfCall } from '../../src/history/recorded-calls.js'
import { doorman } from '../cli/command.js'
import { inFolder } from '../flows/temp-folder.js'
import { recorded } from './calls.js'

const NEW = { name: 'New', call: { from: '+1', to: '2' }, expect: { flow: 'main', branch: null, vip: false } }

/** The examples of a file that has no problems. */
function examplesIn(text: string) {
  const { examples, problems } = readExamples(Buffer.from(text), undefined)
  expect(problems).toEqual([])
  return examples
}

describe('an example of a recorded call', () => {
  const call = recorded({
    callerId: { number: '5551234567', name: 'Ada "A": #1' },
    headers: [
      ['from', '"Ada" <sip:5551234567@example.com>'],
      ['x-account', '1'],
      ['x-account', 'yes'],
    ],
    verification: { attestation: 'B', verified: true },
    state: { city: 'Albany', n: 1, code: '007' },
    branch: 'North Branch',
  })

  test('expects what was decided, but not by which rule', () => {
    expect(exampleOfCall(call, undefined)).toMatchObject({
      name: 'Call 1700000000.1 as recorded',
      expect: { flow: 'main', branch: 'North Branch', vip: false },
    })
    expect(exampleOfCall(call, 'Ada').expect).not.toHaveProperty('rule')
  })

  test('says what the lookups said, however old that was', () => {
    const answer = { ms: 0, ageMs: 1 }
    const outside = {
      answers: {
        crm: { ...answer, result: 'stale', values: { tier: 'gold' } },
        debts: { ...answer, result: 'late', values: {} },
      },
    } as const
    const { lookups } = exampleOfCall(recorded({ outside }), undefined).call
    expect(lookups).toEqual({ crm: { tier: 'gold' }, debts: 'late' })
  })

  test('says what was remembered of the caller, so that it goes there again', async () => {
    const outside = { memory: { values: { language: 'de', agent: 1007 }, calls: [0] } }
    const remembered = recorded({ outside, flow: 'german', callerNumber: '+15550000001' })
    const example = exampleOfCall(remembered, 'German')
    const earlier = ['1970-01-01T00:00:00.000Z']
    expect(example.call).toMatchObject({
      memory: { language: 'de', agent: '1007' },
      earlier_calls: earlier,
    })
    const routing = [
      'trunks: { carrier-a: { trust: [caller_number] } }',
      'memory: { keep: [language, agent], for: 90d }',
      'flows: { main: { context: main }, german: { context: german } }',
      'rules: [{ when: { remembered: { language: de }, not: { returning: { within: 1h, calls: 2 } } }, goto: german }]',
      'otherwise: main',
    ]
    await inFolder({ 'routing.yaml': routing.join('\n') }, async (folder) => {
      await addExample(folder, example)
      expect(await doorman(['check', '--flows', folder])).toMatchObject({ exit: 0 })
      await addExample(folder, { ...example, name: 'New', call: { ...example.call, memory: {} } })
      expect(await doorman(['check', '--flows', folder])).toMatchObject({ exit: 1 })
    })
  })

  test('is the same call when it is read back from the file', () => {
    const [example] = examplesIn(withExample('', exampleOfCall(call, 'A')))
    if (example === undefined) throw new Error('there is no example')
    const [facts, again] = [factsOfCall(call), factsOfExample(example.call)]
    expect({ ...again, headers: undefined }).toEqual({ ...facts, headers: undefined })
    expect(again.headers.getAll('x-account')).toEqual(['1', 'yes'])
    expect(again.headers.get('from')).toBe(facts.headers.get('from'))
    expect(example.call.at).toBe(call.at)
  })

  test.each([
    [{ attestation: 'c', verified: true }, 'C'],
    [{ attestation: 'A', verified: false }, 'failed'],
    [{ attestation: 'D', verified: true }, 'failed'],
  ])('with %j has the attestation %s', (verification, level) => {
    expect(exampleOfCall(recorded({ verification }), undefined).call.attestation).toBe(level)
  })
})

describe('adding an example', () => {
  test.each([
    ['an empty list', '# keep me\nexamples: [] # and me\n', []],
    [
      'a list in brackets',
      '# keep me\nexamples: [{ name: Old, call: { from: "1", to: "2" }, expect: { vip: false } }] # and me\n',
      ['Old'],
    ],
    [
      'a list in lines',
      '# keep me\nexamples:\n    -   name:   Old # and me\n        call: {from: "1",  to: "2"}\n        expect: { vip: false }\n',
      ['Old'],
    ],
    ['a key without a list', '# keep me\nexamples:\n# and me\n', []],
    ['comments alone', '# keep me\n# and me\n', []],
  ])('to %s keeps the comments', (_what, text, names) => {
    const written = withExample(text, NEW)
    expect(written).toContain('# keep me')
    expect(written).toContain('# and me')
    expect(examplesIn(written).map(({ name }) => name)).toEqual([...names, 'New'])
  })

  test('makes the file where there is none, and adds again to what it made', async () => {
    await inFolder({}, async (folder) => {
      expect(await addExample(folder, NEW)).toBeUndefined()
      expect(
        await addExample(folder, { ...NEW, name: 'Newer', call: { from: '+2', to: '2' } }),
      ).toBeUndefined()
      const examples = examplesIn(await readFile(join(folder, 'examples.yaml'), 'utf8'))
      expect(examples.map(({ name }) => name)).toEqual(['New', 'Newer'])
      expect(await readdir(folder)).toEqual(['examples.yaml'])
    })
  })

  test('keeps both of two that are added at once', async () => {
    await inFolder({}, async (folder) => {
      const other = { ...NEW, name: 'Other', call: { from: '+2', to: '2' } }
      await Promise.all([NEW, other].map((example) => addExample(folder, example)))
      const examples = examplesIn(await readFile(join(folder, 'examples.yaml'), 'utf8'))
      expect(examples.map(({ name }) => name)).toEqual(['New', 'Other'])
    })
  })

  test('writes nothing where the file has an example of this call, whatever its name is', async () => {
    await inFolder({}, async (folder) => {
      const file = join(folder, 'examples.yaml')
      const call = exampleOfCall(recorded(), undefined)
      await addExample(folder, call)
      const before = await readFile(file, 'utf8')
      expect(await addExample(folder, { ...call, name: 'Once more' })).toMatchObject({ name: call.name })
      expect(await readFile(file, 'utf8')).toBe(before)
    })
  })

  test('writes nothing where the file has problems', async () => {
    const text = 'examples:\n  - call: 1\n'
    await inFolder({ 'examples.yaml': text }, async (folder) => {
      await expect(addExample(folder, NEW)).rejects.toThrow(FlowFilesError)
      expect(await readFile(join(folder, 'examples.yaml'), 'utf8')).toBe(text)
      expect(await readdir(folder)).toEqual(['examples.yaml'])
    })
  })

  test('keeps the mode of the file, and the link that leads to it', async () => {
    await inFolder({}, async (folder) => {
      await writeFile(join(folder, 'real.yaml'), 'examples: []\n')
      await chmod(join(folder, 'real.yaml'), 0o640)
      await symlink('real.yaml', join(folder, 'examples.yaml'))
      await addExample(folder, NEW)
      expect((await stat(join(folder, 'real.yaml'))).mode & 0o777).toBe(0o640)
      expect(await readFile(join(folder, 'real.yaml'), 'utf8')).toContain('New')
    })
  })
})

/** Characters that steer a terminal or turn an editor's text around; a line end parts the lines of the file. */
const STEERING = /[\0-\t\v-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/

const TRICKY = [...'\u202e\u2066\u001b\u0085\u2028\ufeff\n\r"\\{:#']
const text = fc.string({
  unit: fc.oneof(fc.constantFrom(...TRICKY), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 })),
})

const example = fc
  .record({ from: text, to: text, name: text, value: text, key: text.filter((key) => key !== '__proto__') })
  .map(({ from, to, name, value, key }) => ({
    name,
    call: { from, to, name, headers: { 'X-Note': value }, state: { [key]: value } },
    expect: { flow: 'main' },
  }))

test.each(['', 'examples: []\n', 'examples:\n  - { call: { from: "1", to: "2" }, expect: { flow: a } }\n'])(
  'an example of a call that was recorded is text and nothing else, behind %j',
  (before) => {
    fc.assert(
      fc.property(example, (given) => {
        const written = withExample(before, given)
        expect(written).not.toMatch(STEERING)
        expect((parse(written) as { examples: unknown[] }).examples.at(-1)).toEqual(given)
      }),
    )
  },
)

test('what an admin wrote into the file stays as it is', () => {
  const before = 'examples: [{ call: { from: "1", to: "2" }, expect: { flow: a } }] # \u200bתל אביב\n'
  expect(withExample(before, { call: { from: '3', to: '4' }, expect: { flow: 'b' } })).toContain(
    '\u200bתל אביב',
  )
})
