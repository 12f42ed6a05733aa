import { describe, expect, test } from '@jest/globals'
import { RATE, telephoneSound } from '../../src/speech/telephone-sound.js'

/** So many seconds of tones, each with its frequency and its level. */
function tones(seconds: number, rate: number, ...all: readonly (readonly [hertz: number, level: number])[]) {
  return new Float32Array(seconds * rate).map((_, at) =>
    all.reduce((sum, [hertz, level]) => sum + level * Math.sin((2 * Math.PI * hertz * at) / rate), 0),
  )
}

const joined = (...parts: readonly Float32Array[]) => Float32Array.from(parts.flatMap((part) => [...part]))
const rms = (samples: Float32Array) =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length)

/** How strong a frequency is in the middle of a sound, as its amplitude. */
function strength(samples: Float32Array, hertz: number): number {
  const middle = samples.subarray(400, 400 + 6_400)
  const turn = (at: number) => (2 * Math.PI * hertz * at) / RATE
  const cos = middle.reduce((sum, sample, at) => sum + sample * Math.cos(turn(at)), 0)
  const sin = middle.reduce((sum, sample, at) => sum + sample * Math.sin(turn(at)), 0)
  return (2 * Math.hypot(cos, sin)) / middle.length
}

describe('the sound that a caller hears', () => {
  test.each([8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000])(
    'has at %i Hz what a telephone carries, as strong as it was',
    (rate) => {
      const sound = telephoneSound(tones(1, rate, [500, 0.1], [1_500, 0.1], [3_000, 0.1]), rate)
      const [low, middle, high] = [500, 1_500, 3_000].map((hertz) => strength(sound, hertz)) as [
        number,
        number,
        number,
      ]
      expect(middle / low).toBeCloseTo(1, 1)
      expect(high / low).toBeCloseTo(1, 1)
      expect(sound.length).toBeCloseTo(RATE + 480, -2)
    },
  )

  test.each([16_000, 22_050, 48_000])(
    'has nothing at %i Hz of what a telephone does not carry, also mirrored',
    (rate) => {
      // 5 kHz would be heard at 3 kHz.
      const sound = telephoneSound(tones(1, rate, [1_000, 0.1], [5_000, 0.1]), rate)
      expect(strength(sound, 3_000) / strength(sound, 1_000)).toBeLessThan(0.003)
    },
  )

  test('begins and ends with its speech', () => {
    const silence = new Float32Array(RATE)
    const sound = telephoneSound(joined(silence, tones(1, RATE, [440, 0.3]), silence), RATE)
    expect(sound.length / RATE).toBeCloseTo(1 + 0.02 + 0.06, 2)
    expect(rms(sound.subarray(0, 80))).toBe(0)
    expect(rms(sound.subarray(200, 280))).toBeGreaterThan(0.05)
  })

  test('is always as loud, and pauses in it do not count', () => {
    const [quiet, loud] = [0.01, 0.9].map((level) => telephoneSound(tones(1, RATE, [440, level]), RATE))
    const speech = tones(1, RATE, [440, 0.3])
    const paused = telephoneSound(joined(speech, new Float32Array(2 * RATE), speech), RATE)
    for (const sound of [quiet, loud, paused])
      expect(rms(sound?.subarray(400, 6_400) ?? new Float32Array())).toBeCloseTo(0.112, 2)
  })

  test('is never so loud that it is cut', () => {
    const clicks = tones(1, RATE, [440, 0.02]).map((sample, at) => (at % 800 === 0 ? 0.9 : sample))
    expect(Math.max(...telephoneSound(clicks, RATE))).toBeCloseTo(0.95, 5)
  })

  test.each([
    ['nothing', new Float32Array()],
    ['silence', new Float32Array(RATE)],
  ])('is not made of %s', (_what, samples) => {
    expect(() => telephoneSound(samples, RATE)).toThrow('there is nothing to hear')
  })
})
