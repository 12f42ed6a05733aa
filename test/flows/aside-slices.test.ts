import { describe, expect, test } from '@jest/globals'
import { inSlices } from '../../src/flows/worker/slices.js'

/** Work of so many milliseconds, in steps of a tenth. */
function* busy(ms: number): Generator<void, string, undefined> {
  for (let step = 0; step < ms * 10; step++) {
    const until = performance.now() + 0.1
    while (performance.now() < until);
    yield
  }
  return 'done'
}

describe('work in slices', () => {
  test('lets others have their turn before it is done', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    expect(await inSlices(busy(50))).toBe('done')
    clearInterval(timer)
    expect(turns).toBeGreaterThan(2)
  })

  test('hands on what the work throws', async () => {
    function* broken(): Generator<void, void, undefined> {
      yield
      throw new Error('broken')
    }
    await expect(inSlices(broken())).rejects.toThrow('broken')
  })

  test('ends between two slices when it is told to', async () => {
    const stopping = new AbortController()
    const work = inSlices(busy(60_000), stopping.signal)
    setTimeout(() => stopping.abort(new Error('enough')), 5)
    await expect(work).rejects.toThrow('enough')
  })
})
