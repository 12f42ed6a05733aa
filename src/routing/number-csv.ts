import { ANONYMOUS, isE164, isNumberLike, readNumber } from '../sip/phone-number.js'
import { cellsOf, scanLine } from './csv-line.js'
import { keyOfBytes, keyOfText, NumberKeys } from './number-keys.js'

/** Something wrong with a file of numbers. Lines and columns count from 1. */
export interface TableProblem {
  readonly line: number
  readonly column: number
  readonly message: string
}

/** A file of numbers, indexed: the bytes, and at which of them the line of each number starts. */
export interface NumberCsv {
  readonly content: Buffer
  /** As the header names them; just `number` where there is no header. */
  readonly columns: readonly string[]
  readonly keys: NumberKeys
  /** Numbers that are not E.164. */
  readonly literals: ReadonlyMap<string, number>
}

const LINE_END = 0x0a
const RETURN = 0x0d
const HASH = 0x23

/** A file in a wrong format has a problem on every line, and nobody reads more than these. */
const MOST_PROBLEMS = 100

/** For each of these the line of the first one is looked up, which takes a walk through the file. */
const MOST_DUPLICATES = 20

export function readNumberCsv(content: Buffer, defaultCountry: string | undefined) {
  const reader = new Reader(content, defaultCountry)
  return { csv: reader.read(), problems: reader.problems(), duplicates: reader.duplicates() }
}

class Reader {
  readonly #content: Buffer
  readonly #country: string | undefined
  readonly #keys: NumberKeys
  readonly #literals = new Map<string, number>()
  readonly #problems: TableProblem[] = []
  readonly #duplicates: TableProblem[] = []
  #problemCount = 0
  #duplicateCount = 0
  #columns: readonly string[] | undefined
  #hasHeader = false
  #missesHeader = false
  /** Which column holds the numbers, from 0. */
  #column = 0
  #line = 0
  #start = 0

  constructor(content: Buffer, country: string | undefined) {
    this.#content = content
    this.#country = country
    this.#keys = new NumberKeys(countLines(content))
  }

  read(): NumberCsv {
    const bytes = this.#content
    let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
    while (start < bytes.length) {
      const found = bytes.indexOf(LINE_END, start)
      const next = found < 0 ? bytes.length : found
      this.#line++
      this.#start = start
      this.#readLine(start, bytes[next - 1] === RETURN ? next - 1 : next)
      start = next + 1
    }
    const columns = this.#columns ?? ['number']
    return { content: bytes, columns, keys: this.#keys, literals: this.#literals }
  }

  problems(): readonly TableProblem[] {
    const hidden = this.#problemCount - this.#problems.length
    const last = this.#problems.at(-1)
    if (hidden === 0 || last === undefined) return this.#problems
    const message = `${hidden} more problems follow in this file; is it a CSV file in UTF-8 with one number a line?`
    return [...this.#problems, { line: last.line, column: 1, message }]
  }

  /** Numbers that were there before: only the first line of each counts. */
  duplicates(): readonly TableProblem[] {
    const hidden = this.#duplicateCount - this.#duplicates.length
    const last = this.#duplicates.at(-1)
    if (hidden === 0 || last === undefined) return this.#duplicates
    const message = `${hidden} more numbers stand in this file twice`
    return [...this.#duplicates, { line: last.line, column: 1, message }]
  }

  #readLine(start: number, end: number): void {
    const first = firstInk(this.#content, start, end)
    if (first >= end || this.#content[first] === HASH) return
    if (this.#columns === undefined && this.#readHeader(start, end)) return
    const scan = scanLine(this.#content, start, end, this.#column)
    if (scan.fault !== undefined) this.#report(scan.fault.at, scan.fault.message)
    else if (this.#hasRoomFor(scan.cells, start, end)) this.#add(start, scan.from, scan.to)
  }

  /** True where the first line names columns; else the file has one column, and the line is its first row. */
  #readHeader(start: number, end: number): boolean {
    const scan = scanLine(this.#content, start, end, 0)
    this.#columns = ['number']
    if (scan.fault !== undefined || isNumber(this.#text(scan.from, scan.to), this.#country)) return false
    const names = cellsOf(this.#content.toString('utf8', start, end))
    this.#columns = names
    this.#hasHeader = true
    this.#column = Math.max(0, names.indexOf('number'))
    names.forEach((name, at) => {
      const offset = scanLine(this.#content, start, end, at).from
      if (name === '') this.#report(offset, `column ${at + 1} has no name; give it one`)
      else if (names.indexOf(name) < at) this.#report(offset, `column ${name} is there twice; rename one`)
    })
    return true
  }

  #hasRoomFor(cells: number, start: number, end: number): boolean {
    const columns = this.#columns?.length ?? 1
    if (cells <= columns) return true
    const offset = scanLine(this.#content, start, end, columns).from
    if (this.#hasHeader) this.#report(offset, tooManyCells(cells, columns))
    // One missing header is one problem, however many rows miss it.
    else if (!this.#missesHeader) this.#report(offset, NO_HEADER)
    this.#missesHeader ||= !this.#hasHeader
    return false
  }

  #add(place: number, from: number, to: number): void {
    const key = keyOfBytes(this.#content, from, to)
    if (key !== 0) {
      this.#addKey(key, place, from, to)
      return
    }
    const text = this.#text(from, to)
    const number = readNumber(text, this.#country)
    if (text === '') this.#report(from, 'the number is missing; write one, or take the line out')
    else if (!isNumber(text, this.#country)) this.#report(from, notANumber(text))
    else if (isE164(number)) this.#addKey(keyOfText(number), place, from, to)
    else if (!this.#literals.has(number)) this.#literals.set(number, place)
    else this.#twice(from, to, this.#literals.get(number))
  }

  #addKey(key: number, place: number, from: number, to: number): void {
    if (!this.#keys.add(key, place)) this.#twice(from, to, this.#keys.placeOf(key))
  }

  #twice(from: number, to: number, first: number | undefined): void {
    this.#duplicateCount++
    if (this.#duplicates.length >= MOST_DUPLICATES || first === undefined) return
    const column = this.#content.toString('utf8', this.#start, from).length + 1
    const line = lineOf(this.#content, first)
    const message = `"${this.#text(from, to)}" stands on line ${line} already, and only that line counts`
    this.#duplicates.push({ line: this.#line, column, message })
  }

  #text(from: number, to: number): string {
    return this.#content.toString('utf8', from, to).trim()
  }

  #report(offset: number, message: string): void {
    this.#problemCount++
    if (this.#problems.length >= MOST_PROBLEMS) return
    const column = this.#content.toString('utf8', this.#start, offset).length + 1
    this.#problems.push({ line: this.#line, column, message })
  }
}

/** A withheld caller is nobody in particular, so its words are no number of a list. */
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

function firstInk(bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && (bytes[at] === 0x20 || bytes[at] === 0x09)) at++
  return at
}

/** The line, from 1, on which a byte lies. */
export function lineOf(bytes: Buffer, offset: number): number {
  let line = 1
  for (let at = bytes.indexOf(LINE_END); at >= 0 && at < offset; at = bytes.indexOf(LINE_END, at + 1)) line++
  return line
}

function countLines(bytes: Buffer): number {
  let count = 1
  for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) count++
  return count
}
