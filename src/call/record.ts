import type { Revision } from '../flows/revision.js'
import type { Outcome } from '../history/decision-record.js'
import { type DecisionRecord, MOST_REASONS, shortened } from '../history/decision-record.js'
import { contextOf } from '../routing/context-of.js'
import { explain } from '../routing/explain.js'
import { provenanceOf } from '../routing/facts.js'
import { hearsayOf } from '../routing/hearsay.js'
import type { CallContext } from '../routing/types.js'
import type { CallInHand } from './call-in-hand.js'
import { type Choice, withFunction } from './choose.js'
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
  const why = choice && facts ? whys(choice, contextOf(facts, revision.routing), revision) : NO_WHYS
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
    reasons: why.reasons,
    reasonsOmitted: why.reasonsOmitted,
    provenance: why.provenance,
    hearsay: why.hearsay,
    ms: call.ms,
  }
}

type Whys = Pick<DecisionRecord, 'reasons' | 'reasonsOmitted' | 'provenance' | 'hearsay'>

const NO_WHYS: Whys = { reasons: [], reasonsOmitted: 0, provenance: [], hearsay: [] }

function whys(choice: Choice, known: CallContext, { routing, headersNeeded }: Revision): Whys {
  const extent = routing.rules.length <= MOST_REASONS ? 'all' : 'candidates'
  const { reasons, reasonsOmitted } = shortened(withFunction(choice, explain(known, extent)))
  return {
    reasons,
    reasonsOmitted,
    provenance: provenanceOf(known, { headers: headersNeeded, thorough: false }),
    hearsay: hearsayOf(known),
  }
}
