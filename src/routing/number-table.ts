import { isE164 } from '../sip/phone-number.js'
import { splitLine } from './csv.js'

/**
 * Tables are made for a million numbers: the file stays in memory as it was read, a binary search finds the line
 * of a number, and only that line is taken apart. `readNumberTable` makes them.
 */

/** A row of a number file by its column names (`number`, `name`, `tier` …). */
export type CallerRow = Readonly<Record<string, string>>

/** The numbers of one CSV file with the columns beside them; see `readNumberTable`. */
export interface NumberTable {
  readonly file: string
  /** The columns as the file has them; `number` where it has no header. */
  readonly header: readonly string[]
  readonly size: number
  /** The file as it was read, in shared memory. */
  readonly content: Uint8Array
  /** E.164 numbers without the `+`, ascending, in shared memory: a double holds their 15 digits exactly. */
  readonly keys: Float64Array
  /** For each key the byte of `content` at which its line begins, in shared memory. */
  readonly lineStarts: Uint32Array
  /** Numbers that are not E.164, and where their lines begin. */
  readonly literals: ReadonlyMap<string, number>
}

/** The digits of a number in E.164, which a double holds exactly; undefined for any other. */
export function keyOf(number: string): number | undefined {
  return isE164(number) ? Number(number) : undefined
}

/** Not a copy. Node reads texts out of a Buffer only. */
export function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

/** A copy that threads share, where it is none. */
export function inSharedMemory(content: Uint8Array): Uint8Array {
  const isWhole = content.byteLength === content.buffer.byteLength
  if (content.buffer instanceof SharedArrayBuffer && isWhole) return content
  const copy = new Uint8Array(new SharedArrayBuffer(content.byteLength))
  copy.set(content)
  return copy
}

const LINE_FEED = 0x0a

/** Where the line ends that begins at a byte of a file: at its line feed, or with the file. */
export function lineEnd(content: Buffer, start: number): number {
  const end = content.indexOf(LINE_FEED, start)
  return end < 0 ? content.length : end
}

export function lineAt(content: Buffer, start: number): string {
  const line = content.toString('utf8', start, lineEnd(content, start))
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

/** @param number as `readNumber` gives it. */
export function hasNumber(table: NumberTable, number: string): boolean {
  return lineStart(table, number) !== undefined
}

/**
 * The row of a number: `number` as it is compared, every column of the header as the file has it. Where the
 * header calls the column of the numbers `number` too, the form that is compared stands there.
 */
export function rowOf(table: NumberTable, number: string): CallerRow | undefined {
  const line = lineOf(table, number)
  if (line === undefined) return undefined
  const { cells } = splitLine(line)
  const entries = table.header.map((column, at): [string, string] => [column, cells[at]?.text ?? ''])
  return Object.freeze(Object.fromEntries([...entries, ['number', number]]))
}

/** The line of the file, from 1, on which a number stands. Walks through the file: for explanations. */
export function lineNumberOf(table: NumberTable, number: string): number | undefined {
  const start = lineStart(table, number)
  return start === undefined ? undefined : lineNumber(asBuffer(table.content), start)
}

/** The line, from 1, on which a byte lies. */
export function lineNumber(content: Buffer, offset: number): number {
  let line = 1
  for (let end = lineEnd(content, 0); end < offset; end = lineEnd(content, end + 1)) line++
  return line
}

export function* numbersOf(table: NumberTable): Generator<string, void> {
  for (const key of table.keys) yield `+${key}`
  yield* table.literals.keys()
}

/** Whether both were read from the same bytes, which in one default country makes them equal. */
export function isSameContent(a: NumberTable, b: NumberTable): boolean {
  return asBuffer(a.content).equals(b.content)
}

function lineOf(table: NumberTable, number: string): string | undefined {
  const start = lineStart(table, number)
  return start === undefined ? undefined : lineAt(asBuffer(table.content), start)
}

function lineStart({ keys, lineStarts, literals }: NumberTable, number: string): number | undefined {
  const key = keyOf(number)
  if (key === undefined) return literals.get(number)
  let [low, high] = [0, keys.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] ?? 0) < key) low = middle + 1
    else high = middle
  }
  return keys[low] === key ? lineStarts[low] : undefined
}
