import { cellsOf } from './csv-line.js'
import type { CallerRow } from './decision.js'
import { lineOf, type NumberCsv, readNumberCsv, type TableProblem } from './number-csv.js'
import { keyOfText, NumberKeys, type NumberKeysParts } from './number-keys.js'

/** What a table consists of: enough to make the same table again, in another thread say. */
export interface NumberTableParts {
  readonly file: string
  readonly content: Buffer
  /** As the header of the file names them. */
  readonly columns: readonly string[]
  readonly keys: NumberKeysParts
  readonly literals: ReadonlyMap<string, number>
}

/**
 * The numbers of one CSV file with the columns beside them, built for a million rows: the file stays in
 * memory as it was read, an index finds the line of a number, and only that line is taken apart.
 */
export class NumberTable {
  readonly #csv: NumberCsv
  /** The file's path as the flow file names it. */
  readonly file: string
  /** The names by which a row's cells are known: the header's, and `number`. */
  readonly columns: readonly string[]

  private constructor(file: string, csv: NumberCsv) {
    this.file = file
    this.#csv = csv
    this.columns = Object.freeze([...new Set(['number', ...csv.columns])])
    Object.freeze(this)
  }

  /**
   * Reads a file: one number a line; further columns need a header row, that is a first line whose first
   * cell is no number. The numbers stand in the column `number`, else in the first. Of duplicates the first
   * wins. A faulty line is left out and reported, with lines and columns from 1. Keeps `content`.
   */
  static fromCsv(
    file: string,
    content: Buffer,
    defaultCountry: string | undefined,
  ): {
    table: NumberTable
    problems: readonly TableProblem[]
    /** Lines that are passed over because their number was there before. */
    duplicates: readonly TableProblem[]
  } {
    const { csv, ...found } = readNumberCsv(content, defaultCountry)
    return { table: new NumberTable(file, csv), ...found }
  }

  /** The table whose `parts` these are. Nothing is copied. */
  static fromParts({ file, keys, ...csv }: NumberTableParts): NumberTable {
    return new NumberTable(file, { ...csv, keys: new NumberKeys(keys) })
  }

  /** Not copied, so nobody may change them. */
  get parts(): NumberTableParts {
    const { content, columns, keys, literals } = this.#csv
    return { file: this.file, content, columns, keys: keys.parts, literals }
  }

  /** How many different numbers there are. */
  get size(): number {
    return this.#csv.keys.size + this.#csv.literals.size
  }

  /** @param number as `readNumber` gives it. */
  has(number: string): boolean {
    const key = keyOfText(number)
    return key === 0 ? this.#csv.literals.has(number) : this.#csv.keys.has(key)
  }

  /**
   * The row of a number: `number` as it is compared, every column of the header as the file has it. Where the
   * header calls the column of the numbers `number` too, the form that is compared stands there.
   */
  row(number: string): CallerRow | undefined {
    const place = this.#placeOf(number)
    if (place === undefined) return undefined
    const cells = cellsOf(this.#lineAt(place))
    const entries = this.#csv.columns.map((column, at): [string, string] => [column, cells[at] ?? ''])
    return Object.freeze(Object.fromEntries([...entries, ['number', number]]))
  }

  /** The line of the file, from 1, on which a number stands. Walks through the file: for explanations. */
  lineOf(number: string): number | undefined {
    const place = this.#placeOf(number)
    return place === undefined ? undefined : lineOf(this.#csv.content, place)
  }

  /** All different numbers, as `has` takes them; E.164 ones first, in no order. */
  *numbers(): Generator<string, void> {
    for (const key of this.#csv.keys.keys()) yield `+${key}`
    yield* this.#csv.literals.keys()
  }

  /** Whether both were read from the same bytes, which in one default country makes them equal. */
  hasContentOf(other: NumberTable): boolean {
    return this.#csv.content.equals(other.#csv.content)
  }

  /** Whether a number that both have stands beside the same cells, in the columns of this table. */
  hasRowOf(other: NumberTable, number: string): boolean {
    const [here, there] = [this.#placeOf(number), other.#placeOf(number)]
    if (here === undefined || there === undefined) return here === there
    if (sameLine(this.#csv.content, here, other.#csv.content, there)) return true
    return this.#sameCells(cellsOf(this.#lineAt(here)), other, cellsOf(other.#lineAt(there)))
  }

  /** The number itself may be written in another way. */
  #sameCells(cells: readonly string[], other: NumberTable, otherCells: readonly string[]): boolean {
    return this.#csv.columns.every((column, at) => {
      const there = otherCells[other.#csv.columns.indexOf(column)]
      return column === 'number' || (cells[at] ?? '') === (there ?? '')
    })
  }

  #placeOf(number: string): number | undefined {
    const key = keyOfText(number)
    return key === 0 ? this.#csv.literals.get(number) : this.#csv.keys.placeOf(key)
  }

  #lineAt(start: number): string {
    const end = this.#csv.content.indexOf(0x0a, start)
    return this.#csv.content.toString('utf8', start, end < 0 ? undefined : end).replace(/\r$/, '')
  }
}

const LINE_END = 0x0a

/** Byte by byte, because a million lines are compared and nearly all of them are equal. */
function sameLine(a: Buffer, fromA: number, b: Buffer, fromB: number): boolean {
  for (let i = 0; ; i++) {
    const byte = a[fromA + i] ?? LINE_END
    if (byte !== (b[fromB + i] ?? LINE_END)) return false
    if (byte === LINE_END) return true
  }
}
