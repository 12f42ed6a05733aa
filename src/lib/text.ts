import { closest, distance } from 'fastest-levenshtein'

/**
 * Characters that JSON leaves as they are but that move a terminal's cursor, change its writing direction or break
 * its lines: C1 controls, bidi marks (CVE-2021-42574) and the Unicode line ends.
 */
const TERMINAL_CONTROLS = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** The same, and all other control characters but the line feed. */
const ALL_CONTROLS = /[\0-\t\v-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

/** JSON on one line, without a character that can control the terminal that shows it. */
export function safeJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(TERMINAL_CONTROLS, escaped)
}

/** Text of one or more lines for people, with control characters written out as `\u001b`. */
export function safeText(text: string): string {
  return text.replace(ALL_CONTROLS, escaped)
}

/** The same for a value within a line: a line feed is written out, too. */
export function safeLine(text: string): string {
  return safeText(text).replaceAll('\n', '\\n')
}

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

/** `a, b and 3 more` */
export function listed(names: readonly string[], most = 6): string {
  if (names.length <= most) return names.join(', ')
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`
}

/** `a, b and c` */
export function inWords(names: readonly string[]): string {
  return new Intl.ListFormat('en-GB').format(names)
}

/** The known name that `name` is probably a slip of, if one is near enough to be worth naming. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const candidates = [...known]
  if (candidates.length === 0) return undefined
  const lower = name.toLowerCase()
  const best = closest(
    lower,
    candidates.map((candidate) => candidate.toLowerCase()),
  )
  if (distance(lower, best) > Math.max(2, Math.floor(name.length / 3))) return undefined
  return candidates.find((candidate) => candidate.toLowerCase() === best)
}

/** The end of a message about an unknown name: `; did you mean "goto"?`, else what names there are. */
export function suggestion(name: string, known: Iterable<string>): string {
  const candidates = [...known]
  const near = nearest(name, candidates)
  if (near !== undefined) return `; did you mean "${near}"?`
  if (candidates.length === 0 || candidates.length > 12) return ''
  return `; known here: ${candidates.join(', ')}`
}
