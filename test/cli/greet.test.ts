import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { flowFolder } from '../support/flow-folder.js'
import { doorman } from './command.js'

const flows = flowFolder({ 'routing.yaml': 'flows: { main: { context: main } }\notherwise: main\n' })
const broken = flowFolder({
  'routing.yaml':
    'flows: { main: { context: main } }\notherwise: main\nvoice: { command: [no-such-engine, --quiet] }\n',
})
const folder = flowFolder({})
afterAll(() => {
  for (const one of [flows, broken, folder]) one.remove()
})

const run = (...args: readonly string[]) =>
  doorman(['greet', ...args], { DOORMAN_FLOWS: flows.path, DOORMAN_GREETINGS: folder.path, PATH: '/nowhere' })

describe('doorman greet', () => {
  test('says a text into a file', async () => {
    const file = join(folder.path, 'hello.wav')
    const { exit, out, err } = await run('Hello <b>world</b>', '--out', file)
    expect({ exit, err }).toEqual({ exit: 0, err: 'Note: it says "Hello world"\n' })
    expect(out).toMatch(/^\/.*\/hello\.wav: \d\.\d s, by flite \(built in, [\d.]+\)\n$/)
    expect(readFileSync(file).toString('latin1', 0, 4)).toBe('RIFF')
  })

  test('without --out, into the folder of greetings, and says where', async () => {
    const { out } = await run('Hello.', '--json')
    const { file, text, seconds } = JSON.parse(out) as { file: string; text: string; seconds: number }
    expect(file).toMatch(new RegExp(`^${folder.path}/[0-9a-f]{32}\\.wav$`))
    expect([text, existsSync(file), seconds > 0.2]).toEqual(['Hello.', true, true])
  })

  test('says why a text cannot be said', async () => {
    const nothing = await run('<br/>')
    expect(nothing).toMatchObject({
      exit: 2,
      err: expect.stringContaining('error[usage]: There is nothing in'),
    })
    const failed = await run('Hello.', '--flows', broken.path)
    expect(failed.exit).toBe(1)
    expect(failed.err).toMatch(
      /^error\[greeting\]: It was not rendered: no-such-engine is not on the PATH\.$/m,
    )
    const nowhere = await run('Hello.', '--out', '/nowhere/x.wav')
    expect(nowhere.err).toMatch(
      /^error\[greeting\]: ENOENT.*'\/nowhere'\.\nNothing was written: make that folder, or name another/m,
    )
  })
})
