import { cellsOf } from './csv-line.js'
import type { CallerRow } from './decision.js'
import { type NumberCsv, readNumberCsv, type TableProblem } from './number-csv.js'
import { keyOfText } from './number-keys.js'

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
  ): { table: NumberTable; problems: readonly TableProblem[] } {
    const { csv, problems } = readNumberCsv(content, defaultCountry)
    return { table: new NumberTable(file, csv), problems }
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
    const key = keyOfText(number)
    const place = key === 0 ? this.#csv.literals.get(number) : this.#csv.keys.placeOf(key)
    if (place === undefined) return undefined
    const cells = cellsOf(this.#lineAt(place))
    const entries = this.#csv.columns.map((column, at): [string, string] => [column, cells[at] ?? ''])
    return Object.freeze(Object.fromEntries([...entries, ['number', number]]))
  }

  #lineAt(start: number): string {
    const end = this.#csv.content.indexOf(0x0a, start)
    return this.#csv.content.toString('utf8', start, end < 0 ? undefined : end).replace(/\r$/, '')
  }
}
