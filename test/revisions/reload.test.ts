import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { draftProblem, inTemporaryFolder } from '../../src/revisions/revision-files.js'
import { StoreError } from '../../src/store/store-error.js'
import { broken, entry, FakeDoorman, loaded, problemsOf } from './fakes.js'

describe('a reload', () => {
  test('stores the revision, swaps it in, and says what changed', async () => {
    const doorman = await new FakeDoorman().start()
    const result = await doorman.reload('B', { by: 'ann' })
    const text = 'otherwise: A → B'
    const changes = [{ part: 'otherwise', kind: 'changed', name: '', text }]
    expect(result).toEqual({
      ...{ ok: true, changed: true, number: 2, revision: 'B', changes, warnings: [], replay: null },
      rollbackOf: null,
    })
    expect(doorman.deciding).toBe('B')
    expect(doorman.entries.at(-1)).toMatchObject({ hash: 'B', way: 'command', by: 'ann', insteadOf: null })
    expect(doorman.lines.slice(2)).toEqual(['command taken', 'reload: Revision 2 decides from now on.'])
  })

  test('changes nothing where the files are those of the current revision', async () => {
    const doorman = await new FakeDoorman().start()
    expect(await doorman.reload('A')).toMatchObject({ ok: true, changed: false, number: 1, revision: 'A' })
    expect(doorman.entries).toHaveLength(1)
  })

  test('is refused with all problems of the files', async () => {
    const doorman = await new FakeDoorman().start()
    doorman.folder = broken('no flow "oen"')
    expect(problemsOf(await doorman.reload())).toEqual(['no flow "oen"'])
    expect(doorman.deciding).toBe('A')
  })

  test('is refused, and nothing changes, where the replay fails', async () => {
    const doorman = await new FakeDoorman().start({
      replay: async () => {
        throw new Error('it broke')
      },
    })
    expect(problemsOf(await doorman.reload('B', { maxChange: 0.5 }))).toEqual(['it broke'])
    expect([doorman.deciding, doorman.entries.length]).toEqual(['A', 1])
  })

  test('that cannot be compared with the current revision is refused before it is swapped in', async () => {
    const doorman = await new FakeDoorman().start()
    doorman.folder = { ...loaded('B'), revision: { ...loaded('B').revision, routing: {} } } as never
    expect(await doorman.reload()).toMatchObject({ ok: false })
    expect([doorman.deciding, doorman.entries.length]).toEqual(['A', 1])
  })

  test('that took effect is never reported as refused, whatever fails after the swap', async () => {
    const reload = (way: string) => {
      if (way !== 'start') throw new Error('the metrics are gone')
    }
    const doorman = await new FakeDoorman().start({ metrics: { reload, candidate: () => undefined } })
    expect(await doorman.reload('B')).toMatchObject({ ok: true, changed: true })
    expect(doorman.deciding).toBe('B')
    expect(await doorman.reload('C')).toMatchObject({ ok: true, changed: true })
  })

  test('takes effect although the database cannot be written', async () => {
    const fails = async () => Promise.reject(new StoreError('unavailable', 'The disk is full.'))
    const store = { revisions: fails, files: fails, addRevision: fails }
    const doorman = await new FakeDoorman().start({ store })
    expect(await doorman.reload('B')).toMatchObject({ ok: true, changed: true, number: null })
    expect(doorman.deciding).toBe('B')
  })

  test('is refused where a flow leads to an extension that the dialplan lacks, unless that is allowed', async () => {
    const doorman = await new FakeDoorman().start({ missingLocations: async (flows) => flows })
    const refused = await doorman.reload('B')
    const message = 'The running dialplan has no [sales] with extension s, priority 1, where flow B leads.'
    expect(refused).toMatchObject({ ok: false, problems: [{ line: 7, column: 3, message }] })
    expect(doorman.deciding).toBe('A')
    const allowed = await doorman.reload('B', { allowMissingContexts: true })
    expect(allowed).toMatchObject({ ok: true, changed: true, warnings: [{ message }] })
  })

  test('takes effect with a warning where the PBX cannot be asked, or runs another dialplan', async () => {
    const doorman = await new FakeDoorman().start({
      missingLocations: async () => {
        throw new Error('AMI is down')
      },
      isDialplanCurrent: async () => false,
    })
    const result = await doorman.reload('B')
    expect(result).toMatchObject({ ok: true, changed: true })
    expect(result.warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('could not be asked for the locations of the flows: AMI is down'),
      expect.stringContaining('were not generated for these flow files'),
    ])
  })

  test('is refused where more recorded calls would change than allowed', async () => {
    const replay = async () => ({ share: 0.02, summary: '2 of 100 calls would change' })
    const doorman = await new FakeDoorman().start({ replay })
    expect(problemsOf(await doorman.reload('B', { maxChange: 0.01 }))).toEqual([
      '2 of 100 calls would change. That is 2%, and at most 1% may change. If it is meant, allow it by --max-change 100%',
    ])
    const result = await doorman.reload('B', { maxChange: 0.02 })
    expect(result).toMatchObject({ ok: true, replay: '2 of 100 calls would change' })
  })

  test('is refused where the one before it has changed the revision that it expects', async () => {
    const doorman = await new FakeDoorman([entry(1, 'A')]).start()
    const first = doorman.reload('B', { expected: 'A', by: 'ann' })
    const second = doorman.revisions.rollback(1, { expected: 'A', by: 'bob' })
    expect(await first).toMatchObject({ ok: true, changed: true })
    expect(await second).toMatchObject({ ok: false, isOutdated: true })
    expect(problemsOf(await second)).toEqual([
      expect.stringMatching(/^Revision 2 has been active since 20.* by ann; review the change again\.$/),
    ])
    expect(doorman.deciding).toBe('B')
    expect(await doorman.revisions.rollback(1, { expected: 'B' })).toMatchObject({ ok: true, changed: true })
  })

  test('waits for the one before, and each is compared with what decides by then', async () => {
    const doorman = await new FakeDoorman().start()
    const first = doorman.reload('B')
    const same = doorman.reload('B')
    expect(await first).toMatchObject({ changed: true })
    expect(await same).toMatchObject({ changed: false })
    await doorman.revisions.done()
    expect(doorman.lines).toContain('command unchanged')
  })
})

