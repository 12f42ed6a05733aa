import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { SpareTime } from '../../src/ops/spare-time.js'

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }))
afterEach(() => void jest.useRealTimers())

describe('work in spare time', () => {
  test('is done later, together and in its order', () => {
    const spare = new SpareTime(() => 0)
    const done: number[] = []
    for (const at of [1, 2, 3]) spare.add(() => void done.push(at))
    expect(done).toEqual([])
    jest.advanceTimersByTime(100)
    expect(done).toEqual([1, 2, 3])
  })

  test('makes room for calls where it takes long, and goes on', () => {
    let time = 0
    const spare = new SpareTime(() => time)
    let done = 0
    const slow = () => {
      time += 1.5
      done += 1
    }
    for (let at = 0; at < 6; at++) spare.add(slow)
    jest.advanceTimersByTime(100)
    expect(done).toBeLessThan(6)
    jest.advanceTimersByTime(20)
    expect(done).toBe(6)
  })

  test('is done at once at the end', () => {
    const spare = new SpareTime()
    let done = 0
    spare.add(() => void done++)
    spare.finish()
    jest.advanceTimersByTime(1_000)
    expect(done).toBe(1)
  })
})
