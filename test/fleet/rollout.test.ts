import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { FolderExchange } from '../../src/fleet/folder-exchange.js'
import { newKeys, signOrder } from '../../src/fleet/orders.js'
import { Publisher } from '../../src/fleet/publisher.js'
import { push, rollback } from '../../src/fleet/rollout.js'
import { readStatuses } from '../../src/fleet/status.js'
import { until } from '../support/until.js'
import { A, B, C, FakeMember, filesOf, keys } from './members.js'

const POLL_MS = 10
let folder = ''
const exchanges: FolderExchange[] = []
const members: FakeMember[] = []
const said: string[] = []
const exchange = (name: string) => {
  const made = new FolderExchange(folder, name, POLL_MS)
  exchanges.push(made)
  return made
}
const join_ = async (name: string, options: Parameters<typeof FakeMember.start>[2] = {}) => {
  const member = await FakeMember.start(name, exchange(name), options)
  members.push(member)
  const hasReported = async () => (await readStatuses(parts.exchange)).some((status) => status.name === name)
  await until(hasReported, `${name} to report`)
  return member
}
let parts: Parameters<typeof push>[0]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doorman-fleet-'))
  const publishing = exchange('publisher')
  const publisher = new Publisher(publishing, keys.privateKey, 'ann')
  parts = { exchange: publishing, publisher, say: (line) => void said.push(line), answerMs: 3_000 }
})
afterEach(async () => {
  await Promise.all(members.splice(0).map((member) => member.stop()))
  await Promise.all(exchanges.splice(0).map((one) => one.stop()))
  await rm(folder, { recursive: true })
  said.length = 0
})

const give = async (id: string, more: Partial<Parameters<typeof push>[1]> = {}) => {
  const content = await parts.publisher.upload(filesOf(id), id)
  const what = {
    content,
    rings: ['canary', 'rest'],
    maxChange: undefined,
    holdMs: 0,
    expiresMs: 60_000,
    ...more,
  }
  return push(parts, what)
}
const deciding = () => members.map(({ deciding }) => deciding)
const gone = { name: 'x', context: 'gone', extension: 's', priority: 1, turnAway: false } as const
const bad = { missingLocations: async () => [gone] }

test('a push gives each ring the revision, one after the other', async () => {
  await join_('berlin', { ring: 'canary' })
  await join_('munich')
  await join_('hamburg')
  expect(await give(B)).toEqual({
    ...{ ok: true, problem: null },
    rings: [
      { ring: 'canary', pbxs: ['berlin'] },
      { ring: 'rest', pbxs: ['berlin', 'hamburg', 'munich'] },
    ],
  })
  expect(deciding()).toEqual([B, B, B])
  expect(members[0]?.doorman.entries.at(-1)).toMatchObject({ way: 'fleet', by: 'ann', hash: B })
  expect(members[0]?.doorman.swapped).toEqual([A, B])
  const statuses = await readStatuses(parts.exchange)
  expect(statuses.map(({ name, revision, order }) => [name, revision, order?.isTaken])).toEqual([
    ['berlin', B, true],
    ['hamburg', B, true],
    ['munich', B, true],
  ])
})

test('a ring that refuses stops the push, and goes back; the others never had it', async () => {
  await join_('berlin', { ring: 'canary' })
  await join_('bonn', { ring: 'canary', doorman: bad })
  await join_('munich')
  expect(await give(B)).toMatchObject({
    ok: false,
    problem: expect.stringMatching(/^bonn refused it: .*no \[gone\] with extension s/),
  })
  expect(deciding()).toEqual([A, A, A])
  expect(members[2]?.doorman.swapped).toEqual([A])
  expect(said.at(-1)).toBe('Rolled back to what each had before the first push: ring canary.')
})

