import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { movedAmong } from '../../src/revisions/diff/moved.js'

const moved = (...places: readonly number[]) => [...movedAmong(places)].map((at) => places[at])

describe('what has moved', () => {
  test('is as little as possible', () => {
    expect(moved()).toEqual([])
    expect(moved(0, 1, 2)).toEqual([])
    expect(moved(3, 0, 1, 2)).toEqual([3])
    expect(moved(1, 2, 3, 0)).toEqual([0])
    expect(moved(0, 5, 1, 2, 4, 3)).toHaveLength(2)
  })

  test('leaves a rest that stands in its old order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1000)), (places) => {
        const rest = places.filter((_, at) => !movedAmong(places).has(at))
        expect(rest).toEqual([...rest].sort((a, b) => a - b))
        expect(rest.length).toBeGreaterThanOrEqual(Math.min(1, places.length))
      }),
    )
  })
})
