import { expect, test } from '@jest/globals'
import { KnownPlaces } from '../../src/call/known-places.js'

const PLACE = { context: 'sales', extension: 's', priority: 1 }

test('a place that was there counts as there for ten seconds, then is asked for while it still counts', async () => {
  let now = 0
  let answer = false
  let asked = 0
  const places = new KnownPlaces(() => now)
  const has = () =>
    places.has(PLACE, async () => {
      asked += 1
      return answer
    })

  expect([await has(), await has(), asked]).toEqual([false, false, 2])
  answer = true
  expect([await has(), await has(), asked]).toEqual([true, true, 3])
  now = 10_001
  answer = false
  expect([await has(), asked]).toEqual([true, 4])
  // What the answer was counts from then on.
  await new Promise((resolve) => setImmediate(resolve))
  expect([await has(), asked]).toEqual([false, 5])
  answer = true
  expect([await has(), asked]).toEqual([true, 6])
  now += 60_001
  answer = false
  expect([await has(), asked]).toEqual([false, 7])
})

test('calls that come at once ask once for the place that they share', async () => {
  const places = new KnownPlaces()
  let asked = 0
  const all = Array.from({ length: 50 }, () => places.has(PLACE, async () => ++asked > 0))
  expect(await Promise.all(all)).toEqual(Array(50).fill(true))
  expect(asked).toBe(1)
})

test('an answer that never came is asked for again', async () => {
  const places = new KnownPlaces()
  await expect(places.has(PLACE, () => Promise.reject(new Error('gone')))).rejects.toThrow('gone')
  expect(await places.has(PLACE, async () => true)).toBe(true)
})

test('a thousand places are known and no more, whatever callers dial', async () => {
  const places = new KnownPlaces(() => 0)
  let asked = 0
  const has = (extension: number) =>
    places.has({ ...PLACE, extension: String(extension) }, async () => ++asked > 0)
  for (let dialled = 0; dialled <= 1_000; dialled++) await has(dialled)
  expect(asked).toBe(1_001)
  // The newest is known still; the first had to make room.
  await has(1_000)
  expect(asked).toBe(1_001)
  await has(0)
  expect(asked).toBe(1_002)
})
