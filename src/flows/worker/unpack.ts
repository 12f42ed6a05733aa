import { type Block, type Chunk, CODE, CONSTANTS, codeOf, numberOf } from './parcel.js'

/** Words that are read without a pause: some tens of microseconds. */
const STEP_WORDS = 256

/**
 * Takes a parcel apart, a step at a time. What comes out is new, save for the blocks.
 * @param chunks in their order; each is asked for when it is needed.
 */
export function* unpack(
  blocks: readonly Block[],
  chunks: Iterable<Chunk>,
): Generator<void, unknown, undefined> {
  const unpacking = new Unpacking(blocks)
  for (const { words, literals } of chunks) {
    unpacking.learn(literals)
    for (let at = 0; at < words.length; at += STEP_WORDS) {
      for (const word of words.subarray(at, at + STEP_WORDS)) unpacking.obey(word)
      yield
    }
  }
  return unpacking.top
}

/**
 * The stack machine. It trusts the parcel, which was packed by the same version of Doorman: types are not
 * looked at again.
 */
class Unpacking {
  readonly #blocks: readonly Block[]
  readonly #stack: unknown[] = []
  readonly #literals: (string | number)[] = []
  readonly #remembered: unknown[] = []

  constructor(blocks: readonly Block[]) {
    this.#blocks = blocks
  }

  get top(): unknown {
    return this.#stack.at(-1)
  }

  learn(literals: readonly (string | number)[]): void {
    for (const literal of literals) this.#literals.push(literal)
  }

  obey(word: number): void {
    const code = codeOf(word)
    if (code <= CODE.map) this.#stack.push(this.#new(code, numberOf(word)))
    else if (code <= CODE.put) this.#join(code, numberOf(word))
    else this.#make(code, numberOf(word))
  }

  #new(code: number, number: number): unknown {
    switch (code) {
      case CODE.literal:
        return this.#literals[number]
      case CODE.integer:
        return number
      case CODE.constant:
        return CONSTANTS[number]
      case CODE.list:
        return number === 0 ? [] : this.#stack.splice(-number)
      case CODE.object:
        return {}
      case CODE.set:
        return new Set()
      default:
        return new Map()
    }
  }

  #join(code: number, number: number): void {
    const value = this.#stack.pop()
    const key = code === CODE.put ? this.#stack.pop() : this.#literals[number]
    const into = this.top
    if (code === CODE.push) (into as unknown[]).push(value)
    else if (code === CODE.add) (into as Set<unknown>).add(value)
    else if (code === CODE.put) (into as Map<unknown, unknown>).set(key, value)
    else setField(into as Record<string, unknown>, String(key), value)
  }

  #make(code: number, number: number): void {
    if (code === CODE.freeze) Object.freeze(this.top)
    else if (code === CODE.remember) this.#remembered.push(this.top)
    else if (code === CODE.recall) this.#stack.push(this.#remembered[number])
    else if (code === CODE.block) this.#stack.push(this.#blocks[number])
    else this.#stack.push(bufferOf(this.#blocks[number]))
  }
}

/** Assigning to `__proto__` would not make a field of that name. */
function setField(into: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') into[key] = value
  else Object.defineProperty(into, key, { value, writable: true, enumerable: true, configurable: true })
}

function bufferOf(block: Block | undefined): Buffer {
  return block === undefined ? Buffer.alloc(0) : Buffer.from(block.buffer, block.byteOffset, block.byteLength)
}
