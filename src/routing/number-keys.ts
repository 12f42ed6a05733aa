/** What a map of numbers consists of: enough to make the same map again, in another thread say. */
export interface NumberKeysParts {
  readonly keys: Float64Array
  readonly places: Uint32Array
  readonly size: number
}

/**
 * A map from E.164 numbers to places in a file, for millions of them: E.164 has at most 15 digits, which a
 * double holds exactly, so a number costs 12 bytes and not a string. Open addressing, linear probing.
 */
export class NumberKeys {
  readonly #keys: Float64Array
  readonly #places: Uint32Array
  readonly #mask: number
  #size: number

  /**
   * @param from the most numbers that will ever be added, adding more would never end; or the parts of another
   *   map, which are not copied.
   */
  constructor(from: number | NumberKeysParts) {
    const { keys, places, size } = typeof from === 'number' ? emptyParts(from) : from
    this.#keys = keys
    this.#places = places
    this.#mask = keys.length - 1
    this.#size = size
  }

  /** Not copied. */
  get parts(): NumberKeysParts {
    return { keys: this.#keys, places: this.#places, size: this.#size }
  }

  get size(): number {
    return this.#size
  }

  /** False where the number is there already; the first one stays. */
  add(key: number, place: number): boolean {
    const slot = this.#slotOf(key)
    if (this.#keys[slot] === key) return false
    this.#keys[slot] = key
    this.#places[slot] = place
    this.#size++
    return true
  }

  has(key: number): boolean {
    return this.#keys[this.#slotOf(key)] === key
  }

  placeOf(key: number): number | undefined {
    const slot = this.#slotOf(key)
    return this.#keys[slot] === key ? this.#places[slot] : undefined
  }

  /** All numbers, in no order. */
  *keys(): Generator<number, void> {
    for (const key of this.#keys) if (key !== 0) yield key
  }

  /** The slot of the key, or the empty one where it belongs. Zero marks the empty: no number starts with 0. */
  #slotOf(key: number): number {
    let slot = hash(key) & this.#mask
    for (;;) {
      const there = this.#keys[slot]
      if (there === key || there === 0) return slot
      slot = (slot + 1) & this.#mask
    }
  }
}

function emptyParts(capacity: number): NumberKeysParts {
  const slots = 2 ** Math.ceil(Math.log2(Math.max(8, capacity * 1.5)))
  return { keys: new Float64Array(slots), places: new Uint32Array(slots), size: 0 }
}

/** Mixes both halves, since the numbers of one company differ only in their last digits. */
function hash(key: number): number {
  const low = Math.imul(key >>> 0, 0x9e3779b1)
  const high = Math.imul((key / 0x100000000) >>> 0, 0x85ebca6b)
  const mixed = Math.imul(low ^ high ^ (low >>> 15), 0x2c1b3c6d)
  return (mixed ^ (mixed >>> 13)) >>> 0
}

const PLUS = 0x2b
const ZERO = 0x30

/** `+` and 7 to 15 digits as a number; 0 for anything else. */
export function keyOfText(text: string): number {
  if (text.length < 8 || text.length > 16 || text.charCodeAt(0) !== PLUS) return 0
  let key = 0
  for (let at = 1; at < text.length; at++) {
    const digit = text.charCodeAt(at) - ZERO
    if (digit < 0 || digit > 9 || (digit === 0 && at === 1)) return 0
    key = key * 10 + digit
  }
  return key
}

/** The same straight from the bytes of a file. */
export function keyOfBytes(bytes: Uint8Array, from: number, to: number): number {
  if (to - from < 8 || to - from > 16 || bytes[from] !== PLUS) return 0
  let key = 0
  for (let at = from + 1; at < to; at++) {
    const digit = (bytes[at] ?? 0) - ZERO
    if (digit < 0 || digit > 9 || (digit === 0 && at === from + 1)) return 0
    key = key * 10 + digit
  }
  return key
}
