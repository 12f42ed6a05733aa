import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { KEPT, RevisionStore } from '../../src/store/store.js'
import { StoreError, storeError } from '../../src/store/store-error.js'
import { filesOf, inDataFolder, told } from '../revisions/data-folder.js'

const FILES = filesOf({ 'routing.yaml': 'otherwise: main\n', 'lists/vips.csv': '+15551234567\n' })

/** A store with so many revisions, each with its own routing.yaml and the same VIP file. */
async function storeWith(folder: string, count: number): Promise<RevisionStore> {
  const store = await RevisionStore.open(folder)
  for (let i = 1; i <= count; i++) {
    await store.add(filesOf({ 'routing.yaml': `# ${i}`, 'vips.csv': '+15551234567\n' }), told(`id${i}`))
  }
  return store
}

const numbersOf = (store: RevisionStore) => store.entries().map(({ number }) => number)

describe('the kept revisions', () => {
  test('a data folder that is not there yet is empty, and looking at it does not make it', () =>
    inDataFolder(async (folder) => {
      const store = await RevisionStore.open(join(folder, 'none'))
      expect(store.entries()).toEqual([])
      expect(store.problems).toEqual([])
      expect(store.last()).toBeUndefined()
      expect(await readdir(folder)).toEqual([])
    }))

  test('survive a restart with their files', () =>
    inDataFolder(async (folder) => {
      const first = await RevisionStore.open(folder)
      const given = {
        ...told('aaa'),
        by: 'ann',
        way: 'rollback',
        rollback: { of: 3, insteadOf: 'ff' },
      } as const
      const entry = await first.add(FILES, given)
      const again = await RevisionStore.open(folder)
      expect(again.entries()).toEqual([entry])
      expect(again.last()).toMatchObject({ number: 1, ...given })
      expect(await again.files(1)).toEqual(FILES)
      expect(again.problems).toEqual([])
    }))

  test('are numbered from 1 and listed in that order, several at once too', () =>
    inDataFolder(async (folder) => {
      const store = await RevisionStore.open(folder)
      const added = await Promise.all(['a', 'b', 'c'].map((id) => store.add(FILES, told(id))))
      expect(added.map(({ number }) => number)).toEqual([1, 2, 3])
      expect(store.entries()).toEqual(added)
    }))

  test('are found by id, the newest of several', () =>
    inDataFolder(async (folder) => {
      const store = await RevisionStore.open(folder)
      for (const id of ['a', 'b', 'a', 'c']) await store.add(FILES, told(id))
      expect(store.find('a')?.number).toBe(3)
      expect(store.find('x')).toBeUndefined()
    }))

  test('share the content of files that are the same', () =>
    inDataFolder(async (folder) => {
      await storeWith(folder, 5)
      expect(await readdir(join(folder, 'blobs'))).toHaveLength(6)
    }))

  test(`are the last ${KEPT}; what only older ones had is removed`, () =>
    inDataFolder(async (folder) => {
      const store = await storeWith(folder, KEPT + 3)
      const expected = Array.from({ length: KEPT }, (_, i) => i + 4)
      expect(numbersOf(store)).toEqual(expected)
      expect(numbersOf(await RevisionStore.open(folder))).toEqual(expected)
      expect(await readdir(join(folder, 'revisions'))).toHaveLength(KEPT)
      expect(await readdir(join(folder, 'blobs'))).toHaveLength(KEPT + 1)
      await expect(store.files(3)).rejects.toThrow('Revision 3 is not kept in')
    }))

  test('never get a number twice, whatever is removed or torn', () =>
    inDataFolder(async (folder) => {
      const store = await storeWith(folder, 2)
      await rm(join(folder, 'revisions'), { recursive: true })
      expect((await store.add(FILES, told('x'))).number).toBe(3)
      await writeFile(join(folder, 'revisions', '000007.json'), '{"number": 7, "id"')
      const again = await RevisionStore.open(folder)
      expect((await again.add(FILES, told('y'))).number).toBe(8)
    }))

  test('are for nobody else to read', () =>
    inDataFolder(async (folder) => {
      const data = join(folder, 'data')
      await (await RevisionStore.open(data)).add(FILES, told('a'))
      const mode = async (path: string) => (await stat(path)).mode & 0o777
      for (const part of ['revisions', 'blobs']) {
        expect(await mode(join(data, part))).toBe(0o700)
        for (const name of await readdir(join(data, part)))
          expect(await mode(join(data, part, name))).toBe(0o600)
      }
      expect(await mode(data)).toBe(0o700)
    }))

  test('are frozen, and leave alone what they were made of', () =>
    inDataFolder(async (folder) => {
      const given = { ...told('a'), rollback: { of: 1, insteadOf: 'ff' } }
      const entry = await (await RevisionStore.open(folder)).add(FILES, given)
      expect(Object.isFrozen(entry.files)).toBe(true)
      expect(Object.isFrozen(given.rollback)).toBe(false)
    }))
})

