import { describe, expect, test } from '@jest/globals'
import { median, percentile, rounded, spreadOf } from './percentile.js'

describe('percentiles', () => {
  const hundred = Array.from({ length: 100 }, (_, at) => at + 1)

  test('are values that were measured: the smallest that the share does not exceed', () => {
    expect(percentile(hundred, 0.5)).toBe(50)
    expect(percentile(hundred, 0.99)).toBe(99)
    expect(percentile([7], 0.99)).toBe(7)
  })

  test('are told of values in any order, which stay as they are', () => {
    const values = [3, 1, 2]
    expect(spreadOf(values)).toEqual({ p50: 2, p90: 3, p99: 3, max: 3 })
    expect(values).toEqual([3, 1, 2])
  })

  test('of nothing are no numbers, rather than a time of nought', () => {
    expect(spreadOf([])).toEqual({ p50: Number.NaN, p90: Number.NaN, p99: Number.NaN, max: Number.NaN })
    expect(median([])).toBeNaN()
  })

  test('the median lies between the middle two of an even number', () => {
    expect(median([4, 1, 3])).toBe(3)
    expect(median([4, 1, 3, 2])).toBe(2.5)
  })

  test('are rounded for people', () => {
    expect(rounded(1.23456, 2)).toBe(1.23)
  })
})
