import { table } from '../faults/results.js'
import { writtenBy } from '../support/written-by.js'
import type { FleetFault } from './faults.js'
import type { FleetFaultResult } from './run-fault.js'

/** For scripts. */
export function fleetResultsJson(results: readonly FleetFaultResult[]): string {
  const rows = results.map(({ fault, offered, routed, fallback, lost, longest_wait_ms }) => ({
    ...{ fault, offered, routed, fallback, lost, longest_wait_ms },
  }))
  return `${JSON.stringify(rows, undefined, 2)}\n`
}

export const COLUMNS = [
  ...['fault', 'offered', 'routed', 'fallback', 'lost', 'longest wait'],
  ...['works again after', 'converges in'],
]

/** One line of a table, for the terminal and the file. */
export function cells(result: FleetFaultResult): readonly string[] {
  const { fault, offered, routed, fallback, lost, longest_wait_ms, recovery_ms, converges_ms } = result
  const time = (ms: number | undefined) => (ms === undefined ? 'never' : ms < 10 ? 'at once' : `${ms} ms`)
  return [
    fault,
    ...[offered, routed, fallback, lost].map(String),
    `${longest_wait_ms} ms`,
    ...[recovery_ms, converges_ms].map(time),
  ]
}

/** For people. */
export function fleetResultsMd(
  results: readonly FleetFaultResult[],
  faults: readonly FleetFault[],
  perSecond: number,
): string {
  return [
    '# What faults do to the callers of a fleet',
    '',
    writtenBy('npm run fleet'),
    '',
    INTRODUCTION.replace('RATE', String(perSecond)),
    ...table(COLUMNS, results.map(cells)),
    '',
    ...results.flatMap(({ fault, in_killed, problems }) => [
      ...(in_killed > 0
        ? [`- ${fault}: ${in_killed} calls that the killed Asterisk had not answered yet.`]
        : []),
      ...problems.map((problem) => `- **${fault}: ${problem}.**`),
    ]),
    '',
    '## What is done',
    '',
    ...faults.map(({ name, what }) => `- **${name}**: ${what}`),
    '',
  ].join('\n')
}

const INTRODUCTION = `Kamailio with the configuration of docs/kamailio.md spreads RATE calls a second over three PBXs. Each is an Asterisk with
its Doorman and a NATS leaf node, configured by \`doorman fleet init\`; the hub and all else run on the same machine, on
ports of loopback. One thing is broken at a time, while calls come. Callers and counts are those of the
[fault suite](../faults/RESULTS.md): each context gives another SIP answer, so that each caller knows its flow.

- *offered*: calls that Kamailio took. *routed*: in the flow of their rule. *fallback*: in the flow under \`otherwise\`.
  *lost*: no answer within 10 s, or the answer of no or another flow. Calls that a killed Asterisk had at that moment
  are not counted as lost; those that it had not answered yet are named below the table.
- *longest wait*: from the INVITE to its final answer, the way past a dead PBX included.
- *works again after*: from the end of the load until good calls of each kind were routed right and each PBX had some.
- *converges in*: from then on until an override that the publisher sets is at each PBX, and each of them remembers a
  caller of one of them.
- No call may be decided by a revision that nobody pushed.
`
