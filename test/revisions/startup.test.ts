import { describe, expect, test } from '@jest/globals'
import { FlowFilesError } from '../../src/flows/problem.js'
import { firstRevision, type StartupSteps } from '../../src/revisions/startup.js'
import { StoreError } from '../../src/store/store-error.js'
import { broken, entry, FakeDoorman, loaded } from './fakes.js'

const steps = (parts: Partial<StartupSteps>): StartupSteps => ({
  folder: loaded('A'),
  last: undefined,
  loadStored: async ({ hash }) => loaded(hash),
  store: async ({ revision }) => entry(8, revision.hash, { way: 'start' }),
  ...parts,
})
const rolledBack = entry(7, 'B', { way: 'rollback', rollback: { of: 2, insteadOf: 'A' } })

describe('the revision to start with', () => {
  test('is the flows folder, which is stored', async () => {
    const start = await firstRevision(steps({ last: entry(7, 'B') }))
    expect(start).toMatchObject({ ok: true, first: { revision: { id: 'A' }, entry: { number: 8 } } })
    expect(start).toHaveProperty('notice', undefined)
  })

  test('is not stored again where it is the newest', async () => {
    const start = await firstRevision(steps({ last: entry(7, 'A') }))
    expect(start).toMatchObject({ ok: true, first: { entry: { number: 7 } } })
  })

  test('is the one rolled back to, while the folder is the one rolled back from', async () => {
    const start = await firstRevision(steps({ last: rolledBack }))
    expect(start).toMatchObject({ ok: true, first: { revision: { id: 'B' }, entry: { number: 7 } } })
    expect(start).toHaveProperty(
      'notice',
      expect.stringMatching(/^Revision 7 .* decides, not the flows folder: it was rolled back to/),
    )
    const changed = await firstRevision(steps({ last: rolledBack, folder: loaded('C') }))
    expect(changed).toMatchObject({ ok: true, first: { revision: { id: 'C' } } })
  })

  test('is the newest stored one where the folder has problems', async () => {
    const start = await firstRevision(steps({ last: entry(7, 'B'), folder: broken('no') }))
    expect(start).toMatchObject({ ok: true, first: { revision: { id: 'B' }, entry: { number: 7 } } })
    expect(start).toHaveProperty('notice', expect.stringContaining('the flows folder has problems'))
  })

  test.each([
    ['nothing is stored', {}],
    [
      'the stored one cannot be read',
      { last: entry(7, 'B'), loadStored: async () => Promise.reject(new Error()) },
    ],
    ['the stored one cannot be compiled', { last: entry(7, 'B'), loadStored: async () => broken('old') }],
  ])('is none where the folder has problems and %s', async (_what, parts) => {
    const start = await firstRevision(steps({ ...parts, folder: broken('no flow') }))
    expect(start).toMatchObject({ ok: false, problems: [{ message: 'no flow' }] })
  })

  test('is the flows folder where the one rolled back to cannot be read', async () => {
    const loadStored = async () => Promise.reject(new Error('damaged'))
    const start = await firstRevision(steps({ last: rolledBack, loadStored }))
    expect(start).toMatchObject({ ok: true, first: { revision: { id: 'A' } } })
  })
})

describe('the revisions of a starting Doorman', () => {
  const fail = async () => Promise.reject(new StoreError('damaged', 'doorman.db is damaged.'))

  test('start although the database is damaged, as the flows folder is good', async () => {
    const store = { revisions: fail, files: fail, addRevision: fail }
    const doorman = await new FakeDoorman().start({ store })
    expect([doorman.deciding, doorman.revisions.entries()]).toEqual(['A', []])
    expect(doorman.lines).toEqual(['revision: Revision A decides.'])
  })

  test('do not start, and list the problems, where no revision can be had', async () => {
    const doorman = new FakeDoorman()
    doorman.folder = broken('no flow "oen"')
    await expect(doorman.start()).rejects.toThrow(FlowFilesError)
  })

  test('log and count each reload', async () => {
    const doorman = await new FakeDoorman([entry(3, 'A')]).start()
    await doorman.revisions.reload('files')
    doorman.folder = broken('no')
    await doorman.revisions.reload('signal')
    expect(doorman.lines).toEqual([
      'revision: Revision 3 (A) decides.',
      'files unchanged',
      'reload: The flow files were read again; nothing has changed.',
      'signal refused',
      'reload: The flow files were refused; revision A still decides.',
    ])
  })

  test('find an earlier one in the database by its id', async () => {
    const doorman = await new FakeDoorman([entry(1, 'old'), entry(2, 'A')]).start()
    expect((await doorman.revisions.earlier('old'))?.id).toBe('old')
    expect(await doorman.revisions.earlier('not stored')).toBeUndefined()
  })
})
