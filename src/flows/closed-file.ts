import { type Calendar, lastDayOf } from '../hours/calendar.js'
import { formatDate, parseDate } from '../hours/wall-clock.js'
import { type Cell, otherSeparator, splitLine } from '../routing/csv.js'
import type { TableProblem } from '../routing/number-file.js'
import { ClosedRowSchema } from './schema-sources.js'

const COLUMNS = Object.keys(ClosedRowSchema.shape)
/** A file in a wrong format has a problem on every line; the first ones tell. */
const MOST_PROBLEMS = 20
const LONGEST_DAYS = 3_660

/**
 * Reads a CSV file of closed days: the columns are `date`, or `from` and `to`, and `why`, as a line names them, also in
 * the middle, where the holidays of a second year were appended; before such a line `date` and `why`. Lines that begin
 * with # are comments.
 */
export function readClosedFile(text: string): Calendar | readonly TableProblem[] {
  const days = new Map<number, string>()
  const problems: TableProblem[] = []
  let header: readonly string[] = ['date', 'why']
  for (const [at, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (/^\s*(#|$)/.test(line) || problems.length >= MOST_PROBLEMS) continue
    const report: Report = (column, message) => void problems.push({ line: at + 1, column, message })
    const { cells, fault = otherSeparator(line) } = splitLine(line)
    if (fault !== undefined) report(fault.column, fault.message)
    else if (COLUMNS.includes(cells[0]?.text.trim() ?? '')) {
      header = cells.map((cell) => cell.text.trim())
      for (const { text: name, column } of cells)
        if (!COLUMNS.includes(name.trim()))
          report(column, `there is no column "${name}" here; known are ${COLUMNS.join(', ')}`)
    } else readRow(cells, header, days, report)
  }
  return problems.length > 0 ? problems : { days, times: new Map(), last: lastDayOf(days) }
}

type Report = (column: number, message: string) => void

function readRow(
  cells: readonly Cell[],
  header: readonly string[],
  days: Map<number, string>,
  report: Report,
): void {
  const surplus = cells[header.length]
  if (surplus !== undefined)
    report(surplus.column, 'this cell has no column; put a text that holds a comma in quotes')
  const filled = cells
    .map(({ text }, at) => [header[at] ?? '', text.trim()] as const)
    .filter(([name, text]) => COLUMNS.includes(name) && text !== '')
  const { data, error } = ClosedRowSchema.safeParse(Object.fromEntries(filled))
  for (const { path, message } of error?.issues ?? [])
    report(cells[header.indexOf(String(path[0]))]?.column ?? 1, message)
  if (data === undefined) return
  const { date = '', from = date, to = date, why = '' } = data
  const [first, last] = [parseDate(from) ?? Number.NaN, parseDate(to) ?? Number.NaN]
  if (last < first) report(1, `${to} is before ${from}; the first day comes first`)
  else if (last - first > LONGEST_DAYS)
    report(1, `these are more than ten years; end them at ${formatDate(first + LONGEST_DAYS)}`)
  else for (let day = first; day <= last; day++) days.set(day, days.get(day) || why)
}
