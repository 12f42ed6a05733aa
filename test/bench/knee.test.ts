import { describe, expect, test } from '@jest/globals'
import { findKnee } from './knee.js'

/** A system that holds runs up to one rate. */
function system(limit: number) {
  let renewed = 0
  const steps = {
    hold: async (rate: number) => rate <= limit,
    renew: async () => {
      renewed += 1
    },
  }
  return { steps, renewals: () => renewed }
}

describe('the search for the knee', () => {
  test.each([130, 400, 520, 745, 1_400])('finds %i calls a second within 5 %%', async (limit) => {
    const knee = await findKnee(500, system(limit).steps)

    expect(knee).toBeLessThanOrEqual(limit)
    expect(knee).toBeGreaterThan(limit * 0.94)
  })

  test('begins anew after each rate that was too high from the start', async () => {
    const { steps, renewals } = system(200)
    await findKnee(500, steps)

    expect(renewals()).toBeGreaterThan(0)
  })

  test('is 0 where no rate holds', async () => {
    expect(await findKnee(500, system(0).steps)).toBe(0)
  })
})
