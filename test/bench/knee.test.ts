import { describe, expect, test } from '@jest/globals'
import { findKnee, type KneeSearch } from './knee.js'

const SEARCH: KneeSearch = { from: 100, to: 2_000, resolution: 0.05, stride: 1.4 }

/** A system that holds short runs up to one rate, and whole ones up to another. */
function system(short: number, whole = short) {
  const tried: { readonly rate: number; readonly length: 'short' | 'whole' }[] = []
  const hold = async (rate: number, length: 'short' | 'whole') => {
    tried.push({ rate, length })
    return rate <= (length === 'short' ? short : whole)
  }
  return { tried, hold }
}

describe('the knee', () => {
  test.each([130, 260, 333, 500, 745, 1_200])(
    'is found near %i calls a second, and not above',
    async (limit) => {
      const knee = await findKnee(SEARCH, system(limit).hold)

      expect(knee).toBeLessThanOrEqual(limit)
      expect(knee).toBeGreaterThan(limit * 0.88)
    },
  )

  test('is a rate that was held for the whole time', async () => {
    const { tried, hold } = system(600, 480)
    const knee = await findKnee(SEARCH, hold)

    expect(knee).toBeLessThanOrEqual(480)
    expect(knee).toBeGreaterThan(480 * 0.88)
    expect(tried.at(-1)).toEqual({ rate: knee, length: 'whole' })
  })

  test('is not taken from short runs that a bad moment ended', async () => {
    const knee = await findKnee(SEARCH, system(330, 420).hold)

    expect(knee).toBeLessThanOrEqual(420)
    expect(knee).toBeGreaterThan(420 * 0.95)
  })

  test('is found in few runs', async () => {
    const { tried, hold } = system(520)
    await findKnee(SEARCH, hold)

    expect(tried.length).toBeLessThan(16)
  })

  test('is not missed where one run is disturbed', async () => {
    const { tried, hold } = system(520)
    const once = async (rate: number, length: 'short' | 'whole') =>
      (await hold(rate, length)) && tried.length !== 3

    expect(await findKnee(SEARCH, once)).toBeGreaterThan(520 * 0.88)
  })

  test('is 0 where not even the lowest rate holds', async () => {
    expect(await findKnee(SEARCH, system(20).hold)).toBe(0)
  })

  test('ends at the highest rate where everything holds', async () => {
    const knee = await findKnee(SEARCH, system(Number.POSITIVE_INFINITY).hold)

    expect(knee).toBeGreaterThan(2_000 / 1.4)
    expect(knee).toBeLessThanOrEqual(2_000)
  })
})
