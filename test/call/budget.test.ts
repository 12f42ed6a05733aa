import { expect, test } from '@jest/globals'
import { Budget } from '../../src/call/budget.js'

test('a step has its own time while there is enough, then what is left, and always a moment', () => {
  let now = 1_000
  const budget = new Budget(1_700, () => now)
  expect([budget.spentMs, budget.atMost(600)]).toEqual([0, 600])
  now += 1_300
  expect([budget.spentMs, budget.atMost(600)]).toEqual([1_300, 400])
  now += 5_000
  expect(budget.atMost(600)).toBe(1)
})
