import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { CallRecord } from '../../src/history/recorded-calls.js'
import { doorman } from '../cli/command.js'
import { inFolder } from '../flows/temp-folder.js'
import { filesOf, newRevision, withStore } from '../store/open-store.js'
import { recordCalls, recorded, recordedCalls } from './calls.js'

const RULES = {
  'routing.yaml': `
flows: { main: { context: main }, sales: { context: sales } }
rules:
  - { name: Sales hours, when: { callee: "+15550000100" }, goto: sales }
otherwise: main
`,
}

const CALLS = recordedCalls(100, (n) => ({
  dialled: n % 50 === 0 ? '+15550000100' : '+15557654321',
  sipCallId: `sip ${n}`,
  at: new Date(Date.UTC(2030, 0, 1, 12, n)).toISOString(),
}))

/** A flows folder beside a data folder with recorded calls. */
async function beside(
  calls: readonly CallRecord[],
  use: (folder: string, run: (...args: readonly string[]) => ReturnType<typeof doorman>) => Promise<void>,
): Promise<void> {
  await inFolder(RULES, async (folder) => {
    const data = join(folder, 'data')
    if (calls.length > 0) await recordCalls(data, calls)
    await use(folder, (...args) => doorman(args, { DOORMAN_FLOWS: folder, DOORMAN_DATA: data }))
  })
}

describe('doorman replay', () => {
  test('says what would change, with the calls behind it', async () => {
    await beside(CALLS, async (_folder, run) => {
      const { exit, out } = await run('replay')
      expect([exit, ...out.split('\n')]).toEqual([
        0,
        '2 of 100 calls would change: main → sales by rule "Sales hours"',
        '          call 100, call 50',
        '',
      ])
    })
  })

  test('looks at the newest calls only', async () => {
    await beside(CALLS, async (_folder, run) => {
      expect((await run('replay', '--last', '10')).out).toMatch(/^1 of 10 calls would change/)
    })
  })

  test('prints one JSON object', async () => {
    await beside(CALLS, async (_folder, run) => {
      const { out } = await run('replay', '--json')
      const examples = ['call 100', 'call 50']
      const groups = [{ from: 'main', to: 'sales', rule: 'Sales hours', count: 2, examples }]
      expect(JSON.parse(out)).toMatchObject({ calls: 100, changed: 2, groups })
    })
  })

  test('exits with 1 where more would change than is allowed, and only there', async () => {
    await beside(CALLS, async (_folder, run) => {
      expect((await run('replay', '--max-change', '1%')).exit).toBe(1)
      expect((await run('replay', '--max-change', '2%')).exit).toBe(0)
      expect((await run('replay', '--max-change', '1')).exit).toBe(2)
    })
  })

  test('compares with the newest stored revision, where there is one', async () => {
    await beside(CALLS, async (folder, run) => {
      await withStore(join(folder, 'data'), (store) =>
        store.addRevision(newRevision('aaaaaaaaaaaa'), filesOf(RULES)),
      )
      expect((await run('replay')).out).toBe('None of 100 calls would change.\n')
    })
  })

  test('passes over calls that nothing decided', async () => {
    const undecided = recordedCalls(3, () => ({ rule: null, outcome: 'fallback_unread', flow: 'sales' }))
    await beside([...CALLS, ...undecided], async (_folder, run) => {
      expect((await run('replay')).out).toMatch(/^2 of 100 calls would change/)
    })
  })

  test('says so where no calls are recorded', async () => {
    const undecided = recordedCalls(1, () => ({ rule: null, outcome: 'fallback_unread', flow: 'sales' }))
    await beside(undecided, async (_folder, run) => {
      const out = 'No recorded calls: nothing to replay.\n'
      expect(await run('replay', '--max-change', '0')).toMatchObject({ exit: 0, out })
    })
  })

  test('refuses a data folder without a database', async () => {
    await beside([], async (_folder, run) => {
      const err = expect.stringContaining('no Doorman has run with this data folder yet')
      expect(await run('replay')).toMatchObject({ exit: 1, out: '', err })
    })
  })
})

describe('doorman examples add', () => {
  test('adds a recorded call by the id of its channel or its Call-ID, and check runs it', async () => {
    await beside(CALLS, async (folder, run) => {
      expect((await run('examples', 'add', '--from-call', 'call 3', '--name', 'A usual call')).exit).toBe(0)
      expect((await run('examples', 'add', '--from-call', 'sip 50')).exit).toBe(0)
      expect(await run('examples', 'add', '--from-call', 'call 50')).toMatchObject({
        ...{ exit: 0, out: expect.stringMatching(/ has this call already on line \d+, as "Call call 50 as/) },
      })
      expect(await readFile(join(folder, 'examples.yaml'), 'utf8')).toContain('A usual call')
      const { exit, out } = await run('check')
      expect(exit).toBe(1)
      expect(out).toMatch(
        /^examples\.yaml:\d+:5: "Call call 50 as recorded" does not hold: expected flow main, got sales \(Sales hours: /,
      )
    })
  })

  test('refuses a call that nothing decided', async () => {
    const undecided = recorded({ rule: null, outcome: 'fallback_unread' })
    await beside([undecided], async (_folder, run) => {
      const { exit, err } = await run('examples', 'add', '--from-call', 'last')
      expect([exit, err]).toEqual([1, expect.stringContaining('no rule decided this call (fallback_unread)')])
    })
  })

  test('refuses an id that no recorded call has', async () => {
    await beside(CALLS, async (_folder, run) => {
      const { exit, err } = await run('examples', 'add', '--from-call', 'nobody')
      expect({ exit, err }).toEqual({ exit: 1, err: expect.stringContaining('No call nobody is recorded') })
    })
  })
})
