/** CSV (RFC 4180) without line ends in quotes, each cell with its column for problems, from 1, in UTF-16 units. */

export interface Cell {
  /** Without its quotes, or without the blanks around it. */
  readonly text: string
  /** Where its text begins. */
  readonly column: number
}

export interface Line {
  /** The cells before the fault, where there is one. */
  readonly cells: readonly Cell[]
  readonly fault?: { readonly column: number; readonly message: string }
}

/** A cell in quotes, and the blanks behind it. */
const QUOTED = /"([^"]*(?:""[^"]*)*)"(?!")[ \t]*/y

export function splitLine(line: string): Line {
  const cells: Cell[] = []
  for (let at = 0; ; at++) {
    while (line[at] === ' ' || line[at] === '\t') at++
    const column = at + 1
    if (line[at] === '"') {
      QUOTED.lastIndex = at
      const quoted = QUOTED.exec(line)?.[1]
      if (quoted === undefined) return { cells, fault: { column, message: NOT_CLOSED } }
      at = QUOTED.lastIndex
      if (at < line.length && line[at] !== ',')
        return { cells, fault: { column: at + 1, message: TEXT_AFTER_QUOTE } }
      cells.push({ text: quoted.replaceAll('""', '"'), column: column + 1 })
    } else {
      const comma = line.indexOf(',', at)
      const text = line.slice(at, comma < 0 ? line.length : comma)
      const quote = text.indexOf('"')
      if (quote >= 0) return { cells, fault: { column: column + quote, message: QUOTE_INSIDE } }
      cells.push({ text: text.trim(), column })
      at += text.length
    }
    if (at >= line.length) return { cells }
  }
}

/** Where a first line has semicolons or tabs between its cells. */
export function otherSeparator(line: string): Line['fault'] {
  const [, first = '', separator] = OTHER_SEPARATOR.exec(line) ?? []
  if (separator === undefined) return undefined
  const name = separator === ';' ? 'semicolons' : 'tabs'
  const message = `${name} stand between the cells; save the file with commas between them`
  return { column: first.length + 1, message }
}

/** A first cell, in quotes or not, behind which there is another separator than a comma, and a second cell. */
const OTHER_SEPARATOR = /^(\s*(?:"[^"]*"|[^",;\t]*))([;\t])\s*[^\s,]/

const QUOTE_INSIDE = 'a quote inside a cell; put the whole cell in quotes and double this one'
const TEXT_AFTER_QUOTE = 'text after a closing quote; put a comma before it, or double the quote'
const NOT_CLOSED =
  'a quote that is not closed on this line; close it, or double a quote that belongs to the text'
