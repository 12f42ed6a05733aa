import { ANONYMOUS, isE164, isNumberLike, readNumber } from '../sip/phone-number.js'

/** Something wrong with a file of numbers. Lines and columns count from 1. */
export interface TableProblem {
  readonly line: number
  readonly column: number
  readonly message: string
}

/** What was read from a file, in the order of its lines. */
export interface NumberCsv {
  /** As the header names them; just `number` where there is no header. */
  readonly header: readonly string[]
  /** E.164 numbers without the `+`; a number may come more than once. */
  readonly keys: Float64Array
  /** For each key the byte at which its line begins. */
  readonly lineStarts: Uint32Array
  /** Numbers that are not E.164 → the byte at which the first line of each begins. */
  readonly literals: ReadonlyMap<string, number>
  readonly problems: readonly TableProblem[]
  /** Lines whose literal number was there before. */
  readonly duplicates: readonly Duplicate[]
}

/** A number that comes a second time, by the bytes at which both lines begin. */
export interface Duplicate {
  readonly start: number
  readonly first: number
}

const LINE_FEED = 0x0a
const RETURN = 0x0d
const HASH = 0x23
const QUOTE = 0x22
const COMMA = 0x2c
const SPACE = 0x20
const TAB = 0x09
const PLUS = 0x2b
const ZERO = 0x30

/** A file in a wrong format has a problem on every line; the first ones tell. */
const MOST_PROBLEMS = 100

/** One cell of a line, in bytes, without its quotes and the blanks around it. */
interface Cell {
  readonly from: number
  readonly to: number
  /** The comma behind it, or the end of the line; with a fault, where that is. */
  readonly next: number
  readonly fault?: string
}

/**
 * The cells of one line of a CSV file (RFC 4180, without line ends in quotes). Makes no strings: that lets a
 * file of a million lines load in a second. After a faulty cell nothing follows.
 */
export function scanLine(bytes: Uint8Array, start: number, end: number): readonly Cell[] {
  const cells: Cell[] = []
  for (let at = start; ; ) {
    at = skipBlanks(bytes, at, end)
    const cell = bytes[at] === QUOTE && at < end ? quotedCell(bytes, at, end) : plainCell(bytes, at, end)
    cells.push(cell)
    if (cell.fault !== undefined || cell.next >= end) return cells
    at = cell.next + 1
  }
}

/** The texts of the cells of one line. */
export function readCells(content: Buffer, start: number, end: number): readonly string[] {
  return scanLine(content, start, end).map(({ from, to }) => {
    const text = content.toString('utf8', from, to)
    return content[from - 1] === QUOTE && content[to] === QUOTE ? text.replaceAll('""', '"') : text
  })
}

function plainCell(bytes: Uint8Array, start: number, end: number): Cell {
  let next = start
  while (next < end && bytes[next] !== COMMA) {
    if (bytes[next] === QUOTE)
      return faulty(next, 'a quote inside a cell; put the whole cell in quotes and double this one')
    next++
  }
  let to = next
  while (to > start && isBlank(bytes[to - 1])) to--
  return { from: start, to, next }
}

function quotedCell(bytes: Uint8Array, open: number, end: number): Cell {
  let close = open + 1
  while (close < end && (bytes[close] !== QUOTE || bytes[close + 1] === QUOTE))
    close += bytes[close] === QUOTE ? 2 : 1
  if (close >= end)
    return faulty(
      open,
      'a quote that is not closed on this line; close it, or double a quote that belongs to the text',
    )
  const next = skipBlanks(bytes, close + 1, end)
  if (next < end && bytes[next] !== COMMA)
    return faulty(next, 'text after a closing quote; put a comma before it, or double the quote')
  return { from: open + 1, to: close, next }
}

function faulty(at: number, fault: string): Cell {
  return { from: at, to: at, next: at, fault }
}

function skipBlanks(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && isBlank(bytes[at])) at++
  return at
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB
}

/** Where the line that begins at `start` ends, without its line end. */
export function lineEnd(content: Buffer, start: number): number {
  const found = content.indexOf(LINE_FEED, start)
  const end = found < 0 ? content.length : found
  return end > start && content[end - 1] === RETURN ? end - 1 : end
}

/** The line, from 1, on which a byte lies. Walks through the file. */
export function lineNumber(content: Buffer, offset: number): number {
  let line = 1
  for (let at = content.indexOf(LINE_FEED); at >= 0 && at < offset; at = content.indexOf(LINE_FEED, at + 1))
    line++
  return line
}

/** `+` and 7 to 15 digits as a number; 0 for anything else. `at` gives the character codes. */
export function e164Key(length: number, at: (index: number) => number | undefined): number {
  if (length < 8 || length > 16 || at(0) !== PLUS) return 0
  let key = 0
  for (let index = 1; index < length; index++) {
    const digit = (at(index) ?? 0) - ZERO
    if (digit < 0 || digit > 9 || (digit === 0 && index === 1)) return 0
    key = key * 10 + digit
  }
  return key
}

