import { type DecisionParts, type FinalDecision, finalDecision, reasonsOf } from '../flows/final-decision.js'
import { contextOf } from '../routing/context-of.js'
import { type Provenance, provenanceOf } from '../routing/facts.js'
import { type Hearsay, hearsayOf } from '../routing/hearsay.js'
import type { CallFacts, Reason } from '../routing/types.js'
import { sentenceOf } from './sentence.js'

/** Where a call would go, and why. */
export interface Explained {
  readonly final: FinalDecision
  readonly sentence: string
  readonly reasons: readonly Reason[]
  readonly provenance: readonly Provenance[]
  readonly hearsay: readonly Hearsay[]
}

/** Decides a call that is not there, with every reason and every fact. */
export async function explainCall(facts: CallFacts, parts: DecisionParts): Promise<Explained> {
  const { revision, at, outside } = parts
  const final = await finalDecision(facts, parts)
  const context = contextOf(facts, revision.routing, at, outside)
  const [reasons, hearsay] = [reasonsOf(final, facts, parts), hearsayOf(context)]
  const { callerNumber, calleeNumber, branch = null, rule } = final.decision
  const outcome = final.failure === undefined ? 'routed' : 'fallback_function'
  const sentence = sentenceOf(
    {
      ...{ callerNumber, calleeNumber, branch, rule, reasons, hearsay, outcome },
      ...{ trunk: facts.trunk ?? null, flow: final.flow.name, faults: [] },
    },
    'would go',
  )
  const provenance = provenanceOf(context, { headers: revision.headersNeeded, thorough: true })
  return { final, sentence, reasons, provenance, hearsay }
}
