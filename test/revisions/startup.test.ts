import { describe, expect, test } from '@jest/globals'
import { FlowFilesError } from '../../src/flows/problem.js'
import type { LogFields } from '../../src/observability/log.js'
import { Revisions } from '../../src/revisions/revisions.js'
import { firstRevision, type StartupSteps } from '../../src/revisions/startup.js'
import type { StoredRevision } from '../../src/store/database.js'
import { StoreError } from '../../src/store/store-error.js'
import { broken, entry, loaded } from './fakes.js'

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
  function parts(
    store: Partial<Parameters<typeof Revisions.start>[0]['store']> = {},
    folder = () => loaded('A'),
  ) {
    const lines: string[] = []
    const write = (message: string, fields?: LogFields) => void lines.push(`${fields?.event}: ${message}`)
    const stored = { ...entry(3, 'A'), rollbackOf: null, insteadOf: null } satisfies StoredRevision & object
    return {
      lines,
      folder: '/flows',
      log: { error: write, warn: write, info: write, debug: write },
      metrics: { reload: (way: string, outcome: string) => void lines.push(`${way} ${outcome}`) },
      store: {
        revisions: async () => [stored],
        files: async () => new Map([['routing.yaml', Buffer.from('')]]),
        addRevision: async (given: object) => ({ ...stored, ...given, number: 4 }),
        ...store,
      },
      load: async () => folder(),
      compile: async () => folder(),
      settled: async () => undefined,
      missingLocations: async () => [],
      isDialplanCurrent: async () => true,
      replay: async () => ({ share: 0, summary: '' }),
    }
  }
  const fail = async () => Promise.reject(new StoreError('damaged', 'doorman.db is damaged.'))

  test('start although the database is damaged, as the flows folder is good', async () => {
    const given = parts({ revisions: fail, files: fail, addRevision: fail })
    const revisions = await Revisions.start(given)
    expect([revisions.current.id, revisions.entries()]).toEqual(['A', []])
    expect(given.lines).toEqual(['revision: Revision A decides.'])
  })

  test('start with an error that lists the problems where no revision can be had', async () => {
    const given = parts({ revisions: fail }, () => broken('no flow "oen"') as never)
    await expect(Revisions.start(given)).rejects.toThrow(FlowFilesError)
  })

  test('log and count each reload', async () => {
    let next = loaded('A')
    const given = parts({}, () => next)
    const revisions = await Revisions.start(given)
    expect(await revisions.reload('files')).toMatchObject({ changed: false })
    next = loaded('B')
    // The two fakes have no routing to compare.
    expect(await revisions.reload('signal')).toMatchObject({ ok: false })
    expect(given.lines).toEqual([
      'revision: Revision 3 (A) decides.',
      'files unchanged',
      'reload: The flow files were read again; nothing has changed.',
      'signal refused',
      'reload: The flow files were refused; revision A still decides.',
    ])
  })

  test('find an earlier one in the database by its id', async () => {
    let name = 'A'
    const revisions = await Revisions.start(parts({}, () => loaded(name)))
    name = 'Z'
    expect((await revisions.earlier('A'))?.id).toBe('A')
    expect(await revisions.earlier('not stored')).toBeUndefined()
  })
})
