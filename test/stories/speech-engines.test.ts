import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { doorman } from '../cli/command.js'
import { flowFolder } from '../support/flow-folder.js'
import { speechEngines } from '../support/roots.js'

const FETCH_MS = 5 * 60_000

let engines = ''
beforeAll(async () => {
  engines = await speechEngines((line) => void process.stderr.write(`${line}\n`))
}, FETCH_MS)

const folder = mkdtempSync(join(tmpdir(), 'doorman-engines-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Said {
  readonly seconds: number
  readonly speaker: string
}

/** What `doorman greet` makes of a text with this voice. */
async function say(voice: string, text: string): Promise<Said> {
  const flows = flowFolder({
    'routing.yaml': `flows: { main: { context: main } }\notherwise: main\nvoice: ${voice}\n`,
  })
  const args = ['greet', text, '--out', join(folder, 'said.wav'), '--json']
  const { exit, out, err } = await doorman(args, {
    DOORMAN_FLOWS: flows.path,
    PATH: `${engines}:${process.env.PATH}`,
  })
  flows.remove()
  if (exit !== 0) throw new Error(err)
  return JSON.parse(out) as Said
}

const SHORT = 'Hello.'
const LONG = 'Hello, Jürgen O\'Brien-Müller. You are "welcome" & this; is a -w second.wav $(sentence).'

describe.each([
  ['espeak-ng', '{ engine: espeak-ng }', '{ engine: espeak-ng, speed: 2 }', /^espeak-ng 1\.\d+/],
  ['flite', '{ engine: flite, voice: rms }', '{ engine: flite, voice: rms, speed: 2 }', /^flite 2\.\d+$/],
  ['a command', '{ command: [espeak-ng, --stdin, --stdout] }', undefined, /^espeak-ng$/],
])('%s of Debian', (_engine, voice, fastVoice, name) => {
  test('says all of a text, as fast as it is asked to', async () => {
    const [short, long] = [await say(voice, SHORT), await say(voice, LONG)]
    expect(short.speaker).toMatch(name)
    expect(short.seconds).toBeGreaterThan(0.2)
    expect(short.seconds).toBeLessThan(1.2)
    expect(long.seconds).toBeGreaterThan(3)
    if (fastVoice === undefined) return
    const fast = await say(fastVoice, LONG)
    expect(long.seconds / fast.seconds).toBeGreaterThan(1.5)
  })
})

test('an engine says what is wrong with its voice', async () => {
  await expect(say('{ engine: espeak-ng, voice: xx }', SHORT)).rejects.toThrow(
    'error[greeting]: It was not rendered: espeak-ng 1.51: Error: The specified espeak-ng voice does not exist.',
  )
})
