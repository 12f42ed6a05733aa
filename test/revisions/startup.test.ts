import { describe, expect, test } from '@jest/globals'
import { FlowFilesError } from '../../src/flows/problem.js'
import { StoreError } from '../../src/store/store-error.js'
import { broken, entry, FakeDoorman, loaded } from './fakes.js'

const rolledBack = entry(7, 'B', { way: 'rollback', rollbackOf: 2, insteadOf: 'A' })
const STILL = 'revision B still decides'
const fail = async () => Promise.reject(new StoreError('damaged', 'doorman.db is damaged.'))
const failingStore = { revisions: fail, files: fail, addRevision: fail }
const uncompilable = async (folder: string) => (folder === '/flows' ? loaded('A') : broken('old'))

describe('the revision to start with', () => {
  test.each([
    ['the flows folder, which is stored', [entry(7, 'B')], loaded('A'), 'Revision 8 (A) decides.'],
    ['the flows folder, not stored again', [entry(7, 'A')], loaded('A'), 'Revision 7 (A) decides.'],
    ['the flows folder, changed since a rollback', [rolledBack], loaded('C'), 'Revision 8 (C) decides.'],
  ])('is %s', async (_what, entries, folder, line) => {
    const doorman = new FakeDoorman(entries)
    doorman.folder = folder
    await doorman.start()
    expect(doorman.lines).toEqual([`revision: ${line}`, 'start taken'])
  })

  test.each([
    [
      'the one rolled back to, while the folder is the one rolled back from',
      loaded('A'),
      'it was rolled back to, and the flows folder has not changed since',
    ],
    ['the newest stored one where the folder has problems', broken('no'), 'the flows folder has problems'],
  ])('is %s', async (_what, folder, why) => {
    const doorman = new FakeDoorman([entry(6, 'A'), rolledBack])
    doorman.folder = folder
    await doorman.start()
    await doorman.revisions.done()
    expect(doorman.lines).toEqual([
      `not_the_folder: Revision 7 (B) decides, not the flows folder: ${why}.`,
      'revision: Revision 7 (B) decides.',
      `start ${folder.ok ? 'taken' : 'refused'}`,
      ...(folder.ok
        ? []
        : ['files refused', `candidate: The flows folder has changed and cannot be loaded: ${STILL}.`]),
    ])
    expect(doorman.isWaiting).toBe(!folder.ok)
  })

  const manual = { isManual: true }
  const limited = (share: number) => ({
    maxChange: 0.01,
    replay: async () => ({ share, summary: '2 of 100 calls would change' }),
  })
  const asManual = 'the flows folder has changed, and DOORMAN_RELOAD is manual'
  const asLimited = 'the flows folder has changed, and DOORMAN_MAX_CHANGE has to be checked'

  test.each([
    ['with manual reloads', manual, asManual, `has changed: ${STILL} until "doorman reload"`],
    ['with a limit that it exceeds', limited(0.02), asLimited, `has changed and cannot be loaded: ${STILL}`],
  ])('is the newest stored one %s, and the changed folder waits', async (_what, parts, why, said) => {
    const doorman = await new FakeDoorman([entry(7, 'B')]).start(parts)
    await doorman.revisions.done()
    expect(doorman.lines.filter((line) => line.includes(': '))).toEqual([
      `not_the_folder: Revision 7 (B) decides, not the flows folder: ${why}.`,
      'revision: Revision 7 (B) decides.',
      `candidate: The flows folder ${said}.`,
    ])
    expect([doorman.deciding, doorman.isWaiting]).toEqual(['B', true])
  })

  test('is the newest stored one, and at once the folder, with a limit that this keeps', async () => {
    const doorman = await new FakeDoorman([entry(7, 'B')]).start(limited(0.01))
    await doorman.revisions.done()
    expect([doorman.deciding, doorman.isWaiting]).toEqual(['A', false])
    expect(doorman.lines.at(-1)).toBe('reload: Revision 8 decides from now on.')
  })

  test.each([
    ['with manual reloads', manual],
    ['with a limit', limited(1)],
  ])('is the flows folder %s where nothing else is stored, or the same', async (_what, parts) => {
    for (const entries of [[], [entry(7, 'A')]]) {
      const doorman = await new FakeDoorman(entries).start(parts)
      expect([doorman.deciding, doorman.lines.length]).toEqual(['A', 2])
    }
  })

  test.each([
    ['the one rolled back to cannot be read', { store: { files: fail } }, 'Revision 8 (A) decides.'],
    ['the one rolled back to cannot be compiled', { load: uncompilable }, 'Revision 8 (A) decides.'],
    ['the database is damaged', { store: failingStore }, 'Revision A decides.'],
  ])('is the flows folder where %s', async (_what, parts, line) => {
    const doorman = await new FakeDoorman([rolledBack]).start(parts)
    expect(doorman.lines).toEqual([`revision: ${line}`, 'start taken'])
    expect(doorman.deciding).toBe('A')
  })

  test.each([
    ['nothing is stored', [], {}],
    ['the stored one cannot be read', [entry(7, 'B')], { store: { files: fail } }],
    ['the stored one cannot be compiled', [entry(7, 'B')], { load: async () => broken('no flow') }],
  ])('is none where the folder has problems and %s', async (_what, entries, parts) => {
    const doorman = new FakeDoorman(entries)
    doorman.folder = broken('no flow')
    await expect(doorman.start(parts)).rejects.toThrow(FlowFilesError)
    await expect(doorman.start(parts)).rejects.toThrow('no flow')
  })
})

describe('the revisions of a running Doorman', () => {
  test('are logged and counted with each reload', async () => {
    const doorman = await new FakeDoorman([entry(3, 'A')]).start()
    await doorman.revisions.reload('files')
    doorman.folder = broken('no')
    await doorman.revisions.reload('signal')
    expect(doorman.lines).toEqual([
      'revision: Revision 3 (A) decides.',
      'start taken',
      'files unchanged',
      'reload: The flow files were read again; nothing has changed.',
      'signal refused',
      'reload: The flow files were refused; revision A still decides.',
    ])
  })

  test('are found in the database by their id', async () => {
    const doorman = await new FakeDoorman([entry(1, 'old'), entry(2, 'A')]).start()
    expect((await doorman.revisions.earlier('old'))?.id).toBe('old')
    expect(await doorman.revisions.earlier('not stored')).toBeUndefined()
  })
})
