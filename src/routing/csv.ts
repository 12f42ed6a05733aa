/** CSV (RFC 4180) without line ends in quotes. Columns count from 1, in UTF-16 units. */

export interface Cell {
  /** Without its quotes, or without the blanks around it. */
  readonly text: string
  /** Where it begins, with its quote. */
  readonly column: number
}

export interface Line {
  /** The cells before the fault, where there is one. */
  readonly cells: readonly Cell[]
  readonly fault?: { readonly column: number; readonly message: string }
}

/** Blanks, then a cell with or without quotes, then a comma or the end of the line. */
const CELL = /([ \t]*)(?:"([^"]*(?:""[^"]*)*)"[ \t]*|((?:[^", \t][^",]*)?))(,|$)/y
/** A cell in quotes with what may stand behind it. */
const QUOTED = /"[^"]*(?:""[^"]*)*"(?!")[ \t]*/y

export function splitLine(line: string): Line {
  const cells: Cell[] = []
  for (let at = 0; ; at = CELL.lastIndex) {
    CELL.lastIndex = at
    const [, blanks = '', quoted, plain = '', end] = CELL.exec(line) ?? []
    if (end === undefined) return { cells, fault: faultAt(line, at) }
    const text = quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"')
    cells.push({ text, column: at + blanks.length + 1 })
    if (end === '') return { cells }
  }
}

function faultAt(line: string, start: number): NonNullable<Line['fault']> {
  const quote = line.indexOf('"', start)
  if (line.slice(start, quote).trim() !== '') {
    const message = 'a quote inside a cell; put the whole cell in quotes and double this one'
    return { column: quote + 1, message }
  }
  QUOTED.lastIndex = quote
  if (QUOTED.test(line)) {
    const message = 'text after a closing quote; put a comma before it, or double the quote'
    return { column: QUOTED.lastIndex + 1, message }
  }
  const message =
    'a quote that is not closed on this line; close it, or double a quote that belongs to the text'
  return { column: quote + 1, message }
}
