import {
  type Duplicate,
  keyOf,
  lineEnd,
  lineNumber,
  type NumberCsv,
  readCells,
  readNumberCsv,
  scanLine,
  type TableProblem,
} from './number-csv.js'
import type { CallerRow, NumberTable } from './types.js'

/** For each of these the line of the first one is looked up, which takes a walk through the file. */
const MOST_DUPLICATES = 20

/**
 * Reads a file of numbers: one number a line; further columns need a header row, that is a first line whose
 * first cell is no number. The numbers stand in the column `number`, else in the first. Of duplicates the first
 * wins. A faulty line is left out and reported.
 *
 * A table is made for a million lines: the file stays in memory as it was read, a binary search finds the line
 * of a number, and only that line is taken apart. Files that lie in shared memory already are not copied.
 */
export function readNumberTable(file: string, content: Uint8Array, defaultCountry: string | undefined) {
  const bytes = buffer(shared(content))
  const csv = readNumberCsv(bytes, defaultCountry)
  const { keys, lineStarts, duplicates } = sorted(csv)
  const { header, literals, problems } = csv
  const table: NumberTable = Object.freeze({
    file,
    columns: Object.freeze([...new Set(['number', ...header])]),
    header: Object.freeze(header),
    size: keys.length + literals.size,
    content: new Uint8Array(bytes.buffer),
    ...{ keys, lineStarts, literals },
  })
  const found: {
    table: NumberTable
    problems: readonly TableProblem[]
    duplicates: readonly TableProblem[]
  } = { table, problems, duplicates: duplicateProblems(bytes, duplicates, csv) }
  return found
}

function shared(content: Uint8Array): Uint8Array {
  const isWhole = content.byteLength === content.buffer.byteLength
  if (content.buffer instanceof SharedArrayBuffer && isWhole) return content
  const copy = new Uint8Array(new SharedArrayBuffer(content.byteLength))
  copy.set(content)
  return copy
}

/** Not a copy. Node reads texts out of a Buffer only. */
function buffer({ buffer: memory, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(memory, byteOffset, byteLength)
}

/** Sorts the keys alone, which is native and fast, and then finds for each line the place of its key. */
function sorted(csv: NumberCsv) {
  const keys = unique(csv.keys.slice().sort())
  const lineStarts = new Uint32Array(new SharedArrayBuffer(keys.length * Uint32Array.BYTES_PER_ELEMENT))
  const isSet = new Uint8Array(keys.length)
  const duplicates = [...csv.duplicates]
  csv.keys.forEach((key, line) => {
    const [at, start] = [search(keys, key), csv.lineStarts[line] ?? 0]
    if (isSet[at] === 1) duplicates.push({ start, first: lineStarts[at] ?? 0 })
    else lineStarts[at] = start
    isSet[at] = 1
  })
  return { keys, lineStarts, duplicates: duplicates.sort((a, b) => a.start - b.start) }
}

function unique(keys: Float64Array): Float64Array {
  let count = 0
  for (const key of keys) if (count === 0 || keys[count - 1] !== key) keys[count++] = key
  const result = new Float64Array(new SharedArrayBuffer(count * Float64Array.BYTES_PER_ELEMENT))
  result.set(keys.subarray(0, count))
  return result
}

/** The place of a key in an ascending array, or where it would be. */
function search(keys: Float64Array, key: number): number {
  let [low, high] = [0, keys.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] ?? 0) < key) low = middle + 1
    else high = middle
  }
  return low
}

/** Lines that do not count because their number was there before. */
function duplicateProblems(
  content: Buffer,
  all: readonly Duplicate[],
  csv: NumberCsv,
): readonly TableProblem[] {
  const shown = all.slice(0, MOST_DUPLICATES).map(({ start, first }) => {
    const cells = scanLine(content, start, lineEnd(content, start))
    const { from, to } = cells[Math.max(0, csv.header.indexOf('number'))] ?? { from: start, to: start }
    const text = content.toString('utf8', from, to).trim()
    const message = `"${text}" stands on line ${lineNumber(content, first)} already, and only that line counts`
    const column = content.toString('utf8', start, from).length + 1
    return { line: lineNumber(content, start), column, message }
  })
  const hidden = all.length - shown.length
  const last = shown.at(-1)
  if (hidden === 0 || last === undefined) return shown
  return [
    ...shown,
    { line: last.line, column: 1, message: `${hidden} more numbers stand in this file twice` },
  ]
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
  return start === undefined ? undefined : lineNumber(buffer(table.content), start)
}

/** All different numbers, as `hasNumber` takes them. */
export function* numbersOf(table: NumberTable): Generator<string, void> {
  for (const key of table.keys) yield `+${key}`
  yield* table.literals.keys()
}

/** Whether both were read from the same bytes, which in one default country makes them equal. */
export function isSameContent(a: NumberTable, b: NumberTable): boolean {
  return buffer(a.content).equals(b.content)
}

/** Whether a number stands beside the same cells in both, in the columns of `a`; the number may be written in another way. */
export function isSameRow(a: NumberTable, b: NumberTable, number: string): boolean {
  const [startA, startB] = [lineStart(a, number), lineStart(b, number)]
  if (startA === undefined || startB === undefined) return startA === startB
  if (isSameLine(a.content, startA, b.content, startB)) return true
  const [cellsA, cellsB] = [cellsAt(a, startA), cellsAt(b, startB)]
  return a.header.every(
    (column, at) => column === 'number' || (cellsA[at] ?? '') === (cellsB[b.header.indexOf(column)] ?? ''),
  )
}

function lineStart(table: NumberTable, number: string): number | undefined {
  const key = keyOf(number)
  if (key === 0) return table.literals.get(number)
  const at = search(table.keys, key)
  return table.keys[at] === key ? table.lineStarts[at] : undefined
}

function cellsAt({ content }: NumberTable, start: number): readonly string[] {
  const bytes = buffer(content)
  return readCells(bytes, start, lineEnd(bytes, start))
}

const LINE_FEED = 0x0a

/** Byte by byte, because a million lines are compared and nearly all of them are equal. */
function isSameLine(a: Uint8Array, fromA: number, b: Uint8Array, fromB: number): boolean {
  for (let i = 0; ; i++) {
    const byte = a[fromA + i] ?? LINE_FEED
    if (byte !== (b[fromB + i] ?? LINE_FEED)) return false
    if (byte === LINE_FEED) return true
  }
}
