import { readFileSync, writeFileSync } from 'node:fs'
import { decodeWaveToFloat32Channels, encodeWaveFromFloat32Channels } from '@echogarden/wave-codec'

/** Where a sound is found in another one. */
export interface Found {
  /** In samples from the beginning. */
  readonly at: number
  /** 1 where the whole sound is there as it is, 0 where nothing is like it. */
  readonly likeness: number
}

/** The samples of a WAV file of one channel. */
export function readSound(file: string): Float32Array {
  return decodeWaveToFloat32Channels(readFileSync(file)).audioChannels[0] ?? new Float32Array()
}

/** What a caller heard, as a WAV file. */
export function writeSound(file: string, samples: Int16Array): void {
  const sound = Float32Array.from(samples, (sample) => sample / 2 ** 15)
  writeFileSync(file, encodeWaveFromFloat32Channels([sound], 8_000))
}

/**
 * Where the whole of a sound is heard best: the greatest normalised cross-correlation, computed as a product of
 * spectra.
 */
export function findSound(heard: Int16Array | Float32Array, sound: Float32Array): Found {
  if (heard.length < sound.length) return { at: 0, likeness: 0 }
  const size = 2 ** Math.ceil(Math.log2(heard.length + sound.length))
  const [a, b] = [spectrum(Float64Array.from(heard), size), spectrum(Float64Array.from(sound), size)]
  const real = a.real.map((re, k) => re * (b.real[k] ?? 0) + (a.imaginary[k] ?? 0) * (b.imaginary[k] ?? 0))
  const imaginary = a.real.map(
    (re, k) => re * (b.imaginary[k] ?? 0) - (a.imaginary[k] ?? 0) * (b.real[k] ?? 0),
  )
  transform(real, imaginary)
  const energy = Math.sqrt(sound.reduce((sum, sample) => sum + sample ** 2, 0))
  let [best, window] = [{ at: 0, likeness: 0 }, 0]
  for (let end = 0; end < heard.length; end++) {
    const at = end - sound.length + 1
    window += (heard[end] ?? 0) ** 2 - (at > 0 ? (heard[at - 1] ?? 0) ** 2 : 0)
    const likeness = at < 0 ? 0 : (real[at] ?? 0) / size / (energy * Math.sqrt(window) || 1)
    if (likeness > best.likeness) best = { at, likeness }
  }
  return best
}

function spectrum(samples: Float64Array, size: number) {
  const [real, imaginary] = [new Float64Array(size), new Float64Array(size)]
  real.set(samples)
  transform(real, imaginary)
  return { real, imaginary }
}

/** The discrete Fourier transform in place, of a power of two (Cooley and Tukey). */
function transform(real: Float64Array, imaginary: Float64Array): void {
  const size = real.length
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1
    for (; j & bit; bit >>= 1) j ^= bit
    j ^= bit
    if (i >= j) continue
    for (const part of [real, imaginary]) [part[i], part[j]] = [part[j] ?? 0, part[i] ?? 0]
  }
  for (let length = 2; length <= size; length *= 2) {
    const half = length / 2
    for (let k = 0; k < half; k++) {
      const [cos, sin] = [Math.cos((2 * Math.PI * k) / length), -Math.sin((2 * Math.PI * k) / length)]
      for (let i = k; i < size; i += length) {
        const j = i + half
        const [re, im] = [real[j] ?? 0, imaginary[j] ?? 0]
        const [turnedRe, turnedIm] = [re * cos - im * sin, re * sin + im * cos]
        real[j] = (real[i] ?? 0) - turnedRe
        imaginary[j] = (imaginary[i] ?? 0) - turnedIm
        real[i] = (real[i] ?? 0) + turnedRe
        imaginary[i] = (imaginary[i] ?? 0) + turnedIm
      }
    }
  }
}