test('a PBX refuses what would move too many of its own recorded calls', async () => {
  const replay = async () => ({ share: 0.4, summary: '4 of 10 calls change' })
  await join_('berlin', { doorman: { replay } })
  expect(await give(B, { maxChange: 0.01 })).toMatchObject({
    problem: expect.stringContaining('4 of 10 calls change. That is 40%, and at most 1% may change'),
  })
  expect(deciding()).toEqual([A])
  expect(await give(B, { maxChange: 0.5 })).toMatchObject({ ok: true })
})

test.each([
  [
    'take the fallback',
    'fallback_error',
    2,
    'berlin 1 of 20 calls took the fallback (the last: fallback_error',
  ],
  ['are slow', 'routed', 900, 'berlin calls take 900 ms'],
])('a ring whose calls %s goes back', async (_what, outcome, ms, why) => {
  const berlin = await join_('berlin', { ring: 'canary' })
  await join_('munich')
  const pushed = give(B, { holdMs: 60_000 })
  await until(() => berlin.deciding === B)
  for (let count = 0; count < 20; count++) berlin.call(count === 7 ? outcome : 'routed', ms)
  await berlin.member.report()
  expect(await pushed).toMatchObject({ ok: false, problem: expect.stringContaining(why) })
  expect(deciding()).toEqual([A, A])
})

test('fallbacks under the revision before do not count against the new one', async () => {
  const berlin = await join_('berlin')
  for (let count = 0; count < 20; count++) berlin.call('fallback_error')
  expect(await give(B)).toMatchObject({ ok: true })
  expect(berlin.member.status).toMatchObject({
    calls: 0,
    fallbacks: 0,
    lastFallback: { outcome: 'fallback_error' },
  })
})

/** As after an outage of the exchange: it has not reported since. */
async function silence(pbx: FakeMember, ms = 40_000) {
  await pbx.leave()
  const before = Date.now() - ms
  await parts.exchange.put(`status/${pbx.name}`, JSON.stringify({ ...pbx.member.status, at: before }))
}

test.each([
  ['a moment', 40_000],
  ['days', 2 * 86_400_000],
])(
  'after an outage of %s a push waits for those that have not reported again, for its gates',
  async (_what, ms) => {
    await join_('berlin', { ring: 'canary' })
    const munich = await join_('munich', { ring: 'canary', doorman: bad })
    await silence(munich, ms)
    const pushed = give(B)
    await until(() => said.includes('Waits up to 15s for the report of munich.'), 'the push to wait')
    expect(deciding()).toEqual([A, A])
    await munich.join(exchange('munich'))
    expect(await pushed).toMatchObject({ ok: false, problem: expect.stringMatching(/^munich refused it/) })
    expect(said).toContain('Ring canary: 2 PBXs (berlin, munich)')
  },
)

test('a push goes on without those that are away, and names them', async () => {
  await join_('berlin')
  const munich = await join_('munich')
  await silence(munich)
  parts = { ...parts, reportMs: 50 }
  expect(await give(B)).toMatchObject({ ok: true })
  expect(said).toContain('Waits up to 50ms for the report of munich.')
  expect(said).toContain('Ring rest: 1 PBX (berlin); away, and takes it when it is back: munich')
})

test('nothing is pushed while all PBXs are away', async () => {
  const berlin = await join_('berlin', { ring: 'canary' })
  expect(await give(B)).toMatchObject({ ok: true })
  await silence(berlin)
  parts = { ...parts, reportMs: 50 }
  const orders = await parts.publisher.orders()
  expect(await give(C)).toEqual({
    ok: false,
    rings: [],
    problem: expect.stringMatching(/^Nothing was pushed/),
  })
  expect(await parts.publisher.orders()).toEqual(orders)
})

test('a PBX that says nothing stops the push', async () => {
  const berlin = await join_('berlin')
  await berlin.leave()
  parts = { ...parts, answerMs: 200 }
  const { problem } = await give(B)
  expect(problem).toBe('berlin did not say in 200ms whether it takes it.')
})

