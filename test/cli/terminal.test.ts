import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { projectFolder } from '../flows/project-folder.js'
import { inFolder } from '../flows/temp-folder.js'
import { recordCalls, recorded } from '../history/calls.js'
import { doorman } from './command.js'

const FLOWS = 'flows: { main: { context: main } }\notherwise: main\n'
const OWN = ['--flows', projectFolder('flows')]
const ESCAPE = /\u001b\[\d+m/g

const LONG = recorded({
  ...{
    callerNumber: '+15551234567890',
    branch: 'The branch office of the north',
    flow: 'general_support_flow',
  },
  ...{ rule: 'Old accounts of the north', trunk: 'carrier-with-a-long-name', outcome: 'fallback_place' },
  faults: ['Flow general_support_flow (general-support,s,1) is not in the dialplan.'],
})

test.each([['calls'], ['why', 'last'], ['why', 'last', '--verbose'], ['check']])(
  'doorman %s has colours and the next step on a terminal, within 80 columns',
  async (...args) => {
    await inFolder({ 'routing.yaml': FLOWS }, async (folder) => {
      await recordCalls(folder, [LONG])
      const env = { DOORMAN_FLOWS: folder, DOORMAN_DATA: folder, TERM: 'xterm' }
      const { out } = await doorman(args, env, 80)
      expect(out).toMatch(/\u001b\[2mNext: /)
      for (const line of out.replace(ESCAPE, '').split('\n')) expect(line.length).toBeLessThanOrEqual(80)

      const plain = await doorman(args, { ...env, NO_COLOR: '1' }, 80)
      expect(plain.out).toBe(out.replace(ESCAPE, ''))

      const piped = await doorman(args, env)
      expect(piped.out).not.toMatch(/\u001b|Next:/)
    })
  },
)

test('a wrong option is answered within 80 columns', async () => {
  const { exit, err } = await doorman(['calls', '--outcome', 'lost'], { TERM: 'xterm' }, 80)
  expect([exit, err]).toEqual([2, expect.stringContaining('fallback_unread')])
  for (const line of err.replace(ESCAPE, '').split('\n')) expect(line.length).toBeLessThanOrEqual(80)
})

test('an error is red on a terminal', async () => {
  const { err } = await doorman(['calls', '--data', '/nowhere'], { TERM: 'xterm' }, 80)
  expect(err).toMatch(/^\u001b\[31merror\[no_data\]:\u001b\[39m /)
})

test('doorman dialplan prints what is committed in asterisk-conf, and needs no passwords', async () => {
  const committed = readFileSync(projectFolder('asterisk-conf/extensions_doorman.conf'), 'utf8')
  expect(await doorman(['dialplan', ...OWN])).toEqual({ exit: 0, out: committed, err: '' })
})

test('doorman dialplan names the application of DOORMAN_APP', async () => {
  const { out } = await doorman(['dialplan', ...OWN], { DOORMAN_APP: 'front-desk' })
  expect(out).toContain('Stasis(front-desk,3&')
})

/** Lets the program that follows see another version of Node.js than the one it runs on. */
const OLDER = `data:text/javascript,${encodeURIComponent(
  "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.4' } })",
)}`

test('on an older Node.js, doorman says in one line what it needs and loads nothing else', async () => {
  const program = projectFolder('dist/src/cli/doorman.js')
  const result = await new Promise<unknown>((resolve) => {
    execFile(process.execPath, ['--import', OLDER, program, '--version'], (error, out, err) =>
      resolve({ exit: error?.code, out, err }),
    )
  })

  expect(result).toEqual({
    exit: 2,
    out: '',
    err: 'doorman needs Node.js 24 or later; this is Node.js 20.19.4.\n',
  })
})
