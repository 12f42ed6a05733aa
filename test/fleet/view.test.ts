import { afterEach, expect, jest, test } from '@jest/globals'
import { type Exchange, list } from '../../src/fleet/exchange.js'
import type { RevisionOrder } from '../../src/fleet/orders.js'
import { type MemberStatus, readStatus } from '../../src/fleet/status.js'
import { fleetReader, viewOf } from '../../src/fleet/view.js'
import { A, B } from './members.js'

afterEach(() => void jest.useRealTimers())

const status = (name: string, more: Partial<MemberStatus> = {}): MemberStatus => ({
  ...{ name, ring: 'rest', version: '1', at: Date.now(), isReady: true, revision: A, since: 1, order: null },
  ...{
    isDrained: false,
    refusedOrders: [],
    calls: 0,
    fallbacks: 0,
    p99: 1,
    activeCalls: 0,
    lastFallback: null,
  },
  ...more,
})
const taken = (sequence: number): MemberStatus['order'] => ({
  ...{ sequence, revision: B, isTaken: true, problems: [], replay: null },
})

/** An exchange with one PBX, and how many watches are on. */
function fakeExchange() {
  const fake = { isUp: true, answers: true, problem: '', watches: 0 }
  const watch: Exchange['watch'] = async (_prefix, changed, ended) => {
    fake.watches += 1
    ended?.addEventListener('abort', () => void fake.watches--)
    if (fake.answers) changed('status/munich', JSON.stringify(status('munich')))
    else await new Promise(() => undefined)
  }
  return Object.assign(fake, { watch })
}

test('a list leaves no watch, also where the exchange does not answer', async () => {
  const exchange = fakeExchange()
  expect((await list(exchange, 'status/')).size).toBe(1)
  exchange.answers = false
  jest.useFakeTimers()
  const listed = expect(list(exchange, 'status/')).rejects.toThrow('no answer within')
  await jest.advanceTimersByTimeAsync(10_000)
  await listed
  expect(exchange.watches).toBe(0)
})

test('a PBX with an older Doorman, which does not say whether it is drained, is listed', () => {
  const { isDrained: _, ...older } = status('munich')
  expect(readStatus('munich', JSON.stringify(older))).toEqual({ ...older, isDrained: false })
})

test('while the exchange is away a PBX shows itself as it is and the others as they were, without a watch', async () => {
  const exchange = fakeExchange()
  const member = { status: status('berlin'), orders: new Map(), reportedAt: 1_800_000_000_000 }
  const view = fleetReader(exchange, member)
  expect((await view()).missing).toBeNull()
  const readAt = Date.now()
  jest.useFakeTimers({ now: readAt + 60_000 })
  Object.assign(exchange, { isUp: false, answers: false, problem: 'ECONNREFUSED' })
  member.status = status('berlin', { revision: B })
  const seen = await Promise.all(Array.from({ length: 100 }, view))
  expect(exchange.watches).toBe(0)
  expect(seen[99]?.missing).toMatchObject({ since: 1_800_000_000_000, why: 'ECONNREFUSED' })
  // Neither was away when they were read.
  expect(seen[99]?.missing?.readAt).toBeCloseTo(readAt, -4)
  expect(seen[99]?.pbxs.map(({ isAway }) => isAway)).toEqual([false, false])
  expect(seen[99]?.pbxs.map(({ name, revision }) => [name, revision])).toEqual([
    ['berlin', B],
    ['munich', A],
  ])
})

const order = (sequence: number, more: Partial<RevisionOrder> = {}): RevisionOrder => ({
  ...{ kind: 'revision', ring: 'canary', sequence, at: 1, expires: 9e15, by: 'ann', isRollback: false },
  ...{
    content: { files: '', revision: B },
    earlier: [],
    push: { rings: ['canary', 'rest'], holdMs: 60_000 },
  },
  ...more,
})
const atRest = { ring: 'rest' }
const canary = (more: Partial<MemberStatus> = {}) => status('berlin', { ring: 'canary', ...more })
const just = { order: taken(2), since: Date.now() }

test.each<[string, MemberStatus, readonly RevisionOrder[], object]>([
  ['has not answered', canary(), [order(2)], { state: 'asked', have: 0, next: ['rest'] }],
  ['just took it', canary(just), [order(2)], { state: 'watched', until: just.since + 60_000 }],
  ['took it long ago', canary({ order: taken(2) }), [order(2)], { state: 'passed', next: ['rest'] }],
  ['is away', canary({ at: 1 }), [order(2)], { state: 'passed', have: 0 }],
  ['is slow', canary({ ...just, calls: 99, p99: 900 }), [order(2)], { state: 'failed' }],
  ['had it before the others', canary(just), [order(2), order(3, atRest)], { state: 'passed', next: [] }],
  ['went back', canary(just), [order(2, { isRollback: true, why: 'slow' })], { state: 'rolledBack' }],
])('a ring whose PBX %s', (_what, pbx, orders, expected) => {
  const all = new Map(orders.map((one) => [one.ring, one]))
  expect(viewOf([pbx], all).rings[0]).toMatchObject({ ring: 'canary', pbxs: 1, ...expected })
})
