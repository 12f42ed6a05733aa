import { writtenBy } from '../support/written-by.js'
import type { Fault } from './fault.js'
import { type FaultResult, LONGEST_WAIT_MS } from './run-fault.js'

/** For scripts. */
export function resultsJson(results: readonly FaultResult[]): string {
  const rows = results.map(({ fault, asterisk, offered, routed, fallback, lost, longest_wait_ms }) => ({
    ...{ fault, asterisk, offered, routed, fallback, lost, longest_wait_ms },
  }))
  return `${JSON.stringify(rows, undefined, 2)}\n`
}

export const COLUMNS = ['fault', 'offered', 'routed', 'fallback', 'lost', 'longest wait', 'works again after']

/** One line of a table, for the terminal and the file. */
export function cells(result: FaultResult): readonly string[] {
  const { fault, offered, routed, fallback, lost, longest_wait_ms, recovery_ms } = result
  const seconds = ((recovery_ms ?? 0) / 1_000).toFixed(1)
  const again = recovery_ms === undefined ? 'never' : recovery_ms < 250 ? 'at once' : `${seconds} s`
  return [fault, ...[offered, routed, fallback, lost].map(String), `${longest_wait_ms} ms`, again]
}

/** The lines of a table in Markdown: names on the left, figures on the right. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |`
  return [line(columns), `| --- |${' ---: |'.repeat(columns.length - 1)}`, ...rows.map(line)]
}

/**
 * For people.
 * @param rates calls a second, by the version of Asterisk
 */
export function resultsMd(
  results: readonly FaultResult[],
  faults: readonly Fault[],
  rates: ReadonlyMap<string, number>,
): string {
  const of = (version: string) => results.filter(({ asterisk }) => asterisk === version)
  return [
    '# What faults do to callers',
    '',
    writtenBy('npm run faults'),
    '',
    INTRODUCTION,
    ...[...rates].flatMap(([asterisk, rate]) => [
      `## Asterisk ${asterisk}, ${rate} calls a second`,
      '',
      ...table(COLUMNS, of(asterisk).map(cells)),
      '',
      ...of(asterisk).flatMap(remarks),
      '',
    ]),
    '## What is done',
    '',
    ...faults.map(({ name, what }) => `- **${name}**: ${what}`),
    '',
  ].join('\n')
}

const INTRODUCTION = `Each fault has an Asterisk, one instance of Doorman (or two) and callers of its own. Calls come before it, while it
lasts and after it. A third of them are VIP callers, a third are known by a header, a third are decided by a function.
Each context gives another SIP answer, so that each caller knows its flow and how long it waited.

- *offered*: calls that Asterisk took (100 Trying). *routed*: in the flow of their rule. *fallback*: in the flow under
  \`otherwise\`. *lost*: no answer within 10 s, the answer of no or another flow, or hung up by the PBX.
- *longest wait*: from the INVITE that Asterisk took to its final answer. At most ${LONGEST_WAIT_MS} ms: the time limit of the
  entry context, and half a second.
- *works again after*: from the end of the load until a good call of each kind was routed again.
- Calls that Asterisk never took are not counted: while it is restarted it refuses new calls until the old ones are
  over, and then is not there. Calls end with an Asterisk that dies, so that it is stopped gracefully here.
- For each call the decision record is compared with what its caller saw: no call in the fallback may be recorded as
  "routed".
`

function remarks(result: FaultResult): readonly string[] {
  const { fault, not_taken, longest_wait_ms, longest_from_first_ms, problems } = result
  const late = `${longest_from_first_ms} ms from the first INVITE at most`
  return [
    ...(not_taken > 0 ? [`- ${fault}: ${not_taken} calls were not taken by Asterisk.`] : []),
    ...(longest_from_first_ms > longest_wait_ms + 400
      ? [`- ${fault}: Asterisk took some calls at a later INVITE only; ${late}.`]
      : []),
    ...problems.map((problem) => `- **${fault}: ${problem}.**`),
  ]
}
