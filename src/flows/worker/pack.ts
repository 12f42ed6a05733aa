import { type Block, type Chunk, CODE, CONSTANTS, type Code, LIMIT, type Parcel, wordOf } from './parcel.js'

/** Receiving a chunk takes one go, so it is kept short: well below a millisecond. */
const CHUNK_WORDS = 8_192
const CHUNK_CHARACTERS = 65_536

/** Longer texts are hardly ever there twice, and so are objects of more words. */
const LONGEST_KNOWN = 100
const MOST_WORDS_KNOWN = 64

/** Longer lists are put together bit by bit. */
const LONGEST_AT_ONCE = 100

/**
 * Makes a parcel of plain objects, lists, sets, maps, texts, numbers, buffers. What is frozen
 * arrives frozen. Small frozen objects that are equal arrive once: thousands of rules lead to the same few flows, and whoever receives them has to make room for each.
 *
 * The blocks of the parcel are the buffers of the value and not copies, save for small ones.
 * @throws TypeError for anything else, a function say.
 */
export function pack(value: unknown): Parcel {
  const packing = new Packing()
  packing.value(value)
  return packing.parcel()
}

class Packing {
  readonly #chunks: Chunk[] = []
  readonly #blocks: Block[] = []
  #words: number[] = []
  #literals: (string | number)[] = []
  #characters = 0
  #literalCount = 0
  readonly #known = new Map<string, number>()
  /** Tables and buffers by themselves; patterns by their source, frozen objects by their words, as texts. */
  readonly #remembered = new Map<unknown, number>()

  parcel(): Parcel {
    this.#cut()
    return { blocks: this.#blocks, chunks: this.#chunks }
  }

  value(value: unknown): void {
    if (typeof value === 'string') this.#word(CODE.literal, this.#literal(value))
    else if (typeof value === 'number') this.#number(value)
    else if (CONSTANTS.includes(value)) this.#word(CODE.constant, CONSTANTS.indexOf(value))
    else if (typeof value === 'object' && value !== null) this.#object(value)
    else throw new TypeError(`a ${typeof value} can't be packed`)
  }

  #object(value: object): void {
    if (Buffer.isBuffer(value)) this.#once(value, () => this.#block(CODE.buffer, standalone(value)))
    else if (isBlock(value)) this.#block(CODE.block, value)
    else this.#container(value)
  }

  #container(value: object): void {
    const chunk = this.#chunks.length
    const start = this.#words.length
    this.#parts(value)
    if (!Object.isFrozen(value)) return
    this.#word(CODE.freeze)
    if (chunk === this.#chunks.length && this.#words.length - start <= MOST_WORDS_KNOWN) this.#share(start)
  }

  /** Equal objects have equal words, for they name the same literals. */
  #share(start: number): void {
    const words = this.#words.slice(start).join(' ')
    if (this.#remembered.has(words)) this.#words.length = start
    this.#once(words, () => {})
  }

  #parts(value: object): void {
    if (Array.isArray(value)) this.#list(value)
    else if (value instanceof Set) this.#set(value)
    else if (value instanceof Map) this.#map(value)
    else if (Object.getPrototypeOf(value) === Object.prototype) this.#fields(value)
    else throw new TypeError(`a ${value.constructor?.name} can't be packed`)
  }

  #list(list: readonly unknown[]): void {
    const first = list.slice(0, LONGEST_AT_ONCE)
    for (const item of first) this.value(item)
    this.#word(CODE.list, first.length)
    for (const item of list.slice(LONGEST_AT_ONCE)) this.#made(item, CODE.push)
  }

  #set(set: ReadonlySet<unknown>): void {
    this.#word(CODE.set)
    for (const item of set) this.#made(item, CODE.add)
  }

  #map(map: ReadonlyMap<unknown, unknown>): void {
    this.#word(CODE.map)
    for (const [key, item] of map) {
      this.value(key)
      this.#made(item, CODE.put)
    }
  }

  #fields(value: object): void {
    this.#word(CODE.object)
    for (const [key, item] of Object.entries(value)) {
      this.value(item)
      this.#word(CODE.field, this.#literal(key))
    }
  }

  #made(of: unknown, code: Code): void {
    this.value(of)
    this.#word(code)
  }

  #once(identity: unknown, first: () => void): void {
    const number = this.#remembered.get(identity)
    if (number !== undefined) {
      this.#word(CODE.recall, number)
      return
    }
    first()
    this.#word(CODE.remember)
    this.#remembered.set(identity, this.#remembered.size)
  }

  #block(code: Code, block: Block): void {
    this.#word(code, this.#blocks.push(block) - 1)
  }

  #number(value: number): void {
    const isShort = Number.isInteger(value) && value >= 0 && value < LIMIT && !Object.is(value, -0)
    if (isShort) this.#word(CODE.integer, value)
    else this.#word(CODE.literal, this.#newLiteral(value))
  }

  #literal(text: string): number {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    const number = this.#newLiteral(text)
    if (text.length <= LONGEST_KNOWN) this.#known.set(text, number)
    return number
  }

  /** Its number goes into the word that comes next, and so into the same chunk. */
  #newLiteral(value: string | number): number {
    this.#literals.push(value)
    this.#characters += typeof value === 'string' ? value.length : 0
    return this.#literalCount++
  }

  #word(code: Code, number = 0): void {
    if (number >= LIMIT) throw new RangeError('there is too much of it to be packed')
    this.#words.push(wordOf(code, number))
    if (this.#words.length >= CHUNK_WORDS || this.#characters >= CHUNK_CHARACTERS) this.#cut()
  }

  #cut(): void {
    this.#chunks.push({ words: Uint32Array.from(this.#words), literals: this.#literals })
    this.#words = []
    this.#literals = []
    this.#characters = 0
  }
}

/** Node keeps small buffers together in one pool, which can't be given away. */
function standalone(buffer: Buffer): Block {
  const { buffer: memory, byteLength } = buffer
  if (memory instanceof ArrayBuffer && memory.byteLength === byteLength) return new Uint8Array(memory)
  return new Uint8Array(buffer)
}

function isBlock(value: object): value is Block {
  return ArrayBuffer.isView(value)
}
