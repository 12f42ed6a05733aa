/**
 * A value in a form that another thread can take apart bit by bit. `structuredClone` would do, were it not for
 * the thread that receives it: it reads a message in one go, and ten thousand rules hold up its calls for that
 * long. A parcel is read in steps of microseconds, by a machine with a stack:
 *
 *     literal "a" · literal "b" · list of 2 · freeze        stands for   ["a", "b"], frozen
 */

/** What a word asks for; a number of its own comes along with some (see `wordOf`). */
export const CODE = {
  /** Push the literal with this number. */
  literal: 0,
  /** Push this number. */
  integer: 1,
  /** Push the constant with this number. */
  constant: 2,
  /** Take that many values off and push the list of them. Push an empty object, set, map. */
  list: 3,
  object: 4,
  set: 5,
  map: 6,
  /** Take a value off and add it to the list, or to the set, below. */
  push: 7,
  add: 8,
  /** Take a value off and give it to the object below, under the key that is the literal with this number. */
  field: 9,
  /** Take a value and its key off and put them into the map below. */
  put: 10,
  /** Freeze what is on top. */
  freeze: 11,
  /** Push the block with this number; as a Buffer. */
  block: 12,
  buffer: 13,
  /** Remember what is on top, for it comes again; push what was remembered with this number. */
  remember: 17,
  recall: 18,
} as const

export type Code = (typeof CODE)[keyof typeof CODE]

export const CONSTANTS: readonly unknown[] = [undefined, null, true, false]

const CODE_BITS = 5

/** The largest number that fits into a word, and one more. */
export const LIMIT = 2 ** (32 - CODE_BITS)

export function wordOf(code: Code, number = 0): number {
  return ((number << CODE_BITS) | code) >>> 0
}

export function codeOf(word: number): number {
  return word & (2 ** CODE_BITS - 1)
}

export function numberOf(word: number): number {
  return word >>> CODE_BITS
}

export interface Chunk {
  readonly words: Uint32Array<ArrayBuffer>
  /** Texts and numbers that these words are the first to name; they are counted on from chunk to chunk. */
  readonly literals: readonly (string | number)[]
}

/** Bytes and numbers in bulk. They change hands, without being copied. */
export type Block = ArrayBufferView

export interface Parcel {
  readonly blocks: readonly Block[]
  readonly chunks: readonly Chunk[]
}
