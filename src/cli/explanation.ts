import type { Choice } from '../call/choose.js'
import type { Revision } from '../flows/revision.js'
import { safeJson } from '../observability/log.js'
import type { Reason } from '../routing/decision.js'
import type { CallFacts } from '../routing/facts.js'
import { type Hearsay, hearsayOf } from '../routing/hearsay.js'
import { Known } from '../routing/known.js'
import { type Provenance, provenanceOf } from '../routing/provenance.js'

/** The one object that `explain --json` prints; scripts rely on its keys. */
export function explanationJson(
  choice: Choice,
  reasons: readonly Reason[],
  revision: Revision,
  facts: CallFacts,
) {
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
    ...originsOf(facts, revision),
  }
}

interface Origins {
  readonly facts: readonly Provenance[]
  readonly hearsay: readonly Hearsay[]
}

function originsOf(facts: CallFacts, { routing, headersNeeded }: Revision): Origins {
  const known = new Known(facts, routing)
  return {
    facts: provenanceOf(known, { headers: headersNeeded, thorough: true }),
    hearsay: hearsayOf(known),
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
  const origins = originsOf(facts, revision)
  return [
    `${printable(decision.callerNumber)} calls ${printable(decision.calleeNumber)} on ${printable(facts.trunk ?? 'no trunk')}`,
    ...reasons.map((reason) => reasonLine(reason, width)),
    `flow      ${flow.name}  (${flow.context},${flow.extension},${flow.priority})`,
    `rule      ${printable(decision.rule)}`,
    `vip       ${decision.vip ? 'yes' : 'no'}`,
    `branch    ${printable(decision.branch ?? '-')}`,
    `state     ${safeJson(state)}`,
    `revision  ${revision.id}`,
    'facts',
    ...origins.facts.map(factLine),
    ...(origins.hearsay.length === 0 ? [] : ['hearsay', ...origins.hearsay.map(hearsayLine)]),
    '',
  ].join('\n')
}

function reasonLine({ rule, matched, why }: Reason, width: number): string {
  return `  ${matched ? '+' : '-'} ${printable(rule).padEnd(width)}  ${printable(why)}`
}

function factLine({ fact, value, from, trusted, why }: Provenance): string {
  const origin = `from ${from}: ${why}`
  return `  ${trusted ? '+' : '-'} ${printable(fact).padEnd(20)}  ${printable(value ?? '-')}  ${printable(origin)}`
}

function hearsayLine({ what, value, why }: Hearsay): string {
  return `  - ${printable(what).padEnd(20)}  ${printable(value)}  ${printable(why)}`
}

/** Text from a call in which nothing can steer the terminal. */
function printable(text: string): string {
  return safeJson(text).slice(1, -1).replaceAll('\\"', '"').replaceAll('\\\\', '\\')
}
