import type { Revision } from '../flows/revision.js'
import { safeJson } from '../ops/log.js'
import type { Reason } from '../routing/decision.js'
import type { CallFacts } from '../routing/facts.js'
import type { Choice } from '../steps/choose.js'

/** The one object that `explain --json` prints; scripts rely on its keys. */
export function explanationJson(choice: Choice, reasons: readonly Reason[], revision: Revision) {
  const { decision, flow, state } = choice
  return {
    revision: revision.id,
    flow: flow.name,
    rule: decision.rule,
    vip: decision.vip,
    branch: decision.branch ?? null,
    callerNumber: decision.callerNumber,
    calleeNumber: decision.calleeNumber,
    state,
    reasons,
  }
}

/** The same for people. */
export function explanationText(
  choice: Choice,
  reasons: readonly Reason[],
  revision: Revision,
  facts: CallFacts,
): string {
  const { decision, flow, state } = choice
  const width = Math.min(32, Math.max(...reasons.map(({ rule }) => rule.length)))
  return [
    `${printable(decision.callerNumber)} calls ${printable(decision.calleeNumber)} on ${facts.trunk ?? 'no trunk'}`,
    ...reasons.map((reason) => reasonLine(reason, width)),
    `flow      ${flow.name}  (${flow.context},${flow.extension},${flow.priority})`,
    `rule      ${printable(decision.rule)}`,
    `vip       ${decision.vip ? 'yes' : 'no'}`,
    `branch    ${printable(decision.branch ?? '-')}`,
    `state     ${safeJson(state)}`,
    `revision  ${revision.id}`,
    '',
  ].join('\n')
}

function reasonLine({ rule, matched, why }: Reason, width: number): string {
  return `  ${matched ? '+' : '-'} ${printable(rule).padEnd(width)}  ${printable(why)}`
}

/** Text from a call in which nothing can steer the terminal. */
function printable(text: string): string {
  return safeJson(text).slice(1, -1).replaceAll('\\"', '"').replaceAll('\\\\', '\\')
}
