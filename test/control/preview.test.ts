import { expect, test } from '@jest/globals'
import { inTurn } from '../../src/control/running-control.js'

test('previews run one at a time, and those that wait for the same are one', async () => {
  const runs: (number | undefined)[] = []
  let running = 0
  const preview = inTurn(async (to?: number) => {
    expect(++running).toBe(1)
    const run = runs.push(to)
    await new Promise((resolve) => setTimeout(resolve, 5))
    running -= 1
    if (to === 9) throw new Error('it is not stored')
    return run
  })
  const first = preview()
  await Promise.resolve()
  const failing = expect(preview(9)).rejects.toThrow('it is not stored')
  const rest = Array.from({ length: 30 }, (_, at) => preview(at % 2 === 0 ? undefined : 1))
  await failing
  expect(await first).toBe(1)
  expect(await Promise.all(rest)).toEqual(rest.map((_, at) => (at % 2 === 0 ? 3 : 4)))
  expect(runs).toEqual([undefined, 9, undefined, 1])
  expect(await preview()).toBe(5)
})
