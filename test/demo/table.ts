import { safeJson } from '../../src/lib/safe-text.js'
import { isOk, type Result } from './scenario.js'

/** Columns of a terminal that the table fits into. */
export const WIDTH = 108
const INDENT = '    '
const STATE_LINES = 3

const HEADINGS = ['', 'CALLER', 'DIALLED', 'TRUNK', 'HEADERS', 'THE PBX REACHED', 'RULE', '']

/**
 * The table: a row for each call, and below it what the call shows and the state that the flow's dialplan saw.
 * Where the call did not land as expected, it says so and what was expected.
 */
export function formatTable(results: readonly Result[]): string {
  const rows = results.map(cells)
  const all = [HEADINGS, ...rows]
  const widths = HEADINGS.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  const blocks = results.map((result, at) => [line(rows[at] ?? []), ...below(result)].join('\n'))
  return `${[line(HEADINGS), ...blocks].join('\n')}\n`
}

function cells(result: Result, at: number): readonly string[] {
  const { scenario, sight } = result
  return [
    String(at + 1).padStart(2),
    ...[scenario.from, scenario.to, scenario.trunk, headersOf(result)].map(printable),
    `→ ${printable(sight?.context ?? 'no flow')}`,
    printable(sight?.rule ?? '-'),
    isOk(result) ? 'ok' : 'NOT OK',
  ]
}

/** What the caller sent, and which of it did not count. */
function headersOf({ scenario, hearsay }: Result): string {
  const texts = Object.entries(scenario.headers).map(([name, value]) => {
    return `${name}: ${value}${hearsay.includes(name) ? ' (hearsay)' : ''}`
  })
  return texts.join(', ') || '-'
}

function below(result: Result): readonly string[] {
  const { scenario, sight } = result
  return [
    `${INDENT}${scenario.title}`,
    ...(sight === undefined ? [] : wrapped(`state ${safeJson(sight.state ?? null)}`)),
    ...(isOk(result) ? [] : complaint(result)),
  ]
}

function complaint({ scenario: { expected }, error }: Result): readonly string[] {
  const { context, rule, state } = expected
  const lines = wrapped(`expected ${context} by rule "${rule}" with state ${safeJson(state)}`)
  return error === undefined ? lines : [...lines, ...error.split('\n').slice(0, 6).flatMap(wrapped)]
}

/** Breaks a long text, and says by `…` where it goes on. */
function wrapped(text: string): readonly string[] {
  const room = WIDTH - INDENT.length
  const lines = printable(text).match(new RegExp(`.{1,${room}}`, 'gu')) ?? []
  if (lines.length <= STATE_LINES) return lines.map((line) => INDENT + line)
  const kept = lines.slice(0, STATE_LINES).map((line) => INDENT + line)
  return [...kept.slice(0, -1), `${kept.at(-1)?.slice(0, -1)}…`]
}

/** Text from a call in which nothing can steer the terminal. */
export function printable(text: string): string {
  return safeJson(text).slice(1, -1).replaceAll('\\"', '"').replaceAll('\\\\', '\\')
}
