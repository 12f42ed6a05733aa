import { describe, expect, test } from '@jest/globals'
import { compileInWorker } from '../../src/flows/compile.js'
import { FlowFilesError } from '../../src/flows/problem.js'
import { ActiveRevisions } from '../../src/revisions/active.js'
import { withFilesOf } from '../../src/revisions/revision-files.js'
import { StoreError } from '../../src/store/store-error.js'
import { inDataFolder, newRevision, withStore } from '../store/open-store.js'
import { until } from '../support/until.js'
import { broken, entry, FakeDoorman, loaded, revision } from './fakes.js'

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

  test('is the one rolled back to with manual reloads, and a folder that changed since waits', async () => {
    const doorman = new FakeDoorman([rolledBack])
    doorman.folder = loaded('C')
    await doorman.start(manual)
    await doorman.revisions.done()
    expect([doorman.deciding, doorman.revisions.waiting?.revision]).toEqual(['B', 'C'])
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
    ['it cannot be read', { store: { files: fail } }, 'doorman.db is damaged.'],
    ['it cannot be compiled', { load: uncompilable }, 'routing.yaml:2:1: old [flows.unknown_name]'],
  ])(
    'is the flows folder instead of the newest stored one where %s, which is said',
    async (_what, parts, why) => {
      for (const [stored, options] of [
        [rolledBack, {}],
        [entry(7, 'B'), manual],
        [entry(7, 'B'), limited(0)],
      ] as const) {
        const doorman = await new FakeDoorman([stored]).start({ ...parts, ...options })
        expect(doorman.lines).toEqual([
          `revision_problem: Revision 7 (B) cannot be loaded; the flows folder decides instead: ${why}`,
          'revision: Revision 8 (A) decides.',
          'start taken',
        ])
        expect(doorman.deciding).toBe('A')
      }
    },
  )

  test('is the flows folder where the database is damaged', async () => {
    const doorman = await new FakeDoorman([rolledBack]).start({ store: failingStore })
    expect(doorman.lines).toEqual(['revision: Revision A decides.', 'start taken'])
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

/** Active revisions whose database answers by `load`, and which ids it was asked for. */
function activeWith(load: (id: string) => Promise<ReturnType<typeof revision> | undefined>) {
  const loads: string[] = []
  const active = new ActiveRevisions({ revision: revision('r0'), entry: undefined }, (id) => {
    loads.push(id)
    return load(id)
  })
  return { active, loads }
}

describe('the active revisions', () => {
  test('find the current one and the four before it in memory', async () => {
    const { active, loads } = activeWith(async () => undefined)
    for (let i = 1; i <= 6; i++) active.swap({ revision: revision(`r${i}`), entry: undefined })
    expect(active.current.revision.id).toBe('r6')
    for (const id of ['r6', 'r5', 'r4', 'r3', 'r2']) expect((await active.find(id))?.id).toBe(id)
    expect(loads).toEqual([])
    expect(await active.find('r1')).toBeUndefined()
    expect(loads).toEqual(['r1'])
  })

  test('load an evicted one from the database, once for calls at the same time, and remember it', async () => {
    const { active, loads } = activeWith(async (id) => revision(id))
    const found = await Promise.all([active.find('old'), active.find('old'), active.find('old')])
    expect(found.map((one) => one?.id)).toEqual(['old', 'old', 'old'])
    expect((await active.find('old'))?.id).toBe('old')
    expect(loads).toEqual(['old'])
  })

  test('find nothing where the database fails, and try again with the next call', async () => {
    let isBroken = true
    const { active } = activeWith(async (id) => {
      if (isBroken) throw new Error('damaged')
      return revision(id)
    })
    expect(await active.find('old')).toBeUndefined()
    isBroken = false
    expect((await active.find('old'))?.id).toBe('old')
  })

  test('let a call wait 400 ms at most; one that is loaded later is there for the next', async () => {
    const late = Promise.withResolvers<ReturnType<typeof revision>>()
    const { active, loads } = activeWith(() => late.promise)
    const start = performance.now()
    expect(await active.find('old')).toBeUndefined()
    const waited = performance.now() - start
    expect(waited).toBeGreaterThan(380)
    expect(waited).toBeLessThan(700)
    late.resolve(revision('old'))
    expect((await active.find('old'))?.id).toBe('old')
    expect(loads).toEqual(['old'])
  })

  test('keep a revision only once, however often it decides', async () => {
    const { active } = activeWith(async () => undefined)
    for (const name of ['r1', 'r0', 'r1', 'r0', 'r2', 'r3', 'r4'])
      active.swap({ revision: revision(name), entry: undefined })
    for (const id of ['r0', 'r1', 'r2', 'r3', 'r4']) expect((await active.find(id))?.id).toBe(id)
  })
})

describe('a revision from the database', () => {
  const routing = (rules: number) => {
    const lines = Array.from(
      { length: rules },
      (_, i) => `  - { when: { callee: "+1555${1_000_000 + i}" }, goto: a }`,
    )
    return `flows: { a: { context: a } }\notherwise: a\nrules:\n${lines.join('\n')}\n`
  }

  test('is compiled from its stored files for a call that comes back on it', async () => {
    await inDataFolder((data) =>
      withStore(data, async (store) => {
        const files = new Map([['routing.yaml', Buffer.from(routing(20))]])
        const stored = await store.addRevision(newRevision('old'), files)
        const load = async () => {
          const compiled = await withFilesOf(store, stored, compileInWorker)
          return compiled.ok ? compiled.revision : undefined
        }
        const active = new ActiveRevisions({ revision: revision('r0'), entry: undefined }, load)
        // On a busy machine it is late for the first call, and there for one of the next.
        let found = await active.find('old')
        const isThere = async () => {
          found ??= await active.find('old')
          return found !== undefined
        }
        await until(isThere, 'the revision', 20_000)
        expect(found?.routing.rules).toHaveLength(20)
      }),
    )
  })
})