/** Reads a file of numbers; what its lines may hold is told at `numberTable`. */
export function readNumberCsv(content: Buffer, defaultCountry: string | undefined): NumberCsv {
  const reader = new Reader(content, defaultCountry)
  reader.read()
  return reader.result()
}

class Reader {
  readonly #content: Buffer
  readonly #country: string | undefined
  readonly #keys: Float64Array
  readonly #lineStarts: Uint32Array
  #keyCount = 0
  readonly #literals = new Map<string, number>()
  readonly #problems: TableProblem[] = []
  #problemCount = 0
  readonly #duplicates: Duplicate[] = []
  #header: readonly string[] | undefined
  #hasHeader = false
  #missesHeader = false
  /** Which column holds the numbers, from 0. */
  #column = 0
  #line = 0
  #start = 0

  constructor(content: Buffer, country: string | undefined) {
    const most = lineNumber(content, content.length)
    this.#content = content
    this.#country = country
    this.#keys = new Float64Array(most)
    this.#lineStarts = new Uint32Array(most)
  }

  read(): void {
    const bytes = this.#content
    let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
    while (start < bytes.length) {
      const found = bytes.indexOf(LINE_FEED, start)
      const next = found < 0 ? bytes.length : found
      this.#line++
      this.#start = start
      this.#readLine(bytes[next - 1] === RETURN ? next - 1 : next)
      start = next + 1
    }
  }

  result(): NumberCsv {
    return {
      header: this.#header ?? ['number'],
      keys: this.#keys.subarray(0, this.#keyCount),
      lineStarts: this.#lineStarts.subarray(0, this.#keyCount),
      literals: this.#literals,
      problems: this.#allProblems(),
      duplicates: this.#duplicates,
    }
  }

  #allProblems(): readonly TableProblem[] {
    const hidden = this.#problemCount - this.#problems.length
    const last = this.#problems.at(-1)
    if (hidden === 0 || last === undefined) return this.#problems
    const message = `${hidden} more problems follow in this file; is it a CSV file in UTF-8 with one number a line?`
    return [...this.#problems, { line: last.line, column: 1, message }]
  }

  #readLine(end: number): void {
    const first = skipBlanks(this.#content, this.#start, end)
    if (first >= end || this.#content[first] === HASH) return
    const cells = scanLine(this.#content, this.#start, end)
    if (this.#header === undefined && this.#readHeader(cells, end)) return
    const last = cells.at(-1)
    if (last?.fault !== undefined) this.#report(last.next, last.fault)
    else if (this.#isRoomFor(cells)) this.#add(cells[this.#column] ?? { from: end, to: end })
  }

  /** True where the first line names columns; else the file has one column, and the line is its first row. */
  #readHeader(cells: readonly Cell[], end: number): boolean {
    this.#header = ['number']
    const [first] = cells
    if (first === undefined || cells.at(-1)?.fault !== undefined) return false
    if (isNumber(this.#text(first), this.#country)) return false
    const names = readCells(this.#content, this.#start, end)
    this.#header = names
    this.#hasHeader = true
    this.#column = Math.max(0, names.indexOf('number'))
    names.forEach((name, at) => {
      const offset = cells[at]?.from ?? end
      if (name === '') this.#report(offset, `column ${at + 1} has no name; give it one`)
      else if (names.indexOf(name) < at) this.#report(offset, `column ${name} is there twice; rename one`)
    })
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

  #add(cell: Pick<Cell, 'from' | 'to'>): void {
    const { from, to } = cell
    const key = e164Key(to - from, (index) => this.#content[from + index])
    if (key !== 0) this.#addKey(key)
    else this.#addText(this.#text(cell), from)
  }

  #addText(text: string, from: number): void {
    const number = readNumber(text, this.#country)
    if (text === '') this.#report(from, 'the number is missing; write one, or take the line out')
    else if (!isNumber(text, this.#country)) this.#report(from, notANumber(text))
    else if (isE164(number)) this.#addKey(keyOf(number))
    else this.#addLiteral(number)
  }

  #addKey(key: number): void {
    this.#keys[this.#keyCount] = key
    this.#lineStarts[this.#keyCount++] = this.#start
  }

  #addLiteral(number: string): void {
    const first = this.#literals.get(number)
    if (first === undefined) this.#literals.set(number, this.#start)
    else this.#duplicates.push({ start: this.#start, first })
  }

  #text({ from, to }: Pick<Cell, 'from' | 'to'>): string {
    return this.#content.toString('utf8', from, to).trim()
  }

  #report(offset: number, message: string): void {
    this.#problemCount++
    if (this.#problems.length >= MOST_PROBLEMS) return
    const column = this.#content.toString('utf8', this.#start, offset).length + 1
    this.#problems.push({ line: this.#line, column, message })
  }
}

/** The key of a number as `readNumber` gives it; 0 where it is not E.164. */
export function keyOf(number: string): number {
  return e164Key(number.length, (index) => number.charCodeAt(index))
}

/** A withheld caller has no number, so the words for it are no number of a list. */
function isNumber(text: string, country: string | undefined): boolean {
  const number = readNumber(text, country)
  return number !== ANONYMOUS && isNumberLike(number)
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