describe('a damaged data folder', () => {
  test.each([
    ['torn', '{"number": 2, "id": "b'],
    ['another one', JSON.stringify({ number: 9, ...told('b'), files: [] })],
    ['not an entry', '{"number": 2}'],
    ['leading out', entryNaming('../../etc/passwd')],
    ['absolute', entryNaming('/etc/passwd')],
  ])('a file that is %s is passed over and named', (_what, text) =>
    inDataFolder(async (folder) => {
      await storeWith(folder, 1)
      await writeFile(join(folder, 'revisions', '000002.json'), text)
      const store = await RevisionStore.open(folder)
      expect(numbersOf(store)).toEqual([1])
      expect(store.problems).toEqual([expect.stringContaining('000002.json is torn or foreign')])
      expect(await store.files(1)).toHaveProperty('size', 2)
    }),
  )

  test('a file of another name is passed over, named and left where it is', () =>
    inDataFolder(async (folder) => {
      const store = await storeWith(folder, 1)
      await writeFile(join(folder, 'revisions', 'notes.txt'), 'mine')
      await store.add(FILES, told('b'))
      expect(store.problems).toEqual([expect.stringContaining('notes.txt is no revision')])
      expect(await readFile(join(folder, 'revisions', 'notes.txt'), 'utf8')).toBe('mine')
    }))

  test('a revision whose content is gone or cut short is passed over and named', () =>
    inDataFolder(async (folder) => {
      const [first, second] = (await storeWith(folder, 2)).entries()
      const blobOf = (entry = first) => join(folder, 'blobs', entry?.files[0]?.sha256 ?? '')
      await rm(blobOf(first))
      await writeFile(blobOf(second), '#')
      const store = await RevisionStore.open(folder)
      expect(numbersOf(store)).toEqual([])
      expect(store.problems).toEqual([
        expect.stringMatching(/000001\.json was passed over: the content of its file routing\.yaml/),
        expect.stringMatching(/000002\.json was passed over: the content of its file routing\.yaml/),
      ])
    }))

  test('content that was changed is not handed out', () =>
    inDataFolder(async (folder) => {
      const store = await storeWith(folder, 1)
      await writeFile(join(folder, 'blobs', store.last()?.files[0]?.sha256 ?? ''), '# 2')
      await expect(store.files(1)).rejects.toThrow(/routing\.yaml in .* is damaged/)
    }))

  test('what a crash left half written is no problem, and goes with the next revision', () =>
    inDataFolder(async (folder) => {
      await storeWith(folder, 1)
      const left = [
        join(folder, 'revisions', '000002.json.ab.unfinished'),
        join(folder, 'blobs', 'cd.unfinished'),
      ]
      for (const path of left) await writeFile(path, '{')
      const store = await RevisionStore.open(folder)
      expect(store.problems).toEqual([])
      await store.add(FILES, told('b'))
      for (const path of left) await expect(stat(path)).rejects.toThrow('ENOENT')
    }))
})

