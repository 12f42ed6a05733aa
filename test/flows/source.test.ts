import { appendFileSync } from 'node:fs'
import { symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { compile } from '../../src/flows/compile.js'
import { FlowSource, fileNameProblem, hashOf } from '../../src/flows/source.js'
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
      const source = new FlowSource(folder)
      expect(source.read('./a.csv', 'numbers')).toEqual(Buffer.from('1'))
      for (const name of ['sub', 'none.csv', '../out.csv'])
        expect(source.read(name, 'numbers')).toMatchObject({ code: 'flows.file' })
      expect([...source.files.keys()]).toEqual(['a.csv'])
    })
  })

  test('keeps a file as it was read first, and tells that it changed', async () => {
    await inFolder({ 'a.csv': 'old', 'b.csv': 'b' }, async (folder) => {
      const source = new FlowSource(folder)
      for (const name of ['a.csv', 'b.csv', 'c.csv']) source.read(name, 'numbers')
      expect(source.changed()).toEqual([])
      await writeFile(join(folder, 'a.csv'), 'newer')
      expect(source.changed()).toEqual(['a.csv'])
      expect(source.read('a.csv', 'numbers').toString()).toBe('old')
    })
  })

  test('reads the folder again where a file of it changed meanwhile', async () => {
    const files = {
      ...routing('vip: { files: [vips.csv] }', 'rules: [{ run: a.ts }]'),
      'vips.csv': '+15551234567\n',
    }
    await inFolder({ ...files, 'a.ts': RETURNS }, async (folder) => {
      const compiling = compile(folder)
      // The bundler has the thread wait; the numbers were read before.
      await writeFile(join(folder, 'vips.csv'), '+15551234567\n+15551234568\n')
      expect((await compiling).files.get('vips.csv')?.toString()).toContain('+15551234568')
    })
  })

  test('refuses a file that keeps changing', async () => {
    await inFolder({ ...routing('rules: [{ run: a.ts }]'), 'a.ts': RETURNS }, async (folder) => {
      let size = 0
      const writing = setInterval(() => appendFileSync(join(folder, 'a.ts'), `// ${size++}\n`), 1)
      const compiled = await compile(folder).finally(() => clearInterval(writing))
      expect(compiled).toMatchObject({ ok: false, problems: [{ file: 'a.ts', code: 'flows.file_changing' }] })
    })
  })

  test.each(['routing.yaml', 'examples.yaml', 'vips.csv', 'a.ts'])(
    'refuses %s by its size, without reading it',
    async (name) => {
      const files = { ...routing('vip: { files: [vips.csv] }', 'rules: [{ run: a.ts }]'), 'a.ts': RETURNS }
      await inFolder({ ...files, 'vips.csv': '' }, async (folder) => {
        await writeFile(join(folder, name), '')
        await truncate(join(folder, name), 300 * 2 ** 20)
        const before = process.memoryUsage().rss
        const compiled = await compile(folder)
        expect(compiled).toMatchObject({ ok: false, problems: [{ code: 'flows.file_too_large' }] })
        expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20)
      })
    },
  )

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
        code: 'flows.file',
        message:
          'there is no file "routing.yaml" in the flows folder /no/such/flows; give another with --flows or DOORMAN_FLOWS',
      },
    ])
  })

  test.each([
    ['is a file', 'routing.yaml', 'that is a file: give its folder with --flows or DOORMAN_FLOWS'],
    ['has the file under another name', '', 'rename "Routing.yml" to "routing.yaml"'],
  ])('says what to do where the folder %s', async (_what, name, remedy) => {
    const files = name === '' ? { 'Routing.yml': '' } : { [name]: '' }
    await inFolder(files, async (folder) => {
      const result = await compile(join(folder, name))
      expect(result.ok ? [] : result.problems).toMatchObject([{ message: expect.stringContaining(remedy) }])
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
      revisionOf({
        ...routing(),
        'examples.yaml': 'examples: [{ call: { from: 1, to: 2 }, expect: { vip: false } }]',
      }),
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

/** What the default export of a bundled code flow returns. */
async function returned(files: Readonly<Record<string, string>>): Promise<unknown> {
  const rules = ['rules:', '  - run: ./a.ts']
  const flow = (await revisionOf({ ...routing(...rules), ...files })).functions.get('a.ts')
  const module: { exports: { default?: () => unknown } } = { exports: {} }
  new Function('module', 'exports', 'require', flow?.code ?? '')(module, module.exports, () => ({ sep: '/' }))
  return module.exports.default?.()
}

describe('a bundled code flow', () => {
  test('has its types taken off and its imports taken in', async () => {
    expect(
      await returned({
        'a.ts':
          "import type { Conversation } from 'asterisk-doorman'\nimport { b } from './lib/b.js'\nimport data from './d.json'\nexport default function f(_conv: Conversation): string { return b + data.c }\n",
        'lib/b.ts': "export const b: string = 'b'\n",
        'd.json': '{ "c": "c" }',
      }),
    ).toBe('bc')
  })

  test('may import a type without saying so', async () => {
    const text =
      "import { Conversation } from 'asterisk-doorman'\nexport default (_conv: Conversation) => 1\n"
    expect(await returned({ 'a.ts': text })).toBe(1)
  })

  test('may hand on the function of another file', async () => {
    expect(
      await returned({
        'a.ts': "export { f as default } from './b.js'\n",
        'b.ts': 'export const f = () => 2\n',
      }),
    ).toBe(2)
  })

  test('is not changed by a tsconfig.json beside it', async () => {
    const files = {
      'a.ts': 'export default () => 3\n',
      'tsconfig.json': '{ "compilerOptions": { "target": "nonsense" ',
    }
    expect(await returned(files)).toBe(3)
  })

  test('comes with a source map that names the author’s file', async () => {
    const files = { ...routing('rules: [{ run: a.ts }]'), 'a.ts': 'export default () => 1\n' }
    const map = JSON.parse((await revisionOf(files)).functions.get('a.ts')?.map ?? '{}')
    expect(map).toMatchObject({ version: 3, sources: expect.arrayContaining(['a.ts']) })
  })

  test('is made once, however many rules run it', async () => {
    const lines = ['rules: [{ run: a.ts }, { run: ./a.ts }, { run: b.js }]']
    const files = { 'a.ts': 'export default () => 1\n', 'b.js': 'module.exports = () => 2\n' }
    const { functions, routing: compiled } = await revisionOf({ ...routing(...lines), ...files })
    expect([...functions.keys()]).toEqual(['a.ts', 'b.js'])
    const areThere = compiled.rules.map(({ target }) => target.kind === 'run' && functions.has(target.file))
    expect(areThere).toEqual([true, true, true])
  })
})
