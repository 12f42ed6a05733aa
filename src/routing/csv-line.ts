import { parse } from 'csv-parse/sync'

const QUOTE = 0x22
const COMMA = 0x2c
const SPACE = 0x20
const TAB = 0x09

/** Where one cell of a line lies, in bytes, and how many cells the line has. */
export interface LineScan {
  readonly cells: number
  /** The wanted cell without its quotes and the blanks around it; empty where the line has no such cell. */
  readonly from: number
  readonly to: number
  /** What is wrong with the line's quotes, and where. */
  readonly fault: { readonly at: number; readonly message: string } | undefined
}

/**
 * Looks at one line of a CSV file (RFC 4180, without line ends in quotes) and makes no string of it: that is
 * what lets a file of a million rows load at once.
 */
export function scanLine(bytes: Uint8Array, start: number, end: number, wanted: number): LineScan {
  let [cells, from, to, at] = [0, end, end, start]
  for (;;) {
    at = skipBlanks(bytes, at, end)
    const cell = bytes[at] === QUOTE && at < end ? quotedCell(bytes, at, end) : plainCell(bytes, at, end)
    if (cell.message !== undefined)
      return { cells, from, to, fault: { at: cell.next, message: cell.message } }
    if (cells === wanted) {
      from = cell.from
      to = cell.to
    }
    cells++
    if (cell.next >= end) return { cells, from, to, fault: undefined }
    at = cell.next + 1
  }
}

/** The cells of a line that was scanned without a fault. */
export function cellsOf(line: string): readonly string[] {
  if (!line.includes('"')) return line.split(',').map((cell) => cell.trim())
  const [cells = []] = parse(line, { trim: true, relax_column_count: true })
  return cells
}

interface Cell {
  readonly from: number
  readonly to: number
  /** The comma behind it, or the end of the line; where the fault is, if there is one. */
  readonly next: number
  readonly message?: string
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
  while (close < end && (bytes[close] !== QUOTE || bytes[close + 1] === QUOTE)) {
    close += bytes[close] === QUOTE ? 2 : 1
  }
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

function faulty(at: number, message: string): Cell {
  return { from: at, to: at, next: at, message }
}

function skipBlanks(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && isBlank(bytes[at])) at++
  return at
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB
}
