import { expect, test } from '@jest/globals'
import { findSound } from './hearing.js'

/** The same noise each time. */
function noise(length: number, seed: number): Float32Array {
  let state = seed
  return Float32Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 30 - 1
  })
}

const sound = noise(500, 7)
const within = (at: number, part: Float32Array) => {
  const heard = new Float32Array(2_000)
  heard.set(part, at)
  return heard
}

test('a sound is found where it is, however loud', () => {
  const { at, likeness } = findSound(
    within(
      321,
      sound.map((sample) => sample * 0.1),
    ),
    sound,
  )
  expect([at, likeness]).toEqual([321, expect.closeTo(1)])
})

test.each([
  ['half of it', within(100, sound.subarray(250))],
  ['another one', within(100, noise(500, 8))],
  ['silence', new Float32Array(2_000)],
  ['less than it', new Float32Array(10)],
])('a sound is not in %s', (_what, heard) => {
  expect(findSound(heard, sound).likeness).toBeLessThan(0.8)
})