test('a push that a PBX does not believe says why it was not taken', async () => {
  const berlin = await join_('berlin')
  const publisher = new Publisher(parts.exchange, newKeys().privateKey, 'eve')
  parts = { ...parts, publisher, answerMs: 1_000 }
  const pushed = give(B)
  await until(async () => berlin.member.status.refusedOrders.length > 0, 'a refused order')
  await berlin.member.report()
  expect((await pushed).problem).toMatch(
    /^berlin did not say in 1s .*\. berlin: orders\/canary was not taken: its signature is not that/,
  )
})

test('a PBX that was away catches up with what its ring has, in one step', async () => {
  await join_('berlin')
  await give(B)
  await give(C)
  const munich = await join_('munich')
  await until(() => munich.deciding === C)
  expect(munich.doorman.swapped).toEqual([A, C])
})

test('a rollback brings all back, one step further each time, and to what was there before the fleet', async () => {
  await join_('berlin')
  await join_('munich')
  await give(B)
  await give(C)
  expect(await rollback(parts, 60_000)).toMatchObject({ ok: true })
  expect(deciding()).toEqual([B, B])
  expect(members[0]?.doorman.entries.at(-1)).toMatchObject({ way: 'rollback', rollbackOf: 2 })
  expect(await rollback(parts, 60_000)).toMatchObject({ ok: true })
  expect(deciding()).toEqual([A, A])
  expect(await rollback(parts, 60_000)).toBeUndefined()
})

test('the first order waits for the database, so that a rollback knows what was there before the fleet', async () => {
  let berlin: FakeMember | undefined
  let fails = true
  const revisions = async () => {
    if (fails) throw new Error('the disk is full')
    return [...(berlin?.doorman.entries ?? [])]
  }
  berlin = await join_('berlin', { store: { revisions, findCalls: async () => [] } })
  const content = await parts.publisher.upload(filesOf(B), B)
  const order = () =>
    parts.publisher.order(
      { ring: 'rest', content, isRollback: false, maxChange: undefined, earlier: [] },
      60_000,
    )
  await order()
  const isRefused = () => berlin?.member.status.refusedOrders[0]?.includes('the disk is full; it is tried')
  await until(() => isRefused() === true || berlin?.deciding === B, 'the order')
  fails = false
  await order()
  await until(() => berlin?.deciding === B, 'the order to be taken')
  expect(await rollback(parts, 60_000)).toMatchObject({ ok: true })
  expect(deciding()).toEqual([A])
})

test('a rollback after a push that ended in the middle brings the first rings back', async () => {
  await join_('berlin', { ring: 'canary' })
  await join_('munich')
  await give(B)
  await give(C, { rings: ['canary'] })
  expect(deciding()).toEqual([C, B])
  await rollback(parts, 60_000)
  expect(deciding()).toEqual([B, B])
})

test('a rollback needs no replay of calls', async () => {
  const replay = async () => ({ share: 1, summary: 'all calls change' })
  await join_('berlin', { doorman: { replay } })
  await give(B)
  members[0]?.doorman.entries.pop()
  await give(C)
  expect(await rollback(parts, 60_000)).toMatchObject({ ok: true })
  expect(deciding()).toEqual([B])
})

