import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { doorman as runCommand } from '../cli/command.js'
import { type Files, inFolder } from '../flows/temp-folder.js'
import { filesOf, inDataFolder, newRevision, withStore } from '../store/open-store.js'

const FLOWS = 'flows: { main: { context: main }, sales: { context: sales } }\n'
const MAIN = { 'routing.yaml': `${FLOWS}otherwise: main\n` }
const SALES = { 'routing.yaml': `${FLOWS}otherwise: sales\n` }

async function doorman(...args: readonly string[]) {
  const { exit, out, err } = await runCommand(args)
  return { code: exit, stdout: out, stderr: err }
}

/** A data folder that has kept MAIN as 1 and SALES as 2, and a flows folder. */
async function inBoth(flows: Files, use: (data: string, flows: string) => Promise<void>): Promise<void> {
  await inDataFolder(async (data) => {
    await withStore(data, async (store) => {
      await store.addRevision(newRevision('aaaaaaaaaaaa'), filesOf(MAIN))
      const rollback = { way: 'rollback', by: 'ann', rollback: { of: 1, insteadOf: 'ff' } }
      await store.addRevision(newRevision('bbbbbbbbbbbb', rollback), filesOf(SALES))
    })
    await inFolder(flows, (folder) => use(data, folder))
  })
}

describe('doorman revisions', () => {
  test('lists them and marks the one that decides', () =>
    inBoth(MAIN, async (data) => {
      const { code, stdout } = await doorman('revisions', '--data', data)
      expect(code).toBe(0)
      expect(stdout.trimEnd().split('\n').slice(1)).toEqual([
        '   1       aaaaaaaaaaaa  2026-05-01T08:00:00.000Z  files          -    1',
        '*  2       bbbbbbbbbbbb  2026-05-01T08:00:00.000Z  rollback to 1  ann  1',
      ])
    }))

  test('--json is one object', () =>
    inBoth(MAIN, async (data) => {
      const { revisions } = JSON.parse((await doorman('revisions', '--json', '--data', data)).stdout)
      expect(revisions).toEqual([
        { ...newRevision('aaaaaaaaaaaa'), number: 1, files: 1, decides: false },
        expect.objectContaining({
          number: 2,
          by: 'ann',
          rollback: { of: 1, insteadOf: 'ff' },
          decides: true,
        }),
      ])
    }))

  test('says that there is none, which is no fault; a database that cannot be read is one', () =>
    inDataFolder(async (data) => {
      expect(await doorman('revisions', '--data', data)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/ holds no revision yet/),
      })
      await writeFile(join(data, 'doorman.db'), 'no database '.repeat(1_000))
      expect(await doorman('revisions', '--data', data)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/doorman\.db is damaged/),
      })
    }))
})

describe('doorman diff', () => {
  const changed = '  otherwise: main → sales'

  test.each([[['1', '2']], [['aaaaaaaaaaaa', 'bbbbbbbbbbbb']], [['1', 'bbbb']]])('compares %j', (named) =>
    inBoth(MAIN, async (data) => {
      const { code, stdout } = await doorman('diff', ...named, '--data', data)
      expect(stdout).toBe(`revision 1 (aaaaaaaaaaaa) → revision 2 (bbbbbbbbbbbb)\n${changed}\n`)
      expect(code).toBe(0)
    }),
  )

  test('with one revision says what the folder changed since', () =>
    inBoth(SALES, async (data, flows) => {
      const { code, stdout } = await doorman('diff', '1', '--data', data, '--flows', flows)
      expect(stdout.split('\n')[1]).toBe(changed)
      expect(code).toBe(0)
    }))

  test('alone compares the newest with the folder, and no difference is well too', () =>
    inBoth(SALES, async (data, flows) => {
      const same = await doorman('diff', '--data', data, '--flows', flows)
      expect(same).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('no difference: the files are the same'),
      })
      await writeFile(join(flows, 'routing.yaml'), `# new\n${SALES['routing.yaml']}`)
      const comment = await doorman('diff', '--data', data, '--flows', flows)
      expect(comment).toMatchObject({ code: 0, stdout: expect.stringContaining('comments or spelling only') })
    }))

  test('--json has both sides and the list of changes', () =>
    inBoth(MAIN, async (data, flows) => {
      const { stdout } = await doorman('diff', '--json', '--data', data, '--flows', flows)
      const { before, after, changes } = JSON.parse(stdout)
      expect(before.number).toBe(2)
      expect(after.number).toBeNull()
      expect(changes).toEqual([
        { part: 'otherwise', kind: 'changed', name: '', text: 'otherwise: sales → main' },
      ])
    }))

  test('exits 1 where something cannot be compiled or found', () =>
    inBoth({ 'routing.yaml': `${FLOWS}otherwise: nowhere\n` }, async (data, flows) => {
      const broken = await doorman('diff', '--data', data, '--flows', flows)
      expect(broken).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining('routing.yaml:2:12: '),
      })
      const missing = await doorman('diff', '9', '--data', data, '--flows', flows)
      expect(missing).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^error\[no_revision\]: There is no revision 9 .*1 to 2 are/),
      })
      const none = await doorman('diff', '--data', join(data, 'none'), '--flows', flows)
      expect(none).toMatchObject({ code: 1, stderr: expect.stringMatching(/ holds no revision\./) })
    }))

  test('exits 2 where it is asked wrongly', () =>
    inBoth(MAIN, async (data) => {
      expect(await doorman('diff', 'yesterday', '--data', data)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('"yesterday" is no revision'),
      })
      expect((await doorman('diff', '1', '2', '3', '--data', data)).code).toBe(2)
    }))
})
