import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { draftProblem, inTemporaryFolder } from '../../src/revisions/revision-files.js'
import { entry, FakeDoorman, loaded, problemsOf } from './fakes.js'

describe('a draft', () => {
  test('decides while the flows folder is only touched, and until that changes', async () => {
    const doorman = await new FakeDoorman().start()
    expect(await doorman.draft('D')).toMatchObject({ ok: true, changed: true, number: 2, revision: 'D' })
    expect(doorman.lines.at(-1)).toBe('reload: Revision 2, from a draft, decides from now on.')
    const how = { way: 'command', rollbackOf: null, insteadOf: 'A' }
    expect(doorman.entries.at(-1)).toMatchObject(how)
    expect(await doorman.save('A')).toMatchObject({ changed: false })
    expect(doorman.deciding).toBe('D')
    expect(await doorman.save('B')).toMatchObject({ changed: true, revision: 'B' })
  })

  test('ends with a reload of the flows folder by command', async () => {
    const doorman = await new FakeDoorman().start()
    await doorman.draft('D')
    expect(await doorman.reload()).toMatchObject({ changed: true, revision: 'A' })
  })

  test('decides over restarts, until the flows folder has changed', async () => {
    const draft = entry(7, 'D', { way: 'command', insteadOf: 'A' })
    const doorman = await new FakeDoorman([draft]).start()
    const why = 'it was reloaded from a draft, and the flows folder has not changed since'
    expect(doorman.lines[0]).toBe(`not_the_folder: Revision 7 (D) decides, not the flows folder: ${why}.`)
    const changed = new FakeDoorman([draft])
    changed.folder = loaded('B')
    expect((await changed.start()).deciding).toBe('B')
  })

  test('is left and brought back by a rollback', async () => {
    const doorman = await new FakeDoorman().start()
    await doorman.draft('D')
    expect(await doorman.rollback()).toMatchObject({ revision: 'A' })
    expect(await doorman.rollback(2)).toMatchObject({ revision: 'D' })
    expect(doorman.entries.at(-1)).toMatchObject({ rollbackOf: 2, insteadOf: 'A' })
  })

  test('of the files that decide already changes nothing', async () => {
    const doorman = await new FakeDoorman().start()
    expect(await doorman.draft('A')).toMatchObject({ ok: true, changed: false, revision: 'A' })
  })

  test('whose name leads out of its folder is refused', async () => {
    const doorman = await new FakeDoorman().start()
    const files = new Map([['../name', 'D']])
    const result = await doorman.revisions.reload('http', { files })
    expect(problemsOf(result)).toEqual(['"../name" cannot be the name of a flow file.'])
    expect(doorman.deciding).toBe('A')
  })
})

describe('the files of a draft', () => {
  test.each([
    ['routing.yaml', true],
    ['lists/north/vips 1.csv', true],
    ['Münster.csv', true],
    ['..data', true],
    ['/etc/passwd', false],
    ['../routing.yaml', false],
    ['lists/../../a', false],
    ['..', false],
    ['./a', false],
    ['', false],
    ['lists/', false],
    ['a//b', false],
    ['lists\\a', false],
    ['a\nb', false],
    ['a\0', false],
    ['a'.repeat(101), false],
  ])('may be called %j: %j', (name, isAllowed) => {
    const files = new Map([[name, '']])
    const expected = isAllowed
      ? undefined
      : `${JSON.stringify(name)} cannot be the name of a flow file; rename it`
    expect(draftProblem(files)).toBe(expected)
  })

  test('do not lie in each other', () => {
    expect(draftProblem(new Map(Object.entries({ 'a.csv': '', a: '' })))).toBeUndefined()
    const nested = new Map(Object.entries({ a: '', 'a/b': '' }))
    expect(draftProblem(nested)).toBe('a/b lies in another file of the draft')
  })

  test('may have 10 MB in all, in 1,000 files', () => {
    const half = 'a'.repeat(5 * 2 ** 20)
    expect(draftProblem(new Map(Object.entries({ a: half, b: half })))).toBeUndefined()
    const tooLarge = new Map(Object.entries({ a: half, b: half, c: half }))
    expect(draftProblem(tooLarge)).toMatch(/^a draft may have 10 MB, and this one has 15\.0 MB/)
    const many = new Map(Array.from({ length: 1_001 }, (_, i) => [`${i}`, '']))
    expect(draftProblem(many)).toMatch(/may have 1000 files, and this one has 1001/)
  })

  test('lie in a private folder that is gone afterwards', async () => {
    const files = new Map([['lists/a.csv', '+15551234567']])
    const folder = await inTemporaryFolder(files, async (folder) => {
      expect(await readFile(join(folder, 'lists/a.csv'), 'utf8')).toBe('+15551234567')
      expect((await stat(folder)).mode & 0o077).toBe(0)
      return folder
    })
    await expect(readdir(folder)).rejects.toThrow('ENOENT')
  })
})
