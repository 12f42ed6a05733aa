import { hash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Exchange, type Key, list } from '../../src/fleet/exchange.js'
import { until } from '../support/until.js'

/** What every exchange does. @param open one for a PBX of this name, or for `publisher` */
export function exchangeContract(open: (name: string) => Promise<Exchange>): void {
  let publisher: Exchange
  let berlin: Exchange
  let munich: Exchange
  beforeAll(async () => {
    publisher = await open('publisher')
    await until(() => publisher.isUp, 'the publisher')
    ;[berlin, munich] = await Promise.all([open('berlin'), open('munich')])
    await until(() => berlin.isUp && munich.isUp, 'the PBXs')
  })
  afterAll(() => Promise.all([publisher, berlin, munich].map((exchange) => exchange.stop())))

  /** What a watch was told, as `key=value`. */
  async function watched(exchange: Exchange, prefix: Key) {
    const told: string[] = []
    const ended = new AbortController()
    await exchange.watch(prefix, (key, value) => void told.push(`${key}=${value}`), ended.signal)
    return { told, end: () => ended.abort(), has: (text: string) => until(() => told.includes(text), text) }
  }

  test('a watch is told what is there, and then what changes', async () => {
    await publisher.put('orders/rest', 'one')
    const { told, end, has } = await watched(berlin, 'orders/')
    expect(told).toEqual(['orders/rest=one'])
    await publisher.put('orders/10%', 'two')
    await publisher.put('orders/rest', 'three')
    await Promise.all([has('orders/10%=two'), has('orders/rest=three')])
    await publisher.put('orders/10%', '')
    await has('orders/10%=')
    end()
    await publisher.put('orders/rest', 'four')
    const { told: later } = await watched(munich, 'orders/')
    expect(later.filter((text) => !text.endsWith('='))).toEqual(['orders/rest=four'])
    expect(told).not.toContain('orders/rest=four')
  })

  test('of a value that changes often a watch is told the last one', async () => {
    const { has } = await watched(publisher, 'status/')
    for (let count = 0; count < 20; count++) await berlin.put('status/berlin', `${count}`)
    await has('status/berlin=19')
    expect(await list(munich, 'status/')).toEqual(new Map([['status/berlin', '19']]))
  })

  test('a watch hears of its own prefix alone', async () => {
    await berlin.put('memory/berlin/2b31', 'a')
    await munich.put('memory/munich/2b31', 'b')
    const { told } = await watched(publisher, 'memory/munich/')
    expect(told).toEqual(['memory/munich/2b31=b'])
    expect((await list(publisher, 'memory/')).size).toBe(2)
  })

  test('what is live is told to those who watch then, until they end it', async () => {
    await berlin.put('live/berlin', 'early')
    // The hub may take a moment to let a leaf node know of who watches.
    const hears = (told: readonly string[], value: string) =>
      until(async () => {
        await berlin.put('live/berlin', value)
        return told.includes(`live/berlin=${value}`)
      }, value)
    const { told, end } = await watched(munich, 'live/')
    await hears(told, 'a call')
    end()
    await hears((await watched(publisher, 'live/')).told, 'late')
    expect(told).not.toContain('live/berlin=late')
  })

  test('an empty prefix is told at once', async () => {
    expect(await list(berlin, 'overrides/nowhere/')).toEqual(new Map())
  })

  test.each([0, 1, 512 * 1024, 3_000_000])('a content of %i bytes comes back as it was', async (size) => {
    const content = randomBytes(size)
    const name = hash('sha256', content, 'hex')
    await publisher.putContent(name, content)
    expect(Buffer.from(await berlin.getContent(name)).equals(content)).toBe(true)
  })

  test('a PBX puts contents of its own, and replaces them, by shorter ones, too', async () => {
    for (const size of [1_200_000, 600_000, 1_100_000, 10, 0]) {
      const content = randomBytes(size)
      await munich.putContent('munich/gold', content)
      expect(Buffer.from(await berlin.getContent('munich/gold')).equals(content)).toBe(true)
    }
  })

  test('a content that is not there is an error', async () => {
    await expect(berlin.getContent('0'.repeat(64))).rejects.toThrow()
  })

  test('a question reaches the PBX that it is for, and its answer comes back', async () => {
    berlin.answer(async (question) => `berlin heard ${question}`)
    munich.answer(async (question) => `munich heard ${question}`)
    const asked = (pbx: string) => publisher.ask(pbx, 'Grüße', 5_000).catch(() => '')
    // Behind a leaf node it takes a moment until it can be asked.
    for (const pbx of ['munich', 'berlin'])
      await until(async () => (await asked(pbx)) === `${pbx} heard Grüße`, pbx)
    await expect(publisher.ask('hamburg', 'x', 500)).rejects.toThrow()
  })
}
