import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { localTime } from '../../src/lib/units.js'
import { doorman, type Ending } from '../cli/command.js'
import { type Files, inFolder } from '../flows/temp-folder.js'
import { filesOf, inDataFolder, newRevision, withStore } from '../store/open-store.js'

const FLOWS = 'flows: { main: { context: main }, sales: { context: sales } }\n'
const MAIN = { 'routing.yaml': `${FLOWS}otherwise: main\n` }
const SALES = { 'routing.yaml': `${FLOWS}otherwise: sales\n` }

type Run = (...args: readonly string[]) => Promise<Ending>

/** A flows folder, and a data folder that has stored MAIN as 1 and SALES as 2. */
async function inBoth(flows: Files, use: (run: Run, flows: string, data: string) => Promise<void>) {
  await inDataFolder(async (data) => {
    await withStore(data, async (store) => {
      await store.addRevision(newRevision('aaaaaaaaaaaa'), filesOf(MAIN))
      const rollback = { way: 'rollback', by: 'ann', rollbackOf: 1, insteadOf: 'ff' }
      await store.addRevision(newRevision('bbbbbbbbbbbb', rollback), filesOf(SALES))
    })
    await inFolder(flows, (folder) =>
      use((...args) => doorman(args, { DOORMAN_DATA: data, DOORMAN_FLOWS: folder }), folder, data),
    )
  })
}

describe('doorman revisions', () => {
  test('lists them and marks the one that decides', () =>
    inBoth(MAIN, async (run) => {
      const { exit, out } = await run('revisions')
      expect(exit).toBe(0)
      const when = localTime(new Date('2026-05-01T08:00:00Z'))
      const lines = out
        .trimEnd()
        .replace(/\d+ d /g, 'x d ')
        .replace(/ {2,}/g, '  ')
        .split('\n')
      expect(lines.slice(1)).toEqual([
        `  1  aaaaaaaaaaaa  ${when}  x d  files  -  1`,
        `*  2  bbbbbbbbbbbb  ${when}  x d  rollback to 1  ann  1`,
      ])
    }))

  test('--json is one object', () =>
    inBoth(MAIN, async (run) => {
      const { revisions } = JSON.parse((await run('revisions', '--json')).out)
      const rollback = { way: 'rollback', rollbackOf: 1, insteadOf: 'ff' }
      expect(revisions).toEqual([
        { ...newRevision('aaaaaaaaaaaa'), number: 1, files: 1, decides: false },
        expect.objectContaining({ number: 2, by: 'ann', ...rollback, decides: true }),
      ])
    }))

  test('exits with 1 where there is none, and where the database cannot be read', () =>
    inDataFolder(async (data) => {
      const none = await doorman(['revisions', '--data', data])
      const where = `${join(data, 'doorman.db')} does not exist`
      expect(none).toMatchObject({ exit: 1, err: expect.stringContaining(where) })
      await writeFile(join(data, 'doorman.db'), 'no database '.repeat(1_000))
      const damaged = await doorman(['revisions', '--data', data])
      expect(damaged).toMatchObject({ exit: 1, err: expect.stringMatching(/doorman\.db is damaged/) })
    }))
})

describe('doorman diff', () => {
  const changed = '  otherwise: main → sales'

  test.each([[['1', '2']], [['aaaaaaaaaaaa', 'bbbbbbbbbbbb']], [['1', 'bbbbbbbbbbbb']]])(
    'compares %j',
    (named) =>
      inBoth(MAIN, async (run) => {
        const out = `revision 1 (aaaaaaaaaaaa) → revision 2 (bbbbbbbbbbbb)\n${changed}\n`
        expect(await run('diff', ...named)).toEqual({ exit: 0, out, err: '' })
      }),
  )

  test('with one revision says what the folder changed since', () =>
    inBoth(SALES, async (run) => {
      const { exit, out } = await run('diff', '1')
      expect([exit, out.split('\n')[1]]).toEqual([0, changed])
    }))

  test('alone compares the newest with the folder, and no difference is well too', () =>
    inBoth(SALES, async (run, flows) => {
      const same = expect.stringContaining('no difference: the files are the same')
      expect(await run('diff')).toMatchObject({ exit: 0, out: same })
      await writeFile(join(flows, 'routing.yaml'), `# new\n${SALES['routing.yaml']}`)
      const comment = expect.stringContaining('comments or spelling only')
      expect(await run('diff')).toMatchObject({ exit: 0, out: comment })
    }))

  test('--json has both sides and the list of changes', () =>
    inBoth(MAIN, async (run) => {
      const { before, after, changes } = JSON.parse((await run('diff', '--json')).out)
      expect([before.number, after.number]).toEqual([2, null])
      const text = 'otherwise: sales → main'
      expect(changes).toEqual([{ part: 'otherwise', kind: 'changed', name: '', text }])
    }))

  test.each([
    [[], 1, /^error\[flow_files\]: .*\nrouting\.yaml:2:12: /],
    [['9'], 1, /^error\[no_revision\]: There is no revision 9 .*1 to 2 are/],
    [['--data', '/no/such/folder'], 1, /^error\[no_data\]: .* does not exist/],
    [['yesterday'], 1, /There is no revision yesterday /],
    [['1', '2', '3'], 2, /too many arguments/],
  ])('refuses %j with exit %d', (args, exit, err) =>
    inBoth({ 'routing.yaml': `${FLOWS}otherwise: nowhere\n` }, async (run) => {
      expect(await run('diff', ...args)).toEqual({ exit, out: '', err: expect.stringMatching(err) })
    }),
  )
})
