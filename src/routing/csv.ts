/**
 * CSV (RFC 4180) without line ends in quotes, read from the bytes of a file: only the cells that are asked for
 * become texts, so that a file of a million lines loads in a second.
 */

const LINE_FEED = 0x0a
const RETURN = 0x0d
const QUOTE = 0x22
const COMMA = 0x2c
const SPACE = 0x20
const TAB = 0x09

/** One cell of a line, in bytes, without its quotes and the blanks around it. */
export interface Cell {
  readonly from: number
  readonly to: number
  /** The comma behind it, or the end of the line; with a fault, where that is. */
  readonly next: number
  readonly fault?: string
}

/** The cells of one line; after a faulty one nothing follows. */
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

export function cellText(content: Buffer, { from, to }: Cell): string {
  const text = content.toString('utf8', from, to)
  return content[from - 1] === QUOTE && content[to] === QUOTE ? text.replaceAll('""', '"') : text
}

/** Where the line that begins at `start` ends, without its line end. */
export function lineEnd(content: Buffer, start: number): number {
  const found = content.indexOf(LINE_FEED, start)
  const end = found < 0 ? content.length : found
  return end > start && content[end - 1] === RETURN ? end - 1 : end
}

/** Where the line after the one that ends at `end` begins. */
export function nextLine(content: Buffer, end: number): number {
  return content[end] === RETURN ? end + 2 : end + 1
}

/** The line, from 1, on which a byte lies. Walks through the file. */
export function lineNumber(content: Buffer, offset: number): number {
  let line = 1
  for (let at = content.indexOf(LINE_FEED); at >= 0 && at < offset; at = content.indexOf(LINE_FEED, at + 1))
    line++
  return line
}

export function skipBlanks(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && isBlank(bytes[at])) at++
  return at
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

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB
}
