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
    for (let at = 0; at < 4; at++) spare.add(slow)
    jest.advanceTimersByTime(100)
    expect(done).toBeLessThan(4)
    jest.advanceTimersByTime(20)
    expect(done).toBe(4)
  })

  test('waits for more while much comes, for a second at most', () => {
    const spare = new SpareTime(() => 0)
    const done: number[] = []
    const add = (count: number) => {
      for (let at = 0; at < count; at++) spare.add(() => void done.push(at))
    }
    for (let tenth = 0; tenth < 9; tenth++) {
      add(6)
      jest.advanceTimersByTime(100)
    }
    expect(done).toHaveLength(0)
    add(6)
    jest.advanceTimersByTime(100)
    expect(done).toHaveLength(60)
    add(60)
    jest.advanceTimersByTime(100)
    expect(done).toHaveLength(60)
    add(60)
    jest.advanceTimersByTime(100)
    expect(done).toHaveLength(180)
  })

  test('waits no longer than once more for what came all together', () => {
    const spare = new SpareTime(() => 0)
    let done = 0
    for (let at = 0; at < 20; at++) spare.add(() => void done++)
    jest.advanceTimersByTime(200)
    expect(done).toBe(20)
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
