import { safeLine } from './safe-text.js'

/**
 * Puts rows into aligned columns. Where a row would be longer than `width`, the widest columns behind the first `whole`
 * ones are cut. Rows that come later keep to the columns of those before.
 */
export class Columns {
  readonly #widest: number[] = []

  constructor(
    private readonly width = Number.POSITIVE_INFINITY,
    private readonly whole = 0,
  ) {}

  lines(rows: readonly (readonly string[])[]): readonly string[] {
    const safe = rows.map((row) => row.map(safeLine))
    for (const row of safe)
      for (const [at, cell] of row.entries()) this.#widest[at] = Math.max(this.#widest[at] ?? 0, cell.length)
    const widths = this.#fitting()
    return safe.map((row) =>
      row
        .map((cell, at) => cut(cell, widths[at] ?? 0).padEnd(widths[at] ?? 0))
        .join(GAP)
        .trimEnd(),
    )
  }

  #fitting(): readonly number[] {
    const whole = this.#widest.slice(0, this.whole)
    const widths = this.#widest.slice(this.whole)
    let excess = this.#widest.reduce((sum, one) => sum + one + GAP.length, -GAP.length) - this.width
    for (; excess > 0; excess--) widths[widths.indexOf(Math.max(...widths))] = Math.max(...widths) - 1
    return [...whole, ...widths]
  }
}

const GAP = '  '

/** At most so many characters of a text; of a longer one the last is `…`. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}

/** Breaks lines at spaces that are longer than `width`. What follows is indented like the line's last column. */
export function wrap(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, width, lastColumn(line, width)))
    .join('\n')
}

function lastColumn(line: string, width: number): number {
  return /^(.*\s{2,}| *)(?=\S)/.exec(line.slice(0, width / 2))?.[0].length ?? 0
}

/** The same for one line, with what follows indented by so many spaces. */
export function wrapLine(line: string, width: number, indent: number): readonly string[] {
  const lines: string[] = []
  let rest = line
  while (rest.length > width) {
    const end = rest.lastIndexOf(' ', width)
    // A word that is longer stays whole.
    if (end <= indent) break
    lines.push(rest.slice(0, end).trimEnd())
    rest = ' '.repeat(indent) + rest.slice(end).trimStart()
  }
  return [...lines, rest]
}
