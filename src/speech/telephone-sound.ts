/** Samples a second of a telephone call. */
export const RATE = 8_000
/** Of the 4 kHz that fit, so much is kept; above it the filter closes. */
const PASSED = 0.93
/** Zero crossings of the filter on each side; more make it steeper. */
const CROSSINGS = 24

/** Samples of a frame, 10 ms: so much is measured at once. */
const FRAME = 80
/** A frame below this part of the loudest one is silence, or no speech. */
const SILENCE = 0.01
const SPEECH = 0.1
/**
 * Samples of silence around the speech: up to 20 ms before and 60 behind, so that soft sounds are whole; Asterisk does
 * not play the last 22 of a WAV file (22.10).
 */
const BEFORE = 160
const AFTER = 480
/** The level of speech, -19 dB, and the highest peak; where both cannot be, the peak counts. */
const LEVEL = 0.112
const PEAK = 0.95

/**
 * Makes of speech, recorded at any rate, what a caller is to hear: 8 kHz, without silence around it, and always as loud.
 * @param samples from -1 to 1
 * @throws RangeError where there is nothing to hear
 */
export function telephoneSound(samples: Float32Array, rate: number): Float32Array {
  const trimmed = trim(resample(samples, rate))
  const peak = trimmed.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
  const levels = levelsOf(trimmed)
  const loudest = Math.max(...levels)
  const speech = levels.filter((level) => level >= loudest * SPEECH)
  const gain = Math.min(LEVEL / rootMeanSquare(speech), PEAK / peak)
  return trimmed.map((sample) => sample * gain)
}

/** Band-limited: a windowed sinc for each position that a new sample can have between old ones. */
function resample(samples: Float32Array, rate: number): Float32Array {
  if (rate === RATE) return samples
  const cutoff = Math.min(1, RATE / rate) * PASSED
  const half = Math.ceil(CROSSINGS / cutoff)
  const filters = new Map<number, Float32Array>()
  const resampled = new Float32Array(Math.floor((samples.length * RATE) / rate))
  for (let at = 0; at < resampled.length; at++) {
    const first = Math.floor((at * rate) / RATE) - half
    const part = (at * rate) % RATE
    const filter = filters.get(part) ?? sincFilter(part / RATE, half, cutoff)
    filters.set(part, filter)
    let sum = 0
    for (let tap = 0; tap < filter.length; tap++) sum += (filter[tap] ?? 0) * (samples[first + tap] ?? 0)
    resampled[at] = sum
  }
  return resampled
}

function sincFilter(offset: number, half: number, cutoff: number): Float32Array {
  return new Float32Array(2 * half + 1).map((_, tap) => {
    const x = tap - half - offset
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * cutoff * x) / (Math.PI * cutoff * x)
    // Blackman's window.
    const turn = (Math.PI * x) / (half + 1)
    return cutoff * sinc * (0.42 + 0.5 * Math.cos(turn) + 0.08 * Math.cos(2 * turn))
  })
}

function trim(samples: Float32Array): Float32Array {
  const levels = levelsOf(samples)
  const threshold = Math.max(...levels) * SILENCE
  const isLoud = (level: number) => level > 0 && level >= threshold
  const [first, last] = [levels.findIndex(isLoud), levels.findLastIndex(isLoud)]
  if (first < 0) throw new RangeError('there is nothing to hear in it')
  const start = Math.max(0, first * FRAME - BEFORE)
  const trimmed = new Float32Array((last + 1) * FRAME + AFTER - start)
  trimmed.set(samples.subarray(start, start + trimmed.length))
  return trimmed
}

/** The level of each frame. */
function levelsOf(samples: Float32Array): readonly number[] {
  return Array.from({ length: Math.ceil(samples.length / FRAME) }, (_, at) =>
    rootMeanSquare(samples.subarray(at * FRAME, (at + 1) * FRAME)),
  )
}

function rootMeanSquare(values: Float32Array | readonly number[]): number {
  let sum = 0
  for (const value of values) sum += value ** 2
  return Math.sqrt(sum / values.length)
}
