import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { SpareTime } from '../../src/observability/spare-time.js'

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }))
afterEach(() => void jest.useRealTimers())

describe('work in spare time', () => {
  test('is done later, together and in its order', async () => {
    const spare = new SpareTime(
      async () => undefined,
      () => 0,
    )
    const done: number[] = []
    for (const at of [1, 2, 3]) spare.add(() => void done.push(at))
    expect(done).toEqual([])
    await jest.advanceTimersByTimeAsync(100)
    expect(done).toEqual([1, 2, 3])
  })

  test('makes room for calls where it takes long, and goes on', async () => {
    let time = 0
    const spare = new SpareTime(
      async () => undefined,
      () => time,
    )
    let done = 0
    const slow = () => {
      time += 1.5
      done += 1
    }
    for (let at = 0; at < 6; at++) spare.add(slow)
    await jest.advanceTimersByTimeAsync(100)
    expect(done).toBeLessThan(6)
    await jest.advanceTimersByTimeAsync(20)
    expect(done).toBe(6)
  })

  test('waits for a lull, and is then done with all that has come meanwhile', async () => {
    let begin = () => {}
    const spare = new SpareTime(
      () => new Promise((resolve) => (begin = resolve)),
      () => 0,
    )
    const done: number[] = []
    spare.add(() => void done.push(1))
    jest.advanceTimersByTime(100)
    spare.add(() => void done.push(2))
    jest.advanceTimersByTime(100)
    expect(done).toEqual([])
    begin()
    await Promise.resolve()
    expect(done).toEqual([1, 2])
  })

  test('is done once, where the end comes in the middle of a wait', async () => {
    let begin = () => {}
    const spare = new SpareTime(() => new Promise((resolve) => (begin = resolve)))
    let done = 0
    spare.add(() => void done++)
    jest.advanceTimersByTime(100)
    spare.finish()
    begin()
    await Promise.resolve()
    expect(done).toBe(1)
  })

  test('is done at once at the end', () => {
    const spare = new SpareTime(async () => undefined)
    let done = 0
    spare.add(() => void done++)
    spare.finish()
    jest.advanceTimersByTime(1_000)
    expect(done).toBe(1)
  })
})