describe('a data folder that cannot be written', () => {
  test.each(['', 'revisions', 'blobs'])('says so and stays as it was when "%s" is a file', (part) =>
    inDataFolder(async (folder) => {
      const data = join(folder, 'data')
      if (part !== '') await mkdir(data)
      await writeFile(join(data, part), 'in the way')
      const store = await RevisionStore.open(data)
      const failed = store.add(FILES, told('a'))
      await expect(failed).rejects.toThrow(StoreError)
      await expect(failed).rejects.toThrow(/cannot (read|write) .*: something is in the way/)
      expect(store.entries()).toEqual([])
      expect(await readFile(join(data, part), 'utf8')).toBe('in the way')
    }),
  )

  test('keeps what it had, leaves nothing half behind, and takes the next one when it can', () =>
    inDataFolder(async (folder) => {
      const store = await storeWith(folder, 2)
      const before = store.entries()
      const contents = await readdir(join(folder, 'blobs'))
      // A folder where the entry's file should go makes the last step fail, after the contents were written.
      await mkdir(join(folder, 'revisions', '000003.json', 'x'), { recursive: true })
      await expect(store.add(FILES, told('c'))).rejects.toThrow(StoreError)
      expect(store.entries()).toBe(before)
      expect(await readdir(join(folder, 'blobs'))).toEqual(contents)
      await rm(join(folder, 'revisions', '000003.json'), { recursive: true })
      expect((await store.add(FILES, told('c'))).number).toBe(3)
    }))

  test('a full disk and a read-only one are said in words', () => {
    const said = (code: string) => storeError('write', 'data/blobs/ab', { code }).message
    expect(said('ENOSPC')).toMatch('Doorman cannot write data/blobs/ab: there is no space left. Make room')
    expect(said('EROFS')).toMatch('read-only')
    expect(said('EACCES')).toMatch('may not')
    expect(said('EIO')).toMatch('the file system says EIO')
  })
})

describe('unpacking', () => {
  test('writes the files as they were, for nobody else to read', () =>
    inDataFolder(async (folder) => {
      const store = await RevisionStore.open(folder)
      await store.add(FILES, told('a'))
      const into = join(folder, 'out', 'flows')
      await store.unpack(1, into)
      for (const [name, content] of FILES) expect(await readFile(join(into, name))).toEqual(content)
      expect((await stat(join(into, 'lists/vips.csv'))).mode & 0o777).toBe(0o600)
      expect((await stat(join(into, 'lists'))).mode & 0o777).toBe(0o700)
    }))

  test.each(['../out.ts', '/tmp/out.ts', 'a/../../out.ts', 'a\\..\\out.ts', '..', '', 'a/./b', 'a\0b'])(
    'a file called %j is not even taken',
    (name) =>
      inDataFolder(async (folder) => {
        const store = await RevisionStore.open(folder)
        const added = store.add(filesOf({ 'routing.yaml': '', [name]: 'x' }), told('a'))
        await expect(added).rejects.toThrow(/^The revision cannot be kept: /)
        expect(store.entries()).toEqual([])
      }),
  )

  test('does not follow a link that leads out of the folder', () =>
    inDataFolder(async (folder) => {
      const store = await RevisionStore.open(folder)
      await store.add(FILES, told('a'))
      const [into, elsewhere] = [join(folder, 'into'), join(folder, 'elsewhere')]
      for (const path of [into, elsewhere]) await mkdir(path)
      await symlink(elsewhere, join(into, 'lists'))
      await expect(store.unpack(1, into)).rejects.toThrow('leads out of the folder')
      expect(await readdir(elsewhere)).toEqual([])
    }))

  test('writes nothing over', () =>
    inDataFolder(async (folder) => {
      const store = await RevisionStore.open(folder)
      await store.add(FILES, told('a'))
      await writeFile(join(folder, 'routing.yaml'), 'mine')
      await expect(store.unpack(1, folder)).rejects.toThrow(StoreError)
      expect(await readFile(join(folder, 'routing.yaml'), 'utf8')).toBe('mine')
    }))
})

function entryNaming(name: string): string {
  const file = { name, sha256: 'a'.repeat(64), bytes: 1 }
  return JSON.stringify({ number: 2, ...told('b'), files: [file] })
}
