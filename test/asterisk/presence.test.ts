import { describe, expect, test } from '@jest/globals'
import { Presence } from '../../src/asterisk/ari/presence.js'

const LONG_MS = 60_000

/** Whether it is over before the event loop has gone round a few times, which takes no timer. */
async function isOver(lull: Promise<void>): Promise<boolean> {
  let over = false
  void lull.then(() => {
    over = true
  })
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
  return over
}

describe('a lull', () => {
  test('is at once where nobody is here', async () => {
    expect(await isOver(new Presence().lull(LONG_MS))).toBe(true)
  })

  test('is not while somebody is here, nor just after the last one left', async () => {
    const presence = new Presence()
    presence.enters('first')
    presence.enters('second')
    const lull = presence.lull(LONG_MS)
    presence.leaves('first')
    expect(await isOver(lull)).toBe(false)
    const left = performance.now()
    presence.leaves('second')
    await lull
    expect(performance.now() - left).toBeGreaterThanOrEqual(3)
  })

  test('is told to all who wait for it, each in time', async () => {
    const presence = new Presence()
    presence.enters('first')
    const order: number[] = []
    const waits = [200, 30, LONG_MS].map(async (ms) => {
      await presence.lull(ms)
      order.push(ms)
    })
    await waits[1]
    expect(order).toEqual([30])
    presence.leaves('first')
    await Promise.all(waits)
    expect(order).toEqual([30, 200, LONG_MS])
  })

  test('is waited for no longer than the time given', async () => {
    const presence = new Presence()
    presence.enters('a channel that stays')
    const begin = performance.now()
    await presence.lull(30)
    expect(performance.now() - begin).toBeGreaterThanOrEqual(30)
  })
})
