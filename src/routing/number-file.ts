import { ANONYMOUS, isNumberLike, readNumber } from '../sip/phone-number.js'
import { type Cell, otherSeparator, splitLine } from './csv.js'
import type { NumberTable } from './number-table.js'
import { asBuffer, inSharedMemory, keyOf, lineAt, lineEnd, lineNumber } from './number-table.js'

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
  /** How many problems there are, also those that are not listed. */
  readonly faults: number
}

/** A file in a wrong format has a problem on every line; the first ones tell. */
const MOST_PROBLEMS = 100
/** For each of these a line is looked up, which takes a walk through the file. */
const MOST_DUPLICATES = 20
const BYTE_ORDER_MARK = Buffer.from('\uFEFF')

/**
 * Reads a file of numbers: one number a line; further columns need a header row, that is a first line whose
 * first cell is no number. The numbers stand in the column `number`, else in the first. Of duplicates the first
 * wins. A faulty line is left out and reported. A file that lies in shared memory already is not copied.
 *
 * @param readsOn whether it is read to its end, however many lines are faulty; only the first ones are listed
 */
export function readNumberTable(
  file: string,
  content: Uint8Array,
  defaultCountry: string | undefined,
  readsOn = false,
): ReadTable {
  const reader = new Reader(asBuffer(inSharedMemory(content)), defaultCountry, readsOn)
  reader.read()
  const { problems, duplicates, faults } = reader
  return { table: tableOf(file, reader), problems, duplicates, faults }
}

function tableOf(file: string, { content, header, starts, literals }: Reader): NumberTable {
  const keys = new Float64Array(new SharedArrayBuffer(starts.size * Float64Array.BYTES_PER_ELEMENT))
  const lineStarts = new Uint32Array(new SharedArrayBuffer(starts.size * Uint32Array.BYTES_PER_ELEMENT))
  keys.set([...starts.keys()])
  keys.sort()
  for (const [at, key] of keys.entries()) lineStarts[at] = starts.get(key) ?? 0
  const names = header?.length ? header : ['number']
  return Object.freeze({
    file,
    header: Object.freeze(names),
    size: starts.size + literals.size,
    content: new Uint8Array(content.buffer),
    ...{ keys, lineStarts, literals },
  })
}

class Reader {
  readonly problems: TableProblem[] = []
  readonly duplicates: TableProblem[] = []
  /** The key of each number in E.164, and the byte at which its first line begins. */
  readonly starts = new Map<number, number>()
  /** The same for all other numbers. */
  readonly literals = new Map<string, number>()
  /** The names of the columns; undefined before the first line, empty where the file has no header. */
  header: readonly string[] | undefined
  faults = 0
  /** How many duplicates are not shown. */
  #hidden = 0
  #line = 0
  #start = 0

  constructor(
    readonly content: Buffer,
    private readonly country: string | undefined,
    private readonly readsOn: boolean,
  ) {}

  read(): void {
    const { content, duplicates } = this
    this.#start = content.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0
    for (let more = true; more && this.#start < content.length; ) {
      this.#line++
      more = this.#readLine(lineAt(content, this.#start))
      this.#start = lineEnd(content, this.#start) + 1
    }
    const message = `${this.#hidden} more numbers stand in this file twice`
    if (this.#hidden > 0) duplicates.push({ line: duplicates.at(-1)?.line ?? 1, column: 1, message })
  }

  /** @returns whether reading on makes sense. */
  #readLine(line: string): boolean {
    const start = line.trimStart()
    if (start === '' || start.startsWith('#')) return true
    const separator = this.header === undefined ? otherSeparator(line) : undefined
    if (separator !== undefined) {
      this.#report(separator.column, separator.message)
      return false
    }
    const { cells, fault } = splitLine(line)
    if (fault !== undefined) this.#report(fault.column, fault.message)
    else if (this.header === undefined && !this.#isNumber(cells[0]?.text ?? '')) this.#readHeader(cells)
    else this.#readRow(cells, line)
    this.header ??= []
    if (this.readsOn) return true
    if (this.problems.length >= MOST_PROBLEMS) this.#report(1, TOO_MANY_PROBLEMS)
    // One missing header is one problem, however many rows miss it.
    return this.problems.length < MOST_PROBLEMS && (cells.length <= 1 || this.header.length > 0)
  }

  #readHeader(cells: readonly Cell[]): void {
    const names = cells.map(({ text }) => text.trim())
    this.header = names
    for (const [at, name] of names.entries()) {
      const column = cells[at]?.column ?? 1
      if (name === '') this.#report(column, `column ${at + 1} has no name; give it one`)
      else if (/^\+\d{6,}$/.test(name)) this.#report(column, NO_HEADER)
      else if (names.indexOf(name) < at) this.#report(column, `column ${name} is there twice; rename one`)
    }
  }

  #readRow(cells: readonly Cell[], line: string): void {
    const columns = this.header?.length ?? 0
    const surplus = cells[Math.max(1, columns)]
    const number = cells[Math.max(0, this.header?.indexOf('number') ?? 0)]
    if (surplus !== undefined) this.#report(surplus.column, tooManyCells(cells.length, columns))
    else this.#add(number?.text.trim() ?? '', number?.column ?? line.length + 1)
  }

  #add(text: string, column: number): void {
    const number = readNumber(text, this.country)
    const key = keyOf(number)
    const first = key === undefined ? this.literals.get(number) : this.starts.get(key)
    if (text === '') this.#report(column, 'the number is missing; write one, or take the line out')
    else if (key === undefined && !this.#isNumber(text)) this.#report(column, notANumber(text))
    else if (first !== undefined) this.#addDuplicate(text, column, first)
    else if (key === undefined) this.literals.set(number, this.#start)
    else this.starts.set(key, this.#start)
  }

  #addDuplicate(text: string, column: number, first: number): void {
    if (this.duplicates.length === MOST_DUPLICATES) this.#hidden++
    else {
      const message = `"${text}" stands on line ${lineNumber(this.content, first)} already, and only that line counts`
      this.duplicates.push({ line: this.#line, column, message })
    }
  }

  /** A withheld caller has no number, so the words for it are no number of a list. */
  #isNumber(text: string): boolean {
    const number = readNumber(text, this.country)
    return number !== ANONYMOUS && isNumberLike(number)
  }

  #report(column: number, message: string): void {
    this.faults++
    if (this.problems.length <= MOST_PROBLEMS) this.problems.push({ line: this.#line, column, message })
  }
}

const NO_HEADER =
  'a number where the first line names the columns; put a line above it, with number over this column'

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