describe('a rollback', () => {
  /** 1: A, 2: B, 3: C, which decides. */
  async function doormanWithThree(): Promise<FakeDoorman> {
    const doorman = await new FakeDoorman().start()
    await doorman.reload('B')
    await doorman.reload('C')
    return doorman
  }

  test('brings back the revision before the current one, and twice goes back two', async () => {
    const doorman = await doormanWithThree()
    expect(await doorman.rollback()).toMatchObject({ changed: true, number: 4, rollbackOf: 2, revision: 'B' })
    expect(doorman.lines.at(-1)).toBe('reload: Revision 4, which is revision 2 again, decides from now on.')
    expect(doorman.entries.at(-1)).toMatchObject({ way: 'rollback', rollbackOf: 2, insteadOf: 'C' })
    expect(await doorman.rollback()).toMatchObject({ ok: true, changed: true, number: 5, revision: 'A' })
    expect(doorman.entries.at(-1)).toMatchObject({ rollbackOf: 1, insteadOf: 'C' })
    expect(problemsOf(await doorman.rollback())).toEqual([
      'No earlier revision is stored; stored are: 1, 2, 3, 4, 5.',
    ])
  })

  test('after a reload that followed a rollback goes back to what decided before that reload', async () => {
    const doorman = await doormanWithThree()
    await doorman.rollback()
    await doorman.reload('D')
    await doorman.rollback()
    expect(doorman.deciding).toBe('B')
    await doorman.rollback()
    expect(doorman.deciding).toBe('A')
  })

  test('goes to the revision with the given number, or says which there are', async () => {
    const doorman = await doormanWithThree()
    expect(await doorman.rollback(1)).toMatchObject({ ok: true, revision: 'A' })
    expect(problemsOf(await doorman.rollback(9))).toEqual([
      'Revision 9 is not stored; stored are: 1, 2, 3, 4.',
    ])
  })

  test('works although the database was too slow for the start', async () => {
    const stored = [entry(1, 'A'), entry(2, 'B')]
    let reads = 0
    const revisions = async () => {
      if (reads++ === 0) throw new StoreError('unavailable', 'The disk hangs.')
      return stored
    }
    for (const to of [undefined, 1]) {
      const doorman = new FakeDoorman(stored)
      doorman.folder = loaded('B')
      reads = 0
      await doorman.start({ store: { revisions } })
      expect(await doorman.revisions.preview(1)).toMatchObject({ revision: 'A' })
      expect(await doorman.rollback(to)).toMatchObject({ ok: true, revision: 'A' })
    }
  })

  test('is refused with the reason, and not for want of revisions, while the database fails', async () => {
    const revisions = async () => Promise.reject(new StoreError('unavailable', 'The disk hangs.'))
    const doorman = await new FakeDoorman([entry(1, 'A')]).start({ store: { revisions } })
    expect(problemsOf(await doorman.rollback())).toEqual(['The disk hangs.'])
  })

  test('chooses its target when its turn comes: a reload that was under way is what it takes back', async () => {
    const doorman = await doormanWithThree()
    const reload = doorman.reload('D')
    const rollback = doorman.rollback()
    expect([await reload, await rollback]).toMatchObject([{ revision: 'D' }, { revision: 'C' }])
  })

  test('does not load the flows folder: it stands in for the folder as it was last loaded', async () => {
    const doorman = await new FakeDoorman().start()
    await doorman.reload('B')
    doorman.folder = loaded('never loaded')
    await doorman.rollback()
    expect(doorman.entries.at(-1)).toMatchObject({ rollbackOf: 1, insteadOf: 'B' })
  })

  test('stays when the same files are only touched, and ends when they change or somebody reloads', async () => {
    const doorman = await doormanWithThree()
    await doorman.rollback()
    expect(await doorman.revisions.reload('files')).toMatchObject({ changed: false, revision: 'B' })
    doorman.folder = loaded('D')
    expect(await doorman.revisions.reload('files')).toMatchObject({ changed: true, revision: 'D' })
    await doorman.rollback()
    expect(await doorman.reload('D')).toMatchObject({ changed: true, revision: 'D' })
  })

  test('stays when the folder holds again what it held at the rollback, after a change that was refused', async () => {
    const doorman = await doormanWithThree()
    await doorman.rollback()
    await doorman.save(broken('no'))
    expect([await doorman.save('C'), doorman.deciding]).toMatchObject([{ changed: false }, 'B'])
  })

  test('ends with a change that is refused first, once a reload can take it', async () => {
    let missing = false
    const missingLocations = async <T>(flows: readonly T[]) => (missing ? flows : [])
    const doorman = await new FakeDoorman().start({ missingLocations })
    await doorman.reload('B')
    await doorman.rollback()
    missing = true
    expect(await doorman.save('D')).toMatchObject({ ok: false })
    missing = false
    expect(await doorman.save('D')).toMatchObject({ changed: true, revision: 'D' })
  })

  test('stays when the files are only touched, also where it could not be stored', async () => {
    const addRevision = async () => Promise.reject(new StoreError('unavailable', 'The disk is full.'))
    const doorman = await new FakeDoorman([entry(1, 'A'), entry(2, 'B')]).start({ store: { addRevision } })
    await doorman.rollback(2)
    expect([await doorman.save('A'), doorman.deciding]).toMatchObject([{ changed: false }, 'B'])
  })

  test('ends when the folder holds what decides, and later something else, be it what it held before', async () => {
    const doorman = await doormanWithThree()
    await doorman.rollback()
    await doorman.save('B')
    expect(await doorman.save('C')).toMatchObject({ changed: true, revision: 'C' })
  })

  test('is refused where the stored files cannot be read', async () => {
    const message = 'The content of vips.csv in revision 1 is damaged.'
    const files = async () => Promise.reject(new StoreError('damaged', message))
    const doorman = await new FakeDoorman([entry(1, 'A'), entry(2, 'B')]).start({ store: { files } })
    await doorman.reload('C')
    expect(problemsOf(await doorman.rollback())).toEqual([message])
    expect(doorman.deciding).toBe('C')
  })

  test('to the current revision changes nothing', async () => {
    const doorman = await doormanWithThree()
    expect(await doorman.rollback(3)).toMatchObject({ ok: true, changed: false })
    expect(doorman.entries).toHaveLength(3)
  })
})

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
