import { safeJson } from '../../src/lib/text.js'
import type { LogLine } from '../support/doorman.js'
import { type Demo, isOk, type Result } from './calls.js'

/** Columns of a terminal that the table fits into. */
const WIDTH = 80
const INDENT = '    '
const HEADINGS = ['', 'CALLER', 'THE PBX REACHED', 'THE CALLER HEARD', '']

/** One call as one line of JSON, for scripts. A call that reached no flow has an `error` that says why. */
export function jsonLine(result: Result): string {
  const { from, to, headers, trunk, expected } = result.call
  const { context = null, state = null, rule = null } = result.reached ?? {}
  return safeJson({
    ...{
      from,
      to,
      headers,
      trunk,
      expected,
      landed: { context, state },
      rule,
      heard: result.heard ?? null,
      ok: isOk(result),
    },
    ...(result.reached === undefined ? { error: result.error ?? 'The call reached no flow.' } : {}),
  })
}

/**
 * The table: a row for each call, and below it what the call shows, what it came with, and the state that the flow's
 * dialplan saw.
 * Where the outcome is not the expected one, it says so and what was expected.
 */
export function formatTable(results: readonly Result[]): string {
  const rows = results.map(cells)
  const widths = HEADINGS.map((_, column) =>
    Math.max(...[HEADINGS, ...rows].map((row) => row[column]?.length ?? 0)),
  )
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  const blocks = results.map((result, at) => [line(rows[at] ?? []), ...below(result)].join('\n'))
  return `${[line(HEADINGS), ...blocks].join('\n')}\n`
}

function cells({ call, reached, heard }: Result, at: number): readonly string[] {
  return [
    String(at + 1).padStart(2),
    printable(call.from),
    `→ ${printable(reached?.context ?? 'no flow')}`,
    heard === undefined ? 'no greeting' : printable(`"${heard}"`),
    isOk({ call, reached, heard }) ? 'ok' : 'NOT OK',
  ]
}

function origin({ call, reached, hearsay }: Result): string {
  const headers = Object.entries(call.headers).map(
    ([name, value]) => `, ${name}: ${value}${hearsay.includes(name) ? ' (hearsay)' : ''}`,
  )
  return `${call.to} via ${call.trunk}${headers.join('')}; rule ${reached?.rule ?? '-'}`
}

function below(result: Result): readonly string[] {
  const { title, expected } = result.call
  const state = result.reached === undefined ? [] : wrapped(`state ${safeJson(result.reached.state ?? null)}`)
  const about = [title, origin(result)].flatMap(wrapped)
  if (isOk(result)) return [...about, ...state]
  const wanted = `expected ${expected.context} by rule "${expected.rule}", to hear ${safeJson(expected.heard)}, with state ${safeJson(expected.state)}`
  const errors = result.error?.split('\n').slice(0, 6) ?? []
  return [...about, ...state, ...[wanted, ...errors].flatMap(wrapped)]
}

/** Breaks a long text over at most three lines, and says by `…` where it goes on. */
function wrapped(text: string): readonly string[] {
  const parts = printable(text).match(new RegExp(`.{1,${WIDTH - INDENT.length}}`, 'gu')) ?? []
  const lines = parts.slice(0, 3).map((part) => INDENT + part)
  return parts.length <= 3 ? lines : lines.map((line, at) => (at === 2 ? `${line.slice(0, -1)}…` : line))
}

/** Text from a call in which nothing can steer the terminal. */
function printable(text: string): string {
  return safeJson(text).slice(1, -1).replaceAll('\\"', '"').replaceAll('\\\\', '\\')
}

/** How to call the two sides. */
export function instructions(
  { asterisk, console: { url, token } }: Pick<Demo, 'asterisk' | 'console'>,
  file: string,
  perSecond: number,
): string {
  const { username, password } = asterisk.softphone
  const doorman = `npx doorman --settings ${file}`
  const coming =
    perSecond > 0 ? `where these calls keep coming, ${perSecond}/s` : 'which shows calls as they come'
  return `
Open the web console, ${coming}:

  ${url}   token ${token}

Asterisk ${asterisk.version} and Doorman stay up. From another terminal, in this folder:

  ${doorman} call --from +15551234567 --to 5557654321
  ${doorman} call --from 5559990001 --to 5557654321 \\
      --header 'X-VIP: gold'
      places a real call as carrier-a; --local 127.0.0.3 places it as
      carrier-b, which is not trusted

  a softphone on this machine: SIP over UDP, server 127.0.0.1 port ${asterisk.ports.sip},
      user ${username}, password ${password};
      dial 5557654321

  edit flows/routing.yaml, flows/triage.ts or flows/vips.csv: later calls go by
  what you wrote, or you read here why it was refused. flows/examples.yaml holds
  calls that must go where it says: a change that breaks one is refused until
  you change the example, too. What would become of a call, without one, says
  ${doorman} explain --from 5559990001 \\
      --to 5557654321 --trunk carrier-a

  ${doorman} calls
  ${doorman} why last
      list the calls so far, and say why the last one went where it went

  ${doorman} doctor
      examines both sides, as it would your own PBX

Each call of your own, and each change of the flow files, is a line here.
Ctrl-C stops both sides.
`
}

/** What Doorman says of a call, and of changed flow files with the changes or the problems that made it refuse them. */
export function newsLines({ event, message, changes, problems }: LogLine): readonly string[] {
  const texts = (list: unknown) => (Array.isArray(list) ? list.map((text) => `  ${text}`) : [])
  if (event === 'decision' || event === 'table_loaded' || event === 'table_problem')
    return [printable(message)]
  return event === 'reload' ? [message, ...texts(changes), ...texts(problems)].map(printable) : []
}
