import type { Fault } from './fault.js'
import { type FaultResult, LONGEST_WAIT_MS } from './run-fault.js'

/** For scripts: what the issue asks for, and nothing else. */
export function resultsJson(results: readonly FaultResult[]): string {
  const rows = results.map(({ fault, asterisk, offered, routed, fallback, lost, longest_wait_ms }) => ({
    ...{ fault, asterisk, offered, routed, fallback, lost, longest_wait_ms },
  }))
  return `${JSON.stringify(rows, undefined, 2)}\n`
}

const COLUMNS = [
  'fault',
  'offered',
  'routed',
  'fallback',
  'lost',
  'longest wait',
  'works again after',
] as const

/** One line of a table: as in the terminal, so in the file. */
export function cells(result: FaultResult): readonly string[] {
  const { fault, offered, routed, fallback, lost, longest_wait_ms, recovery_ms } = result
  const again = recovery_ms === undefined ? 'never' : recovery_ms < 250 ? 'at once' : seconds(recovery_ms)
  return [fault, ...[offered, routed, fallback, lost].map(String), `${longest_wait_ms} ms`, again]
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`

export interface Machine {
  readonly date: string
  readonly cores: number
  readonly node: string
  /** Calls a second, by the version of Asterisk. */
  readonly rates: ReadonlyMap<string, number>
}

/** For people. */
export function resultsMd(
  results: readonly FaultResult[],
  faults: readonly Fault[],
  machine: Machine,
): string {
  return [
    '# What faults do to callers',
    '',
    `Written by \`npm run faults\` on ${machine.date}, on ${machine.cores} cores, with Node ${machine.node}.`,
    '',
    INTRODUCTION,
    ...[...machine.rates].flatMap(([asterisk, rate]) => [
      `## Asterisk ${asterisk}, ${rate} calls a second`,
      '',
      ...table(results.filter((result) => result.asterisk === asterisk)),
      '',
      ...remarks(results.filter((result) => result.asterisk === asterisk)),
    ]),
    '## What is done',
    '',
    ...faults.map(({ name, what }) => `- **${name}**: ${what}`),
    '',
  ].join('\n')
}

const INTRODUCTION = `Each fault has an Asterisk, one Doorman (or two) and callers of its own. Calls come before it, while it lasts and
after it. A third of them are VIP callers, a third are known by a header, a third are decided by a function. Each
context gives another SIP answer, so that each caller knows where it landed and how long that took.

- *offered*: calls that Asterisk took, which is to say answered with 100 Trying. *routed*: in the flow of their rule.
  *fallback*: in the flow under \`otherwise\`. *lost*: no answer within 10 s, an answer from nowhere, or hung up on.
- *longest wait*: from the INVITE that Asterisk took to its final answer. At most ${LONGEST_WAIT_MS} ms: the time limit of the
  entry context, and half a second.
- *works again after*: from the end of the load until a good call of each kind was routed again.
- Calls that Asterisk never took are not counted, since nobody but Asterisk could: while it is restarted it refuses new
  calls until the old ones are over, and then is not there. Calls that are up in an Asterisk that dies would die with
  it, so that it is stopped gracefully here.
`

function table(results: readonly FaultResult[]): readonly string[] {
  return [
    `| ${COLUMNS.join(' | ')} |`,
    `| --- |${' ---: |'.repeat(COLUMNS.length - 1)}`,
    ...results.map((result) => `| ${cells(result).join(' | ')} |`),
  ]
}

function remarks(results: readonly FaultResult[]): readonly string[] {
  const notTaken = results.filter(({ not_taken }) => not_taken > 0)
  const late = results.filter((result) => result.longest_from_first_ms > result.longest_wait_ms + 400)
  const lines = [
    ...notTaken.map(({ fault, not_taken }) => `- ${fault}: ${not_taken} calls were not taken by Asterisk.`),
    ...late.map(({ fault, longest_from_first_ms }) => {
      const most = `${longest_from_first_ms} ms from the first INVITE at most`
      return `- ${fault}: Asterisk took some calls at a later INVITE only; ${most}.`
    }),
    ...results.flatMap(({ fault, problems }) => problems.map((problem) => `- **${fault}: ${problem}.**`)),
  ]
  return lines.length === 0 ? [] : [...lines, '']
}
