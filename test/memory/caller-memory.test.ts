import { describe, expect, test } from '@jest/globals'
import { CallerMemory } from '../../src/memory/caller-memory.js'
import { contextOf } from '../../src/routing/context-of.js'
import {
  type CallerRow,
  type CallerUpdate,
  MOST_CALLERS,
  MOST_CALLS,
  remember,
} from '../../src/store/callers.js'
import { openDatabase, transaction } from '../../src/store/database.js'
import { AT, call, routingOf, trusting } from '../routing/support/make.js'
import { inDataFolder, withStore } from '../store/open-store.js'

const NOW = AT.getTime()
const DAY_MS = 86_400_000
const policy = { keep: new Set(['language', 'agent']), forMs: 90 * DAY_MS, attestation: undefined }
const routing = routingOf({ trust: trusting({ 'carrier-a': ['caller_number'] }), memory: policy })
const NUMBER = '+15551234567'

function update(parts: Partial<CallerUpdate> = {}): CallerUpdate {
  return { caller: NUMBER, at: NOW - 60_000, forMs: policy.forMs, call: '1.1', values: {}, ...parts }
}

/** A memory over a database that is not there, and what it wrote. */
async function inMemory(rows: readonly CallerRow[] = []) {
  const written: CallerUpdate[] = []
  const limits: number[] = []
  const pages = [rows, []]
  const store = {
    callers: async () => pages.shift() ?? [],
    remember: (one: CallerUpdate) => void written.push(one),
    limitCallers: async (forMs: number) => void limits.push(forMs),
  }
  const memory = new CallerMemory(store, (number) => `of ${number}`)
  return { memory, written, limits }
}

const context = (parts: Parameters<typeof call>[0] = {}, at = AT, rules = routing) =>
  contextOf(call({ from: NUMBER, ...parts }), rules, at)

