import { describe, expect, test } from '@jest/globals'
import { projectFolder } from '../flows/project-folder.js'
import { inFolder } from '../flows/temp-folder.js'
import { doorman } from './command.js'

const GOOD = 'flows: { main: { context: main } }\notherwise: main\n'

describe('doorman check', () => {
  test('prints OK and the revision, and takes the folder from DOORMAN_FLOWS, too', async () => {
    const { exit, out, err } = await doorman(['check'], { DOORMAN_FLOWS: projectFolder('flows') })
    expect({ exit, err }).toEqual({ exit: 0, err: '' })
    expect(out).toMatch(/: OK, revision [0-9a-f]{12}\n$/)
  })

  test('prints every problem as file:line:column, one a line, also of a code flow that throws', async () => {
    const files = {
      'routing.yaml': `${GOOD}rules:\n  - { goto: nowhere }\n  - { run: gone.ts }\n`,
    }
    await inFolder(files, async (folder) => {
      const { exit, out } = await doorman(['check', '--flows', folder])
      const lines = out.split('\n')
      expect(exit).toBe(1)
      expect(lines[0]).toMatch(/^routing\.yaml:4:13: .*nowhere/)
      expect(lines[1]).toMatch(/^routing\.yaml:5:12: .*gone\.ts/)
      expect(lines[2]).toBe(`${folder}: 2 problems`)
    })
    const throwing = {
      'routing.yaml': `${GOOD}rules:\n  - { run: throws.ts }\n`,
      'throws.ts': 'const list: string[] = []\nlist[0].trim()\nexport default function flow() {}\n',
    }
    await inFolder(throwing, async (folder) => {
      const { exit, out } = await doorman(['check', '--flows', folder])
      expect({ exit, out }).toEqual({ exit: 1, out: expect.stringMatching(/^throws\.ts:2:\d+: /) })
    })
  })

  test('warns of an engine that this machine lacks, and says how to get it', async () => {
    const voice = 'voice: { engine: pico2wave }\n'
    const said = 'pico2wave is not on the PATH: install the package libttspico-utils'
    const check = async (routing: string) =>
      inFolder({ 'routing.yaml': routing }, (folder) =>
        doorman(['check', '--flows', folder], { PATH: '/nowhere' }),
      )
    const greeted = GOOD.replace('otherwise: main', 'otherwise: { goto: main, greet: Hello. }')
    expect(await check(greeted + voice)).toMatchObject({ exit: 0, out: expect.stringContaining(said) })
    expect((await check(greeted)).out).not.toContain('warning')
    expect((await check(GOOD + voice)).out).not.toContain('warning')
  })

  test("has the types of code flows checked by the admin's TypeScript, by the rules of the folder's tsconfig.json", async () => {
    const files = {
      'routing.yaml': `${GOOD}rules: [{ run: typed.ts }]\n`,
      'typed.ts': `import { createHash } from 'node:crypto'
import type { Conversation } from 'asterisk-doorman'
import { nameOf } from './name.js'

export default function typed(conv: Conversation): void {
  conv.state.name = createHash('sha256').update(nameOf(conv)).digest('hex')
  if (conv.calerNumber === '1') conv.gotoFlow(5)
  conv.gotoFlow('main')
}
`,
      'name.ts': `import type { Conversation } from 'asterisk-doorman'
export const nameOf = (conv: Conversation) => conv.caller.name ?? ''
export const loose = (any) => any
`,
    }
    const said = [
      "name.ts:2:47: 'conv.caller' is possibly 'undefined' (TypeScript 18048) [flows.types]",
      "typed.ts:7:12: Property 'calerNumber' does not exist on type 'Conversation'. Did you mean 'callerNumber'? (TypeScript 2551) [flows.types]",
      "typed.ts:7:47: Argument of type 'number' is not assignable to parameter of type 'string' (TypeScript 2345) [flows.types]",
    ]
    await inFolder(files, async (folder) => {
      const { exit, out } = await doorman(['check', '--flows', folder])
      expect([exit, ...out.trimEnd().split('\n')]).toEqual([1, ...said, `${folder}: 3 problems`])
    })
    const loose = {
      ...files,
      'tsconfig.json': '{ "compilerOptions": { "strict": false }, "include": ["*.js"] }',
    }
    await inFolder(loose, async (folder) => {
      const { exit, out } = await doorman(['check', '--flows', folder])
      expect([exit, ...out.trimEnd().split('\n')]).toEqual([1, ...said.slice(1), `${folder}: 2 problems`])
    })
  })

  test('runs examples at the instant that they name, code flows included', async () => {
    const files = {
      'routing.yaml':
        'flows: { am: { context: am }, pm: { context: pm } }\nrules: [{ run: clock.ts }]\notherwise: am\n',
      'clock.ts': "export default (conv) => conv.gotoFlow(conv.now.getUTCHours() < 12 ? 'am' : 'pm')\n",
      'examples.yaml': `examples:
  - { call: { from: "1", to: "2", at: "2026-12-24T08:00:00Z" }, expect: { flow: am } }
  - { call: { from: "1", to: "2", at: "2026-12-24T20:00:00Z" }, expect: { flow: pm } }
`,
    }
    await inFolder(files, async (folder) => {
      const { exit, out } = await doorman(['check', '--flows', folder])
      expect({ exit, out }).toEqual({ exit: 0, out: expect.stringContaining('all examples hold (2)') })
    })
  })

  test('prints one JSON object for scripts, with problems or without', async () => {
    await inFolder({ 'routing.yaml': `${GOOD}rules: [{ goto: nowhere }]\n` }, async (folder) => {
      const { exit, out } = await doorman(['check', '--flows', folder, '--json'])
      const problem = {
        ...{ file: 'routing.yaml', line: 3, column: 17 },
        message: expect.stringContaining('nowhere'),
      }
      const problems = [expect.objectContaining(problem)]
      expect([exit, JSON.parse(out)]).toEqual([1, { revision: null, problems, warnings: [] }])
    })
    const { exit, out } = await doorman(['check', '--flows', projectFolder('flows'), '--json'])
    const revision = expect.stringMatching(/^[0-9a-f]{12}$/)
    expect([exit, JSON.parse(out)]).toEqual([0, { revision, problems: [], warnings: [] }])
  })

  test('prints the JSON Schema for editors, without any settings or files', async () => {
    const { exit, out } = await doorman(['check', '--schema'])
    expect(exit).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      $schema: expect.stringContaining('json-schema.org'),
      additionalProperties: false,
      properties: { rules: expect.anything(), flows: expect.anything(), otherwise: expect.anything() },
    })
  })
})
