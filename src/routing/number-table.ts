import { ANONYMOUS, isE164, isNumberLike, readNumber } from '../sip/phone-number.js'
import { type Cell, cellText, lineEnd, lineNumber, nextLine, scanLine, skipBlanks } from './csv.js'
import type { CallerRow, NumberTable } from './types.js'

/** Something wrong with a file of numbers. Lines and columns count from 1. */
export interface TableProblem {
  readonly line: number
  readonly column: number
  readonly message: string
}

export interface ReadTable {
  readonly table: NumberTable
  readonly problems: readonly TableProblem[]
  /** Lines that do not count because their number was there before. */
  readonly duplicates: readonly TableProblem[]
}

/** A file in a wrong format has a problem on every line; the first ones tell. */
const MOST_PROBLEMS = 100
/** For each of these two lines are looked up, which takes a walk through the file. */
const MOST_DUPLICATES = 20
const HASH = 0x23

/**
 * Reads a file of numbers: one number a line; further columns need a header row, that is a first line whose
 * first cell is no number. The numbers stand in the column `number`, else in the first. Of duplicates the first
 * wins. A faulty line is left out and reported.
 *
 * A table is made for a million lines: the file stays in memory as it was read, a binary search finds the line
 * of a number, and only that line is taken apart. Files that lie in shared memory already are not copied.
 */
export function readNumberTable(
  file: string,
  content: Uint8Array,
  defaultCountry: string | undefined,
): ReadTable {
  const bytes = asBuffer(shared(content))
  const reader = new Reader(bytes, defaultCountry)
  const hasByteOrderMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  for (let line = 1, start = hasByteOrderMark ? 3 : 0; start < bytes.length; line++) {
    const end = lineEnd(bytes, start)
    reader.read(line, start, end)
    start = nextLine(bytes, end)
  }
  return reader.result(file)
}

/** A number that comes a second time, by the bytes at which both lines begin. */
interface Duplicate {
  readonly start: number
  readonly first: number
}

class Reader {
  readonly #content: Buffer
  readonly #country: string | undefined
  readonly #keys: number[] = []
  readonly #lineStarts: number[] = []
  readonly #literals = new Map<string, number>()
  readonly #problems: TableProblem[] = []
  readonly #duplicates: Duplicate[] = []
  #header: readonly string[] | undefined
  #hasHeader = false
  #missesHeader = false
  /** Which column holds the numbers, from 0. */
  #column = 0
  #line = 0
  #start = 0

  constructor(content: Buffer, country: string | undefined) {
    this.#content = content
    this.#country = country
  }

