import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { compile } from '../../src/flows/compile.js'
import { fileNameProblem, hashOf, readSource, withSource } from '../../src/flows/source.js'
import { inFolder, revisionOf, routing } from './temp-folder.js'

const code = (text: string) => ({ ...routing('rules:', '  - run: a.ts'), 'a.ts': text })
const RETURNS = 'export default () => {}\n'

describe('the source of a revision', () => {
  test.each(['vips.csv', './vips.csv', 'sub/vips.csv', 'sub/../vips.csv', '..vips.csv'])(
    '%s is a name inside of the folder',
    (name) => expect(fileNameProblem(name)).toBeUndefined(),
  )

  test.each(['..', '../vips.csv', 'a/../../vips.csv', '/vips.csv', 'C:\\vips.csv', 'a\\b', 'sub/', '.'])(
    '%s is not',
    (name) => expect(fileNameProblem(name)).toBeDefined(),
  )

  test('says of every file that it could not read why', async () => {
    await inFolder({ 'a.csv': '1', 'sub/b.csv': '2' }, async (folder) => {
      const source = await readSource(folder, ['./a.csv', 'a.csv', 'sub', 'none.csv', '../out.csv'])
      expect([...source.files.keys()]).toEqual(['a.csv'])
      expect([...source.unread.keys()]).toEqual(['sub', 'none.csv'])
    })
  })

  test('keeps a file as it was read first', async () => {
    await inFolder({ 'a.csv': 'old' }, async (folder) => {
      const first = await readSource(folder, ['a.csv'])
      await writeFile(join(folder, 'a.csv'), 'new')
      const both = withSource(first, await readSource(folder, ['a.csv']))
      expect(both.files.get('a.csv')?.toString()).toBe('old')
    })
  })

  test('follows symbolic links, as a mounted folder is full of them', async () => {
    const files = { '..data/a.ts': "import './lib.js'\nexport default () => {}\n", '..data/lib.ts': '' }
    await inFolder({ ...routing('rules:', '  - run: a.ts'), ...files }, async (folder) => {
      await symlink('..data/a.ts', join(folder, 'a.ts'))
      await symlink('..data/lib.ts', join(folder, 'lib.js'))
      const result = await compile(folder)
      expect(result).toMatchObject({ ok: true })
    })
  })

  test('says where it looked when there is no folder', async () => {
    const result = await compile('/no/such/flows')
    expect(result.ok ? [] : result.problems).toEqual([
      {
        file: 'routing.yaml',
        line: 1,
        column: 1,
        message:
          'there is no file "routing.yaml" in the flows folder, which is /no/such/flows; DOORMAN_FLOWS names that folder',
      },
    ])
  })

  test('reads nothing outside of the folder', async () => {
    await inFolder({ 'out.csv': '+15551234567\n' }, async (folder) => {
      const flows = join(folder, 'flows')
      await mkdir(flows)
      await writeFile(
        join(flows, 'routing.yaml'),
        routing('vip: { files: [../out.csv] }')['routing.yaml'] ?? '',
      )
      expect(await compile(flows)).toMatchObject({ ok: false })
      expect(await readFile(join(folder, 'out.csv'), 'utf8')).toBe('+15551234567\n')
    })
  })
})

describe('the hash of a revision', () => {
  test('is the same for the same files and begins with the id', async () => {
    const [one, two] = await Promise.all([revisionOf(code(RETURNS)), revisionOf(code(RETURNS))])
    expect(one.hash).toBe(two.hash)
    expect(one.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(one.id).toBe(one.hash.slice(0, 12))
  })

  test('changes with every file that counts, imported ones and comments too', async () => {
    const importing = (lib: string) => revisionOf({ ...code(`import './lib.js'\n${RETURNS}`), 'lib.ts': lib })
    const revisions = await Promise.all([
      revisionOf(code(RETURNS)),
      revisionOf(code(`${RETURNS}// a comment\n`)),
      revisionOf(routing()),
      revisionOf(routing('# a comment')),
      importing('console.log(1)'),
      importing('console.log(2)'),
    ])
    expect(new Set(revisions.map(({ hash }) => hash)).size).toBe(revisions.length)
  })

  test('does not change with a file that nothing names', async () => {
    const [one, two] = await Promise.all([
      revisionOf(routing()),
      revisionOf({ ...routing(), 'notes.txt': 'x' }),
    ])
    expect(one.hash).toBe(two.hash)
  })

  test('tells names and contents apart', () => {
    const hash = (files: Record<string, string>) =>
      hashOf(new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])))
    expect(hash({ a: 'bc' })).not.toBe(hash({ ab: 'c' }))
    expect(hash({ a: '', b: '' })).not.toBe(hash({ a: 'b' }))
    expect(hash({ a: '1', b: '2' })).toBe(hash({ b: '2', a: '1' }))
  })
})
