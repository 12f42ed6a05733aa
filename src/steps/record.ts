import type { Revision } from '../flows/revision.js'
import { type DecisionRecord, MOST_REASONS, shortened } from '../ops/decision-record.js'
import type { CallFacts } from '../routing/facts.js'
import { hearsayOf } from '../routing/hearsay.js'
import { Known } from '../routing/known.js'
import { provenanceOf } from '../routing/provenance.js'
import type { CallInHand } from './call-in-hand.js'
import { type Choice, reasonsOf } from './choose.js'
import type { Outcome } from './outcome.js'
import type { Reading } from './read.js'

/** What is known of a call once it was read and decided; either may have failed. */
export interface Understood {
  readonly reading: Reading | undefined
  readonly choice: Choice | undefined
}

/** The record of a call that has left. The reasons are found only now, when nobody waits for them. */
export function recordOf(call: CallInHand, understood: Understood, outcome: Outcome): DecisionRecord {
  const { arrival, revision, at } = call
  const { reading, choice } = understood
  const facts = reading?.facts
  const extent = revision.routing.rules.length <= MOST_REASONS ? 'all' : 'candidates'
  const reasons = choice && facts ? reasonsOf(choice, facts, { revision, at }, extent) : []
  return {
    at: at.toISOString(),
    call: arrival.channelId,
    sipCallId: reading?.sipCallId ?? arrival.sipCallId,
    trunk: facts?.trunk ?? null,
    callerNumber: choice?.decision.callerNumber ?? arrival.callerId.number,
    calleeNumber: choice?.decision.calleeNumber ?? arrival.extension,
    vip: choice?.decision.vip ?? false,
    branch: choice?.decision.branch ?? null,
    headers: facts?.headers.toList() ?? [],
    readBy: reading?.readBy ?? null,
    revision: revision.id,
    rule: choice?.decision.rule ?? null,
    flow: choice?.flow.name ?? revision.routing.otherwise,
    outcome,
    faults: call.faults,
    ...shortened(reasons),
    ...(choice && facts ? originsOf(facts, revision) : { provenance: [], hearsay: [] }),
    ms: call.ms,
  }
}

function originsOf(
  facts: CallFacts,
  { routing, headersNeeded }: Revision,
): Pick<DecisionRecord, 'provenance' | 'hearsay'> {
  const known = new Known(facts, routing)
  const provenance = provenanceOf(known, { headers: headersNeeded, thorough: false })
  return { provenance, hearsay: hearsayOf(known) }
}
