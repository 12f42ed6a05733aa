import { describe, expect, test } from '@jest/globals'
import { type KneeSearch, Ladder, nearKnee } from './knee.js'

const SEARCH: KneeSearch = { from: 100, to: 2_000, resolution: 0.05, stride: 1.4 }

/** A system that holds runs up to one rate. */
function system(limit: number) {
  const tried: number[] = []
  const hold = async (rate: number) => {
    tried.push(rate)
    return rate <= limit
  }
  return { tried, hold }
}

describe('where the knee may be', () => {
  test.each([130, 260, 333, 500, 745, 1_200])(
    'is found near %i calls a second, and not above',
    async (limit) => {
      const near = await nearKnee(SEARCH, system(limit).hold)

      expect(near).toBeLessThanOrEqual(limit)
      expect(near).toBeGreaterThan(limit * 0.88)
    },
  )

  test('is found in few runs', async () => {
    const { tried, hold } = system(520)
    await nearKnee(SEARCH, hold)

    expect(tried.length).toBeLessThan(16)
  })

  test('is not missed where one run is disturbed', async () => {
    const { tried, hold } = system(520)
    const once = async (rate: number) => (await hold(rate)) && tried.length !== 3

    expect(await nearKnee(SEARCH, once)).toBeGreaterThan(520 * 0.88)
  })

  test('is 0 where no rate holds', async () => {
    expect(await nearKnee(SEARCH, system(0).hold)).toBe(0)
  })

  test('ends at the highest rate where everything holds', async () => {
    const near = await nearKnee(SEARCH, system(Number.POSITIVE_INFINITY).hold)

    expect(near).toBeGreaterThan(2_000 / 1.4)
    expect(near).toBeLessThanOrEqual(2_000)
  })
})

describe('the knee', () => {
  /** Each run holds where the limit of its round allows it. */
  function climbed(near: number, limits: readonly number[]): Ladder {
    const ladder = new Ladder(near, 0.05)
    for (const limit of limits) ladder.take(ladder.rate <= limit)
    return ladder
  }
  const rounds = (limit: number) => Array<number>(8).fill(limit)

  test.each([380, 430, 500, 560, 620])('is found from 500 calls a second at %i', (limit) => {
    const { knee } = climbed(500, rounds(limit))

    expect(knee).toBeLessThanOrEqual(limit)
    expect(knee).toBeGreaterThan(limit * 0.93)
  })

  test('is what held more often than not, when one round was a good one', () => {
    const { knee } = climbed(500, [500, 560, 500, 500, 500, 500, 500, 500])

    expect(knee).toBe(500)
  })

  test('is 0 where nothing held', () => {
    expect(climbed(500, rounds(10)).knee).toBe(0)
    expect(new Ladder(500, 0.05).knee).toBe(0)
  })
})