describe('what is remembered of a caller', () => {
  test('is that of the last call: a value stays until another one comes, or an empty one', async () => {
    const { memory } = await inMemory()
    await memory.load()
    memory.add(update({ values: { language: 'de', agent: 1007 } }))
    memory.add(update({ call: '1.2', at: NOW - 30_000, values: { agent: null } }))
    const known = { values: { language: 'de' }, calls: [NOW - 60_000, NOW - 30_000] }
    expect(memory.lookUp(context(), '1.3')).toEqual(known)
  })

  test('is nothing of a caller who did not call, and not known of one whose number does not count', async () => {
    const { memory } = await inMemory()
    await memory.load()
    memory.add(update({ values: { language: 'de' } }))
    expect(memory.lookUp(context({ from: '+15550000000' }), '1.3')).toEqual({ values: {}, calls: [] })
    expect(memory.lookUp(context({ trunk: 'carrier-b' }), '1.3')).toBeUndefined()
  })

  test('counts a call once that comes back, and not as an earlier one of its own', async () => {
    const { memory } = await inMemory()
    await memory.load()
    memory.add(update())
    memory.add(update({ at: NOW - 59_000 }))
    expect(memory.lookUp(context(), '1.1')).toEqual({ values: {}, calls: [] })
    expect(memory.lookUp(context(), '1.2')).toEqual({ values: {}, calls: [NOW - 60_000] })
  })

  test('ends with the time, also one that was shortened, and with a key that is no longer kept', async () => {
    const { memory } = await inMemory()
    await memory.load()
    memory.add(update({ values: { language: 'de', agent: 'ann' } }))
    const later = (days: number) => new Date(NOW - 60_000 + days * DAY_MS)
    const shorter = { ...routing, memory: { ...policy, forMs: 30 * DAY_MS, keep: new Set(['agent']) } }
    expect(memory.lookUp(context({}, later(89.9)), '')?.values).toEqual({ language: 'de', agent: 'ann' })
    expect(memory.lookUp(context({}, later(90)), '')).toEqual({ values: {}, calls: [] })
    expect(memory.lookUp(context({}, later(29.9), shorter), '')?.values).toEqual({ agent: 'ann' })
    expect(memory.lookUp(context({}, later(30), shorter), '')).toEqual({ values: {}, calls: [] })
  })

  test(`is the last ${MOST_CALLS} calls at the most`, async () => {
    let caller = remember(undefined, update({ values: { agent: 1 } }))
    for (let n = 0; n < 30; n++) caller = remember(caller, update({ call: `2.${n}`, at: NOW + n }))
    expect(caller.calls).toHaveLength(MOST_CALLS)
    expect(caller.calls.at(-1)).toEqual([NOW + 29, '2.29'])
    expect(caller).toMatchObject({ at: NOW + 29, expires: NOW + 29 + policy.forMs, values: { agent: 1 } })
  })

  test('is unknown until the callers are loaded; what comes before is added then', async () => {
    const memory = JSON.stringify(remember(undefined, update({ values: { language: 'de' } })))
    const row = { caller: `of ${NUMBER}`, memory }
    const { memory: callers, written } = await inMemory([row])
    callers.add(update({ call: '1.2', values: { agent: 7 } }))
    expect([callers.lookUp(context(), '1.3'), written]).toEqual([undefined, []])
    await callers.load()
    expect(callers.lookUp(context(), '1.3')?.values).toEqual({ language: 'de', agent: 7 })
    expect(written).toEqual([expect.objectContaining({ caller: `of ${NUMBER}`, call: '1.2' })])
  })

  test('is nothing where the row is damaged, and grows anew', async () => {
    const { memory } = await inMemory([{ caller: `of ${NUMBER}`, memory: '{"at": 1, "expi' }])
    await memory.load()
    expect(memory.lookUp(context(), '1.3')).toEqual({ values: {}, calls: [] })
    expect(memory.get(`of ${NUMBER}`)).toBeUndefined()
    memory.add(update({ values: { language: 'de' } }))
    expect(memory.lookUp(context(), '1.3')?.values).toEqual({ language: 'de' })
  })

  test('is told to the database, and how long by the revision that decides alone', async () => {
    const { memory, written, limits } = await inMemory()
    await memory.load()
    memory.decideBy(routing)
    // A call that comes back on an earlier revision.
    for (const forMs of [5, policy.forMs, 3]) memory.add(update({ forMs }))
    memory.decideBy({ memory: { ...policy, forMs: 7 } })
    memory.decideBy({ memory: undefined })
    expect([written.length, limits]).toEqual([3, [policy.forMs, 7]])
  })

  test('is forgotten by the number, also before the callers are loaded', async () => {
    const stored = JSON.stringify(remember(undefined, update({ values: { language: 'de' } })))
    const { memory } = await inMemory([{ caller: `of ${NUMBER}`, memory: stored }])
    memory.add(update({ values: { language: 'de' } }))
    memory.forget(NUMBER, [])
    await memory.load()
    expect(memory.lookUp(context(), '1.3')).toEqual({ values: {}, calls: [] })
    memory.add(update({ values: { language: 'de' } }))
    memory.forget(NUMBER, [])
    expect(memory.lookUp(context(), '1.3')?.values).toEqual({})
  })
})

test('a hundred thousand callers are loaded after a restart, the latest first, and those before them go', () =>
  inDataFolder(async (folder) => {
    const many = MOST_CALLERS + 1_000
    const at = (n: number) => Date.now() - (many - n) * 1_000
    const database = openDatabase(folder)
    const insert = database.prepare('INSERT INTO callers VALUES (?, ?, ?, ?)')
    transaction(database, () => {
      for (let n = 0; n < many; n++) {
        const caller = remember(undefined, update({ at: at(n), values: { agent: n } }))
        insert.run(`+1${n}`, caller.at, caller.expires, JSON.stringify(caller))
      }
    })
    database.close()
    await withStore(folder, async (store) => {
      const memory = new CallerMemory(store, (number) => number)
      await memory.load()
      const agentOf = (n: number) => memory.lookUp(context({ from: `+1${n}` }, new Date()), '')?.values.agent
      expect([agentOf(0), agentOf(999), agentOf(1_000), agentOf(many - 1)]).toEqual([
        ...[undefined, undefined, 1_000, many - 1],
      ])
      memory.add(update({ caller: '+2', at: Date.now() }))
      expect([agentOf(1_000), agentOf(1_001)]).toEqual([undefined, 1_001])
    })
  }))
