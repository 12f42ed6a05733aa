import { type Calendar, lastDayOf } from '../hours/calendar.js'
import { formatDate, parseDate } from '../hours/wall-clock.js'
import { type Cell, otherSeparator, splitLine } from '../routing/csv.js'
import type { Position } from './problem.js'
import { ClosedRowSchema } from './schema.js'

/** What is wrong, and where. */
export interface FileProblem extends Position {
  readonly message: string
}

const COLUMNS = Object.keys(ClosedRowSchema.shape)
/** A file in a wrong format has a problem on every line; the first ones tell. */
const MOST_PROBLEMS = 20
const LONGEST_DAYS = 3_660

/**
 * Reads a CSV file of closed days: the columns are `date`, or `from` and `to`, and `why`, as its first line names
 * them; without such a line `date` and `why`. Lines that begin with # are comments.
 */
export function readClosedFile(text: string): Calendar | readonly FileProblem[] {
  const { days, problems } = new Reader(text)
  return problems.length > 0 ? problems : { days, times: new Map(), last: lastDayOf(days) }
}

class Reader {
  readonly days = new Map<number, string>()
  readonly problems: FileProblem[] = []
  #header: readonly string[] | undefined
  #line = 0

  constructor(text: string) {
    for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
      this.#line++
      if (!/^\s*(#|$)/.test(line) && this.problems.length < MOST_PROBLEMS) this.#readLine(line)
    }
  }

  #readLine(line: string): void {
    const { cells, fault = otherSeparator(line) } = splitLine(line)
    // Also in the middle, where the holidays of a second year were appended.
    const isHeader = COLUMNS.includes(cells[0]?.text.trim() ?? '')
    if (fault !== undefined) this.#report(fault.column, fault.message)
    else if (isHeader) this.#readHeader(cells)
    else {
      this.#header ??= ['date', 'why']
      this.#readRow(cells, this.#header)
    }
  }

  #readHeader(cells: readonly Cell[]): void {
    this.#header = cells.map(({ text }) => text.trim())
    for (const { text, column } of cells)
      if (!COLUMNS.includes(text.trim()))
        this.#report(column, `there is no column "${text}" here; known are ${COLUMNS.join(', ')}`)
  }

  #readRow(cells: readonly Cell[], header: readonly string[]): void {
    const surplus = cells[header.length]
    if (surplus !== undefined)
      this.#report(surplus.column, 'this cell has no column; put a text that holds a comma in quotes')
    const filled = cells
      .map(({ text }, at) => [header[at] ?? '', text.trim()] as const)
      .filter(([name, text]) => COLUMNS.includes(name) && text !== '')
    const { data, error } = ClosedRowSchema.safeParse(Object.fromEntries(filled))
    for (const { path, message } of error?.issues ?? []) {
      const cell = path[0] === undefined ? undefined : cells[header.indexOf(String(path[0]))]
      this.#report(cell?.column ?? 1, message)
    }
    if (data !== undefined) this.#add(data)
  }

  #add({ date = '', from = date, to = date, why = '' }: Readonly<Record<string, string | undefined>>): void {
    const [first, last] = [parseDate(from) ?? Number.NaN, parseDate(to) ?? Number.NaN]
    if (last < first) this.#report(1, `${to} is before ${from}; the first day comes first`)
    else if (last - first > LONGEST_DAYS)
      this.#report(1, `these are more than ten years; end them at ${formatDate(first + LONGEST_DAYS)}`)
    else for (let day = first; day <= last; day++) this.days.set(day, this.days.get(day) || why)
  }

  #report(column: number, message: string): void {
    this.problems.push({ line: this.#line, column, message })
  }
}
