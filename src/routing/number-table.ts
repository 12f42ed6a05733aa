import { isE164 } from '../sip/phone-number.js'
import { cellText, lineEnd, lineNumber, scanLine } from './csv.js'
import type { CallerRow, NumberTable } from './types.js'

/**
 * Tables are made for a million numbers: the file stays in memory as it was read, a binary search finds the line
 * of a number, and only that line is taken apart. `readNumberTable` makes them.
 */

/** The digits of a number in E.164, which a double holds exactly; undefined for any other. */
export function keyOf(number: string): number | undefined {
  return isE164(number) ? Number(number) : undefined
}

/** Not a copy. Node reads texts out of a Buffer only. */
export function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

/** The place of a key in an ascending array, or where it would be. */
export function search(keys: Float64Array, key: number): number {
  let [low, high] = [0, keys.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] ?? 0) < key) low = middle + 1
    else high = middle
  }
  return low
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
  const start = lineStart(table, number)
  if (start === undefined) return undefined
  const cells = cellsAt(table, start)
  const entries = table.header.map((column, at): [string, string] => [column, cells[at] ?? ''])
  return Object.freeze(Object.fromEntries([...entries, ['number', number]]))
}

/** The line of the file, from 1, on which a number stands. Walks through the file: for explanations. */
export function lineOf(table: NumberTable, number: string): number | undefined {
  const start = lineStart(table, number)
  return start === undefined ? undefined : lineNumber(asBuffer(table.content), start)
}

export function* numbersOf(table: NumberTable): Generator<string, void> {
  for (const key of table.keys) yield `+${key}`
  yield* table.literals.keys()
}

/** Whether both were read from the same bytes, which in one default country makes them equal. */
export function isSameContent(a: NumberTable, b: NumberTable): boolean {
  return asBuffer(a.content).equals(b.content)
}

/**
 * Whether a number has the same cells in both, in the columns of `a`; the number may be written in another way.
 * Compares bytes first, because nearly all of a million lines are equal.
 */
export function isSameRow(a: NumberTable, b: NumberTable, number: string): boolean {
  const [startA, startB] = [lineStart(a, number), lineStart(b, number)]
  if (startA === undefined || startB === undefined) return startA === startB
  if (lineAt(a, startA).equals(lineAt(b, startB))) return true
  const [cellsA, cellsB] = [cellsAt(a, startA), cellsAt(b, startB)]
  return a.header.every(
    (column, at) => column === 'number' || (cellsA[at] ?? '') === (cellsB[b.header.indexOf(column)] ?? ''),
  )
}

function lineStart(table: NumberTable, number: string): number | undefined {
  const key = keyOf(number)
  if (key === undefined) return table.literals.get(number)
  const at = search(table.keys, key)
  return table.keys[at] === key ? table.lineStarts[at] : undefined
}

function lineAt(table: NumberTable, start: number): Buffer {
  const content = asBuffer(table.content)
  return content.subarray(start, lineEnd(content, start))
}

function cellsAt(table: NumberTable, start: number): readonly string[] {
  const line = lineAt(table, start)
  return scanLine(line, 0, line.length).map((cell) => cellText(line, cell))
}
