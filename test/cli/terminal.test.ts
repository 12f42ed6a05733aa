import { expect, test } from '@jest/globals'
import { inFolder } from '../flows/temp-folder.js'
import { recordCalls, recorded } from '../history/calls.js'
import { doorman } from './command.js'

const FLOWS = 'flows: { main: { context: main } }\notherwise: main\n'
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
