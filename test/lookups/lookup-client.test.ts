import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { LookupClient, type Values } from '../../src/lookups/lookup-client.js'
import type { Lookup } from '../../src/routing/outside-data.js'
import { lookupOf } from '../routing/support/make.js'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

/** A client whose source answers when the test says so. */
function lab(more: Partial<Lookup> = {}) {
  const asked: { readonly key: string; answer(values: Values): void; fail(why?: string): void }[] = []
  const breaker: string[] = []
  const client = new LookupClient(lookupOf('crm', more), {
    ask: (_lookup, key) => {
      const { promise, resolve, reject } = Promise.withResolvers<Values>()
      asked.push({ key: key.join(), answer: resolve, fail: (why = 'refused.') => reject(new Error(why)) })
      return promise
    },
    breakerChanged: (isOpen, reason) => breaker.push(isOpen ? `open: ${reason}` : 'closed'),
  })
  const later = (ms: number) => jest.advanceTimersByTimeAsync(ms)
  const ask = (key = 'a') => client.ask([key], 150)
  /** Asks and has it answered at once. */
  const answered = async (values: Values, key = 'a') => {
    const answer = ask(key)
    asked.at(-1)?.answer(values)
    return answer
  }
  const failed = async (key = 'a') => {
    const answer = ask(key)
    asked.at(-1)?.fail()
    return answer
  }
  return { client, asked, breaker, later, ask, answered, failed, recall: (key = 'a') => client.recall([key]) }
}

const GOLD = { tier: 'gold' }

describe('an answer', () => {
  test('is waited for, and then known', async () => {
    const { ask, asked, later, recall } = lab()
    const answer = ask()
    await later(100)
    asked[0]?.answer(GOLD)
    expect(await answer).toEqual({ result: 'fresh', values: GOLD, ageMs: 100, ms: 100 })
    expect([recall()?.result, recall('b')]).toEqual(['fresh', undefined])
  })

  test('is fresh, then stale and asked for again, then unknown', async () => {
    const { answered, asked, later, recall } = lab({ freshMs: 1_000, staleMs: 5_000 })
    await answered(GOLD)
    await later(1_000)
    expect(recall()).toEqual({ result: 'fresh', values: GOLD, ageMs: 1_000, ms: 0 })
    expect(asked).toHaveLength(1)
    await later(1)
    expect(recall()).toEqual({ result: 'stale', values: GOLD, ageMs: 1_001, ms: 0 })
    expect([recall()?.result, asked.length]).toEqual(['stale', 2])
    asked[1]?.answer({ tier: 'iron' })
    await later(0)
    expect(recall()).toEqual({ result: 'fresh', values: { tier: 'iron' }, ageMs: 0, ms: 0 })
    await later(5_001)
    expect(recall()).toBeUndefined()
  })

  test('that there is none is remembered for a time of its own', async () => {
    const { answered, later, recall } = lab({ missingMs: 1_000 })
    expect(await answered({})).toEqual({ result: 'missing', values: {}, ageMs: 0, ms: 0 })
    await later(1_000)
    expect(recall()?.result).toBe('missing')
    await later(1)
    expect(recall()).toBeUndefined()
  })

  test('after the deadline is late, and known to the next call', async () => {
    const { ask, asked, later, recall } = lab()
    const answer = ask()
    await later(150)
    expect(await answered(answer)).toBe('late: no answer within 150 ms (150)')
    asked[0]?.answer(GOLD)
    await later(0)
    expect(recall()?.result).toBe('fresh')
  })

  test('that fails is none, and the call does not wait on', async () => {
    expect(await answered(lab().failed())).toBe('failed: refused (0)')
  })

  test('is not waited for longer than the call has time', async () => {
    const { client, later } = lab()
    const answer = client.ask(['a'], 20)
    await later(20)
    expect(await answered(answer)).toBe('late: no answer within 20 ms (20)')
  })
})

async function answered(answer: ReturnType<LookupClient['ask']>): Promise<string> {
  const { result, why, ms } = await answer
  return `${result}: ${why} (${ms})`
}

