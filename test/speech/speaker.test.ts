import { describe, expect, test } from '@jest/globals'
import type { Voice } from '../../src/routing/types.js'
import { findSpeaker, nameOfRecording, nameOfText, spokenText } from '../../src/speech/renderer.js'

test.each([
  ['Welcome back, Mr. Smith!', 'Welcome back, Mr. Smith!'],
  ["It's 5 & 6 (50%), O'Brien-Müller", "It's 5 & 6 (50%), O'Brien-Müller"],
  ['<speak>Hello <break time="9s"/>you</speak>', 'Hello you'],
  ['<volume level="500">Hi', 'Hi'],
  ['[[h@l@U]] {x} `id` $(id) | ; \\ *a* _b_', 'h@l@U x id $(id) ; a b'],
  ['one\ntwo\u0000three\u001b[2Jfour', 'one two three 2Jfour'],
  ['a\u202eb\u200bc', 'a b c'],
  ['日本 Ω', '日本 Ω'],
  [' <b> ', ''],
])('%j is said as %j', (written, said) => {
  expect(spokenText(written)).toBe(said)
})

test('a long text is cut at a space', () => {
  expect(spokenText('word '.repeat(200))).toHaveLength(499)
  expect(spokenText('x'.repeat(2_000)).length).toBeLessThanOrEqual(500)
})

const FLITE: Voice = { engine: 'flite', voice: 'slt', speed: 1 }

describe('the name of a file', () => {
  const speaker = { voice: FLITE, isBuiltIn: false, name: 'flite 2.2' }

  test('is of the text, the voice and the version of its engine', () => {
    const names = [
      nameOfText(speaker, 'Hello.'),
      nameOfText(speaker, 'Hello!'),
      nameOfText({ ...speaker, name: 'flite 2.3' }, 'Hello.'),
      nameOfText({ ...speaker, voice: { ...FLITE, voice: 'rms' } }, 'Hello.'),
      nameOfText({ ...speaker, voice: { ...FLITE, speed: 1.2 } }, 'Hello.'),
      nameOfRecording(Buffer.from('RIFF')),
    ]
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{32}$/)
    expect(nameOfText(speaker, 'Hello.')).toBe(names[0])
    expect(nameOfRecording(Buffer.from('RIFF'))).toBe(names.at(-1))
  })
})

describe('an engine that is not on the PATH', () => {
  const { PATH } = process.env
  const without = async <T>(work: () => Promise<T>) => {
    process.env.PATH = '/nowhere'
    return work().finally(() => {
      process.env.PATH = PATH
    })
  }

  test.each([
    ['espeak-ng', 'install the package espeak-ng'],
    ['pico2wave', 'install the package libttspico-utils'],
  ] as const)('%s is refused, with the way to get it', async (engine, remedy) => {
    const speaker = without(() => findSpeaker({ engine, voice: 'x', speed: 1 }))
    await expect(speaker).rejects.toThrow(`${engine} is not on the PATH: ${remedy}`)
  })

  test.each([
    ['sh', true],
    ['/bin/sh', true],
    ['no-such-engine', false],
    ['./sh', false],
  ])('nor is a command: %s is found, %s', async (name, isThere) => {
    const speaker = findSpeaker({ command: [name, '-c', 'cat'] })
    if (isThere) expect((await speaker).name).toBe(name)
    else await expect(speaker).rejects.toThrow(`${name} is not on the PATH`)
  })

  test('flite is the one that comes with Doorman', async () => {
    const speaker = await without(() => findSpeaker(FLITE))
    expect(speaker).toMatchObject({ isBuiltIn: true, name: expect.stringMatching(/^flite \(built in, /) })
  })
})
