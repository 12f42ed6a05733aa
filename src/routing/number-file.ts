import { ANONYMOUS, isNumberLike, readNumber } from '../sip/phone-number.js'
import { type Cell, cellText, lineEnd, lineNumber, nextLine, scanLine, skipBlanks } from './csv.js'
import { asBuffer, keyOf, search } from './number-table.js'
import type { NumberTable } from './types.js'

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
 * wins. A faulty line is left out and reported. A file that lies in shared memory already is not copied.
 */
export function readNumberTable(
  file: string,
  content: Uint8Array,
  defaultCountry: string | undefined,
): ReadTable {
  const reader = new Reader(asBuffer(inSharedMemory(content)), defaultCountry)
  reader.read()
  return reader.result(file)
}

function inSharedMemory(content: Uint8Array): Uint8Array {
  const isWhole = content.byteLength === content.buffer.byteLength
  if (content.buffer instanceof SharedArrayBuffer && isWhole) return content
  const copy = new Uint8Array(new SharedArrayBuffer(content.byteLength))
  copy.set(content)
  return copy
}

class Reader {
  readonly #content: Buffer
  readonly #country: string | undefined
  /** The numbers in E.164, and the bytes at which their lines begin, in the order of the file. */
  readonly #keys: number[] = []
  readonly #lineStarts: number[] = []
  readonly #literals = new Map<string, number>()
  /** Where a number comes again, and where it came first. */
  readonly #duplicates: { readonly start: number; readonly first: number }[] = []
  readonly #problems: TableProblem[] = []
  /** The names of the columns; undefined before the first line, empty where the file has no header. */
  #header: readonly string[] | undefined
  #line = 0
  #start = 0

  constructor(content: Buffer, country: string | undefined) {
    this.#content = content
    this.#country = country
  }

  read(): void {
    const bytes = this.#content
    this.#start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
    for (let more = true; more && this.#start < bytes.length; ) {
      this.#line++
      const end = lineEnd(bytes, this.#start)
      more = this.#readLine(end)
      this.#start = nextLine(bytes, end)
    }
  }

  result(file: string): ReadTable {
    const header = this.#header?.length ? this.#header : ['number']
    const { keys, lineStarts } = this.#sorted()
    const table: NumberTable = Object.freeze({
      file,
      columns: Object.freeze([...new Set(['number', ...header])]),
      header: Object.freeze(header),
      size: keys.length + this.#literals.size,
      content: new Uint8Array(this.#content.buffer),
      ...{ keys, lineStarts, literals: this.#literals },
    })
    return { table, problems: this.#problems, duplicates: this.#duplicateProblems() }
  }

  /** @returns whether reading on makes sense. */
  #readLine(end: number): boolean {
    const first = skipBlanks(this.#content, this.#start, end)
    if (first >= end || this.#content[first] === HASH) return true
    const cells = scanLine(this.#content, this.#start, end)
    const fault = cells.at(-1)?.fault
    if (fault !== undefined) this.#report(cells.at(-1)?.next ?? end, fault)
    else if (this.#header === undefined && !this.#isNumber(this.#text(cells[0]))) this.#readHeader(cells)
    else this.#readRow(cells, end)
    this.#header ??= []
    if (this.#problems.length >= MOST_PROBLEMS) this.#report(this.#start, TOO_MANY_PROBLEMS)
    // One missing header is one problem, however many rows miss it.
    return this.#problems.length < MOST_PROBLEMS && (cells.length === 1 || this.#header.length > 0)
  }

  #readHeader(cells: readonly Cell[]): void {
    const names = cells.map((cell) => this.#text(cell))
    this.#header = names
    for (const [at, { from }] of cells.entries()) {
      const name = names[at] ?? ''
      if (name === '') this.#report(from, `column ${at + 1} has no name; give it one`)
      else if (names.indexOf(name) < at) this.#report(from, `column ${name} is there twice; rename one`)
    }
  }

  #readRow(cells: readonly Cell[], end: number): void {
    const columns = this.#header?.length ?? 0
    const surplus = cells[Math.max(1, columns)]
    if (surplus !== undefined) this.#report(surplus.from, tooManyCells(cells.length, columns))
    else this.#add(this.#text(cells[this.#column]), cells[this.#column]?.from ?? end)
  }

  get #column(): number {
    return Math.max(0, this.#header?.indexOf('number') ?? 0)
  }

  #add(text: string, from: number): void {
    const number = readNumber(text, this.#country)
    const key = keyOf(number)
    if (text === '') this.#report(from, 'the number is missing; write one, or take the line out')
    else if (key === undefined && !this.#isNumber(text)) this.#report(from, notANumber(text))
    else if (key !== undefined) {
      this.#keys.push(key)
      this.#lineStarts.push(this.#start)
    } else {
      const first = this.#literals.get(number)
      if (first === undefined) this.#literals.set(number, this.#start)
      else this.#duplicates.push({ start: this.#start, first })
    }
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
    const shown = inOrder.slice(0, MOST_DUPLICATES).map(({ start, first }) => {
      const cell = scanLine(this.#content, start, lineEnd(this.#content, start))[this.#column]
      const message = `"${this.#text(cell)}" stands on line ${lineNumber(this.#content, first)} already, and only that line counts`
      const column = this.#content.toString('utf8', start, cell?.from).length + 1
      return { line: lineNumber(this.#content, start), column, message }
    })
    const hidden = inOrder.length - shown.length
    const line = shown.at(-1)?.line ?? 1
    const more = { line, column: 1, message: `${hidden} more numbers stand in this file twice` }
    return hidden === 0 ? shown : [...shown, more]
  }

  /** A withheld caller has no number, so the words for it are no number of a list. */
  #isNumber(text: string): boolean {
    const number = readNumber(text, this.#country)
    return number !== ANONYMOUS && isNumberLike(number)
  }

  #text(cell: Cell | undefined): string {
    return cell === undefined ? '' : cellText(this.#content, cell).trim()
  }

  #report(offset: number, message: string): void {
    const column = this.#content.toString('utf8', this.#start, offset).length + 1
    this.#problems.push({ line: this.#line, column, message })
  }
}

const TOO_MANY_PROBLEMS =
  'there are too many problems to read on; is it a CSV file in UTF-8 with one number a line?'

function tooManyCells(cells: number, columns: number): string {
  if (columns === 0)
    return 'there are cells beside the number, but no header row; name the columns in a first line such as number,name,tier'
  return `the line has ${cells} cells, but the header names ${columns}; put a cell that holds a comma in quotes`
}

function notANumber(text: string): string {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text
  return `"${shown}" is not a number; write it as +15551234567, with commas between the columns`
}