describe('requests', () => {
  test('about one key are one, however many calls wait for it', async () => {
    const { ask, asked } = lab()
    const answers = [ask(), ask(), ask('b')]
    expect(asked.map(({ key }) => key)).toEqual(['a', 'b'])
    for (const { answer } of asked) answer(GOLD)
    expect((await Promise.all(answers)).map(({ result }) => result)).toEqual(['fresh', 'fresh', 'fresh'])
  })

  test('are as many at a time as the file allows; the others wait', async () => {
    const { ask, asked, later } = lab({ atMost: 2 })
    const answers = ['a', 'b', 'c', 'd'].map(ask)
    expect(asked).toHaveLength(2)
    asked[0]?.answer(GOLD)
    await later(0)
    expect(asked.map(({ key }) => key)).toEqual(['a', 'b', 'c'])
    asked[1]?.fail()
    await later(0)
    for (const { answer } of asked) answer(GOLD)
    expect((await Promise.all(answers)).map(({ result }) => result)).toEqual([
      ...['fresh', 'failed', 'fresh', 'fresh'],
    ])
  })

  test('end after two seconds, and make room for others', async () => {
    const { ask, asked, later } = lab({ atMost: 1 })
    void ask('a')
    void ask('b')
    await later(1_999)
    expect(asked).toHaveLength(1)
    await later(1)
    expect(asked.map(({ key }) => key)).toEqual(['a', 'b'])
  })

  test('keep answers only while there is room for them', async () => {
    const { answered, recall } = lab()
    const values = { tier: 'x'.repeat(1_000) }
    for (let key = 0; key < 10_000; key++) await answered(values, String(key))
    expect([recall('0'), recall('9999')?.result]).toEqual([undefined, 'fresh'])
  })
})

describe('the breaker', () => {
  test('opens after five failures in a row, and then no call waits', async () => {
    const { answered: known, ask, asked, breaker, failed, later } = lab()
    for (let at = 0; at < 4; at++) await failed()
    await known(GOLD, 'b')
    for (let at = 0; at < 5; at++) await failed()
    expect(breaker).toEqual(['open: refused'])
    expect(await answered(ask('c'))).toBe('failed: it is not asked for a while: refused (0)')
    expect(asked).toHaveLength(10)
    await later(4_999)
    expect(asked).toHaveLength(10)
  })

  test('tries the source every five seconds in the background, and closes when it answers', async () => {
    const { ask, asked, breaker, failed, later, recall } = lab()
    for (let at = 0; at < 5; at++) await failed()
    await later(5_000)
    expect(await answered(ask('b'))).toMatch(/^failed: .* \(0\)$/)
    expect(await answered(ask('c'))).toMatch(/^failed: .* \(0\)$/)
    expect(asked.slice(5).map(({ key }) => key)).toEqual(['b'])
    asked[5]?.fail()
    await later(5_000)
    await ask('d')
    asked[6]?.answer(GOLD)
    await later(0)
    expect([breaker, recall('d')?.result]).toEqual([['open: refused', 'closed'], 'fresh'])
    const answer = ask('e')
    asked[7]?.answer(GOLD)
    expect((await answer).result).toBe('fresh')
  })

  test('takes an answer after the deadline for a failure, once for all calls that wait for it', async () => {
    const { ask, asked, breaker, later } = lab()
    for (let at = 0; at < 4; at++) for (const key of ['a', 'a', 'a']) void ask(`${key}${at}`)
    await later(151)
    for (const { answer } of asked) answer(GOLD)
    await later(0)
    expect(breaker).toEqual([])
    void ask('b')
    await later(151)
    expect(breaker).toEqual(['open: no answer within 150 ms'])
  })

  test('has stale answers used while it is open', async () => {
    const { answered: known, asked, failed, later, recall } = lab({ freshMs: 1_000 })
    await known(GOLD)
    await later(1_001)
    for (let at = 0; at < 5; at++) await failed('b')
    expect([recall()?.result, asked.length]).toEqual(['stale', 6])
  })
})