test('nothing that is not from the publisher, damaged, expired or older decides a call', async () => {
  const berlin = await join_('berlin')
  await give(B)
  const order = await readFile(join(folder, 'orders/rest'), 'utf8')
  await give(C)
  const refusedWith = async (text: string, why: string) => {
    await writeFile(join(folder, 'orders/rest'), text)
    await until(() => berlin.lines.some((line) => line.includes(why)), why)
    expect(berlin.deciding).toBe(C)
  }
  const content = await parts.publisher.upload(filesOf(A), A)
  const about = { sequence: Date.now() + 1_000, at: 1, by: 'eve', expires: Date.now() + 60_000 }
  const fresh = { kind: 'revision', ring: 'rest', isRollback: false, earlier: [], content, ...about } as const
  await refusedWith(signOrder(fresh, newKeys().privateKey), 'its signature is not that of the publisher')
  await refusedWith(signOrder(fresh, keys.privateKey).slice(0, -9), 'it is damaged')
  await refusedWith(signOrder({ ...fresh, expires: 2 }, keys.privateKey), 'it expired at 1970-01-01')
  // The second one that is good is the proof that the one before it, an old order, was read.
  await writeFile(join(folder, 'orders/rest'), order)
  await writeFile(join(folder, `files/${content.files}`), 'damaged')
  await refusedWith(signOrder(fresh, keys.privateKey), 'are not those that the publisher signed')
  expect(berlin.doorman.swapped).toEqual([A, B, C])
  expect(berlin.member.status.refusedOrders).toHaveLength(1)
})

test('a restart knows the newest order, and takes no older one', async () => {
  const berlin = await join_('berlin')
  await give(B)
  const old = await readFile(join(folder, 'orders/rest'), 'utf8')
  await give(C)
  await berlin.leave()
  await writeFile(join(folder, 'orders/rest'), old)
  await berlin.join(exchange('berlin'))
  await parts.publisher.order(
    { ring: 'other', content: null, isRollback: false, maxChange: undefined, earlier: [] },
    1,
  )
  // Both are read at once.
  await until(() => berlin.member.orders.has('other'), 'both orders')
  await berlin.member.report()
  expect(berlin.deciding).toBe(C)
  expect(berlin.member.status.order).toMatchObject({ revision: C, isTaken: true })
})

test('an order that was taken and expired since is neither refused nor forgotten by a restart', async () => {
  const berlin = await join_('berlin')
  const expiresMs = 1_000
  await give(B, { expiresMs })
  await sleep(expiresMs)
  await berlin.leave()
  await berlin.join(exchange('berlin'))
  await until(() => berlin.member.orders.size === 2, 'the orders of both rings')
  await berlin.member.report()
  expect(berlin.member.status.refusedOrders).toEqual([])
  expect(berlin.lines.filter((line) => line.startsWith('fleet_order_refused'))).toEqual([])
})

test('an order whose files come after it expired is not taken any more', async () => {
  const berlin = await join_('berlin')
  const content = { files: '0'.repeat(64), revision: B }
  const order = { ring: 'rest', content, isRollback: false, maxChange: undefined, earlier: [] }
  await parts.publisher.order(order, 1_500)
  const refusal = () => berlin.member.status.refusedOrders[0]
  await until(() => refusal()?.endsWith('it is tried again.') === true, 'the files to be missed')
  await sleep(1_500)
  await parts.publisher.order({ ...order, ring: 'other' }, 60_000)
  await until(() => refusal()?.includes('it expired at') === true, 'the order to be refused')
})

test('a PBX whose admin changed its files shows drift, and the next push takes it along', async () => {
  const berlin = await join_('berlin')
  await give(B)
  await berlin.doorman.reload(C)
  expect(berlin.member.health).toMatchObject({ drifts: true })
  expect(await give(A)).toMatchObject({ ok: true })
  expect([berlin.deciding, berlin.member.health.drifts]).toEqual([A, false])
})

test('only the publisher learns of calls, and only of the PBX that it asks', async () => {
  const record = JSON.stringify({ call: '1.1', sipCallId: 'x' })
  const findCalls = async () => [{ id: 3, record }]
  await join_('berlin', { store: { revisions: async () => [], findCalls } })
  expect(await parts.publisher.ask('berlin', '1.1', 3_000)).toEqual([
    { call: '1.1', sipCallId: 'x', number: 3 },
  ])
  const eve = new Publisher(parts.exchange, newKeys().privateKey, 'eve')
  await expect(eve.ask('berlin', '1.1', 3_000)).rejects.toThrow('its signature is not that of the publisher')
})
