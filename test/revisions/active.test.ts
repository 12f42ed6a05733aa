import { describe, expect, test } from '@jest/globals'
import { ActiveRevisions } from '../../src/revisions/active.js'
import { revision } from './fakes.js'

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
