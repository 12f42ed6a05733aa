import { describe, expect, test } from '@jest/globals'
import { broken, FakeDoorman, loaded, problemsOf } from './fakes.js'

const announcements = ({ lines }: FakeDoorman) => lines.filter((line) => line.startsWith('candidate: '))
const ACCEPTED = 'candidate: The flows folder has changed: revision A still decides until "doorman reload".'
const REFUSED = 'candidate: The flows folder has changed and cannot be loaded: revision A still decides.'

describe('with manual reloads, a changed flows folder', () => {
  const manual = () => new FakeDoorman().start({ isManual: true })

  test('does not decide, and is announced once with what a reload would make of it', async () => {
    const doorman = await manual()
    await doorman.save('B')
    await doorman.save('B')
    expect(doorman.deciding).toBe('A')
    expect(doorman.entries).toHaveLength(1)
    expect([doorman.prepared, doorman.swapped]).toEqual([['A'], ['A']])
    expect(announcements(doorman)).toEqual([ACCEPTED])
    expect(doorman.isWaiting).toBe(true)
    const text = 'otherwise: A → B'
    const changes = [{ part: 'otherwise', kind: 'changed', name: '', text }]
    expect(doorman.revisions.waiting).toEqual({
      ...{ at: expect.any(String), revision: 'B', problems: [], warnings: [], changes, replay: null },
    })
    expect(doorman.lines).toContain('files waiting')
  })

  test('is announced again when it changes, or its problems do', async () => {
    const doorman = await manual()
    for (const folder of ['B', broken('no'), broken('no'), broken('neither'), 'C']) await doorman.save(folder)
    expect(announcements(doorman)).toEqual([ACCEPTED, REFUSED, REFUSED, ACCEPTED])
    expect(doorman.revisions.waiting).toMatchObject({ revision: 'C', problems: [] })
    expect(doorman.lines).not.toContain('files refused')
  })

  test('is announced again when a reload would take it now', async () => {
    let missing = true
    const doorman = await new FakeDoorman().start({
      isManual: true,
      missingLocations: async (flows) => (missing ? flows : []),
    })
    await doorman.save('B')
    missing = false
    await doorman.save('B')
    expect(announcements(doorman)).toEqual([REFUSED, ACCEPTED])
  })

  test.each(['command', 'signal', 'http'] as const)('is loaded by %s, and waits no longer', async (way) => {
    const doorman = await manual()
    await doorman.save('B')
    expect(await doorman.revisions.reload(way)).toMatchObject({ changed: true, revision: 'B' })
    expect([doorman.deciding, doorman.isWaiting, doorman.revisions.waiting]).toEqual(['B', false, undefined])
  })

  test('waits no longer once it is again what decides, or a rollback takes its place', async () => {
    const doorman = await manual()
    await doorman.save('B')
    await doorman.save('A')
    expect([doorman.isWaiting, doorman.lines.at(-1)]).toEqual([
      false,
      'reload: The flow files were read again; nothing has changed.',
    ])
    await doorman.reload('B')
    await doorman.save('C')
    await doorman.rollback()
    expect([doorman.deciding, doorman.isWaiting]).toEqual(['A', false])
    await doorman.save('C')
    expect([doorman.deciding, doorman.isWaiting]).toEqual(['A', false])
    await doorman.save('D')
    expect([doorman.deciding, doorman.isWaiting]).toEqual(['A', true])
  })

  test('goes on waiting when its files are only touched while a rollback or a draft decides', async () => {
    const doorman = await manual()
    await doorman.reload('B')
    for (const request of [() => doorman.rollback(), () => doorman.draft('E')]) {
      await request()
      await doorman.save('D')
      const { waiting } = doorman.revisions
      expect(await doorman.save('D')).toMatchObject({ ok: false })
      expect(waiting).toMatchObject({ revision: 'D' })
      expect([doorman.revisions.waiting, doorman.isWaiting]).toEqual([waiting, true])
      await doorman.save('B')
    }
  })

  test('goes on waiting where a reload of it or of a draft is refused', async () => {
    const doorman = await manual()
    await doorman.save(broken('no'))
    expect(problemsOf(await doorman.reload())).toEqual(['no'])
    expect(problemsOf(await doorman.rollback(9))).toHaveLength(1)
    expect(await doorman.rollback(1)).toMatchObject({ ok: true, changed: false })
    expect(doorman.isWaiting).toBe(true)
  })
})

describe('with a limit for changes', () => {
  /** Each reload would move two of a hundred calls. */
  const limited = (maxChange: number) =>
    new FakeDoorman().start({
      maxChange,
      replay: async () => ({ share: 0.02, summary: '2 of 100 calls would change' }),
    })

  test('an automatic reload that exceeds it is refused and announced, and waits with diff and replay', async () => {
    const doorman = await limited(0.01)
    expect(await doorman.save('B')).toMatchObject({ ok: false })
    await doorman.save('B')
    expect([doorman.deciding, doorman.isWaiting, announcements(doorman)]).toEqual(['A', true, [REFUSED]])
    expect([doorman.prepared, doorman.swapped]).toEqual([['A'], ['A']])
    expect(doorman.revisions.waiting).toMatchObject({
      revision: 'B',
      problems: [{ code: 'reload.max_change' }],
      changes: [{ part: 'otherwise' }],
      replay: '2 of 100 calls would change',
    })
    expect(await doorman.reload('B', { maxChange: 1 })).toMatchObject({ ok: true, changed: true })
    expect(doorman.isWaiting).toBe(false)
  })

  test('a reload by command is refused as well, unless it brings a limit of its own', async () => {
    const doorman = await limited(0.01)
    expect(problemsOf(await doorman.reload('B'))).toHaveLength(1)
    expect(await doorman.reload('B', { maxChange: 0.02 })).toMatchObject({ ok: true })
    expect(problemsOf(await doorman.reload('C', { maxChange: 0 }))).toHaveLength(1)
  })

  test('one that keeps it is taken, with what the replay showed', async () => {
    const doorman = await limited(0.02)
    expect(await doorman.save('B')).toMatchObject({ ok: true, replay: '2 of 100 calls would change' })
  })

  test('a rollback always works', async () => {
    const doorman = await limited(0)
    await doorman.reload('B', { maxChange: 1 })
    expect(await doorman.rollback()).toMatchObject({ ok: true, revision: 'A' })
  })

  test('a reload is refused where the recorded calls cannot be read', async () => {
    const replay = async () => Promise.reject(new Error('The disk is full.'))
    const doorman = await new FakeDoorman().start({ maxChange: 0.01, replay })
    expect(problemsOf(await doorman.save('B'))).toEqual(['The disk is full.'])
    expect(doorman.isWaiting).toBe(true)
  })
})

test('code flows are loaded for calls only where a revision is taken, and one that cannot be refuses it', async () => {
  const problem = { file: 'a.ts', line: 1, column: 1, code: 'flows.function_load', message: 'no thread' }
  const prepared: string[] = []
  const prepare = async ({ id }: { readonly id: string }) => {
    prepared.push(id)
    return id === 'C' ? [problem] : []
  }
  const doorman = await new FakeDoorman().start({ prepare })
  await doorman.save('B')
  await doorman.save({ ...loaded('B'), ok: false, problems: [problem] })
  expect(problemsOf(await doorman.save('C'))).toEqual(['no thread'])
  expect([doorman.deciding, prepared]).toEqual(['B', ['A', 'B', 'C']])
})