  read(line: number, start: number, end: number): void {
    this.#line = line
    this.#start = start
    const first = skipBlanks(this.#content, start, end)
    if (first >= end || this.#content[first] === HASH) return
    const cells = scanLine(this.#content, start, end)
    if (this.#header === undefined && this.#readHeader(cells)) return
    const last = cells.at(-1)
    if (last?.fault !== undefined) this.#report(last.next, last.fault)
    else if (this.#isRoomFor(cells)) this.#add(cells[this.#column] ?? { from: end, to: end, next: end })
  }

  result(file: string): ReadTable {
    const header = this.#header ?? ['number']
    const { keys, lineStarts } = this.#sorted()
    const table: NumberTable = Object.freeze({
      file,
      columns: Object.freeze([...new Set(['number', ...header])]),
      header: Object.freeze(header),
      size: keys.length + this.#literals.size,
      content: new Uint8Array(this.#content.buffer),
      ...{ keys, lineStarts, literals: this.#literals },
    })
    const more = (count: number) =>
      `${count} more problems follow in this file; is it a CSV file in UTF-8 with one number a line?`
    const problems = limited(this.#problems, MOST_PROBLEMS, more, (problem) => problem)
    return { table, problems, duplicates: this.#duplicateProblems() }
  }

  /** True where the first line names columns; else the file has one column, and the line is its first row. */
  #readHeader(cells: readonly Cell[]): boolean {
    this.#header = ['number']
    const names = cells.map((cell) => cellText(this.#content, cell))
    if (cells.at(-1)?.fault !== undefined || this.#isNumber(names[0] ?? '')) return false
    this.#header = names
    this.#hasHeader = true
    this.#column = Math.max(0, names.indexOf('number'))
    for (const [at, { from }] of cells.entries()) {
      const name = names[at] ?? ''
      if (name === '') this.#report(from, `column ${at + 1} has no name; give it one`)
      else if (names.indexOf(name) < at) this.#report(from, `column ${name} is there twice; rename one`)
    }
    return true
  }

  #isRoomFor(cells: readonly Cell[]): boolean {
    const columns = this.#header?.length ?? 1
    const surplus = cells[columns]
    if (surplus === undefined) return true
    if (this.#hasHeader) this.#report(surplus.from, tooManyCells(cells.length, columns))
    // One missing header is one problem, however many rows miss it.
    else if (!this.#missesHeader) this.#report(surplus.from, NO_HEADER)
    this.#missesHeader ||= !this.#hasHeader
    return false
  }

  #add(cell: Cell): void {
    const text = cellText(this.#content, cell).trim()
    const number = readNumber(text, this.#country)
    const key = keyOf(number)
    if (text === '') this.#report(cell.from, 'the number is missing; write one, or take the line out')
    else if (key !== undefined) this.#addKey(key)
    else if (this.#isNumber(text)) this.#addLiteral(number)
    else this.#report(cell.from, notANumber(text))
  }

  #addKey(key: number): void {
    this.#keys.push(key)
    this.#lineStarts.push(this.#start)
  }

  #addLiteral(number: string): void {
    const first = this.#literals.get(number)
    if (first === undefined) this.#literals.set(number, this.#start)
    else this.#duplicates.push({ start: this.#start, first })
  }

  /** Sorts the keys alone, which is native and fast, and then finds for each line the place of its key. */
  #sorted(): Pick<NumberTable, 'keys' | 'lineStarts'> {
    const all = Float64Array.from(this.#keys).sort()
    const unique = all.filter((key, at) => key !== all[at - 1])
    const keys = new Float64Array(new SharedArrayBuffer(unique.byteLength))
    keys.set(unique)
    const lineStarts = new Uint32Array(new SharedArrayBuffer(keys.length * Uint32Array.BYTES_PER_ELEMENT))
    const isSet = new Uint8Array(keys.length)
    for (const [line, key] of this.#keys.entries()) {
      const [at, start] = [search(keys, key), this.#lineStarts[line] ?? 0]
      if (isSet[at] === 1) this.#duplicates.push({ start, first: lineStarts[at] ?? 0 })
      else lineStarts[at] = start
      isSet[at] = 1
    }
    return { keys, lineStarts }
  }

  #duplicateProblems(): readonly TableProblem[] {
    const inOrder = this.#duplicates.sort((a, b) => a.start - b.start)
    const more = (count: number) => `${count} more numbers stand in this file twice`
    return limited(inOrder, MOST_DUPLICATES, more, ({ start, first }) => {
      const cell = scanLine(this.#content, start, lineEnd(this.#content, start))[this.#column]
      const text = cell === undefined ? '' : cellText(this.#content, cell).trim()
      const message = `"${text}" stands on line ${lineNumber(this.#content, first)} already, and only that line counts`
      const column = this.#content.toString('utf8', start, cell?.from).length + 1
      return { line: lineNumber(this.#content, start), column, message }
    })
  }

  /** A withheld caller has no number, so the words for it are no number of a list. */
  #isNumber(text: string): boolean {
    const number = readNumber(text, this.#country)
    return number !== ANONYMOUS && isNumberLike(number)
  }

  #report(offset: number, message: string): void {
    const column = this.#content.toString('utf8', this.#start, offset).length + 1
    this.#problems.push({ line: this.#line, column, message })
  }
}

/** The first ones as problems, and one more that tells how many there are besides. */
function limited<T>(
  all: readonly T[],
  most: number,
  more: (count: number) => string,
  problemOf: (one: T) => TableProblem,
): readonly TableProblem[] {
  const shown = all.slice(0, most).map(problemOf)
  const last = shown.at(-1)
  if (all.length <= most || last === undefined) return shown
  return [...shown, { line: last.line, column: 1, message: more(all.length - most) }]
}

const NO_HEADER =
  'there are cells beside the number, but no header row; name the columns in a first line such as number,name,tier'

function tooManyCells(cells: number, columns: number): string {
  return `the line has ${cells} cells, but the header names ${columns}; put a cell that holds a comma in quotes`
}

function notANumber(text: string): string {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text
  return `"${shown}" is not a number; write it as +15551234567, with commas between the columns`
}

function shared(content: Uint8Array): Uint8Array {
  const isWhole = content.byteLength === content.buffer.byteLength
  if (content.buffer instanceof SharedArrayBuffer && isWhole) return content
  const copy = new Uint8Array(new SharedArrayBuffer(content.byteLength))
  copy.set(content)
  return copy
}

/** Not a copy. Node reads texts out of a Buffer only. */
function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

/** The digits of a number in E.164; undefined for any other. */
function keyOf(number: string): number | undefined {
  return isE164(number) ? Number(number) : undefined
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

/** All different numbers, as `hasNumber` takes them. */
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
