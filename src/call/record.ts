import { trunkOf } from '../asterisk/pbx.js'
import { type FinalDecision, withFunction } from '../flows/final-decision.js'
import type { Revision } from '../flows/revision.js'
import {
  type DecisionRecord,
  MOST_REASONS,
  type Outcome,
  type RecordedGreeting,
  shortened,
} from '../history/decision-record.js'
import type { CallContext } from '../routing/call-context.js'
import { contextOf } from '../routing/context-of.js'
import { explain } from '../routing/explain.js'
import { provenanceOf } from '../routing/facts.js'
import { hearsayOf } from '../routing/hearsay.js'
import type { CallFacts } from '../routing/types.js'
import { canonicalName } from '../sip/headers.js'
import { readNumber } from '../sip/phone-number.js'
import type { ActiveCall } from './active-call.js'
import { arrivalFacts, type CallData } from './read.js'

/** A call that has departed; what failed is missing. */
export interface FinishedCall {
  readonly call: ActiveCall
  readonly data: CallData | undefined
  readonly final: FinalDecision | undefined
  readonly greeting?: RecordedGreeting | undefined
  outcome: Outcome
}

/** Records are made so much later, in milliseconds, when the PBX has been served. */
const DELAY_MS = 100
/** So many in a row; then the event loop has its turn. */
const CHUNK = 5

/** Makes the records of finished calls, a little later and a few at a time, so that no call waits for them. */
export class RecordQueue {
  readonly #waiting: { readonly finished: FinishedCall; readonly due: number }[] = []
  readonly #emit: (finished: FinishedCall) => void
  #timer: NodeJS.Timeout | undefined

  constructor(emit: (finished: FinishedCall) => void) {
    this.#emit = emit
  }

  /** A StasisStart that tells of a missing flow is as late as the StasisEnd was; Asterisk 16 takes up to 200 ms. */
  add(finished: FinishedCall): void {
    const lateness = finished.call.ms.leave ?? 0
    this.#waiting.push({ finished, due: performance.now() + DELAY_MS + lateness })
    this.#timer ??= setTimeout(() => this.#some(), DELAY_MS)
  }

  /** The last finished visit of a channel whose record is not made yet. */
  find(channelId: string): FinishedCall | undefined {
    return this.#waiting.findLast(({ finished }) => finished.call.id === channelId)?.finished
  }

  /** Makes all that are left. */
  finish(): void {
    clearTimeout(this.#timer)
    for (const { finished } of this.#waiting.splice(0)) this.#emit(finished)
  }

  #some(): void {
    this.#timer = undefined
    const due = this.#waiting.filter((one) => one.due <= performance.now()).slice(0, CHUNK)
    for (const one of due) {
      this.#waiting.splice(this.#waiting.indexOf(one), 1)
      this.#emit(one.finished)
    }
    if (due.length === CHUNK) setImmediate(() => this.#some())
    else if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#some(), DELAY_MS / 2)
  }
}

/** Others did not get to the variables, or to the flow. */
const GREETED: ReadonlySet<Outcome> = new Set(['routed', 'undecidable', 'fallback_function'])

/** The facts of a finished call; of one that could not be read, what came with its StasisStart. */
export function factsOf({ call, data }: FinishedCall): CallFacts {
  return data?.facts ?? arrivalFacts(call.arrival)
}

export function recordOf({ call, data, final, greeting, outcome }: FinishedCall): DecisionRecord {
  const { arrival, revision, at } = call
  const { otherwise, undecidable } = revision.routing
  const facts = data?.facts
  const context = final && facts && contextOf(facts, revision.routing, at, final.outside)
  const endpoint = trunkOf(arrival.channel) ?? null
  const trunk = context?.facts.trunk ?? endpoint
  return {
    at: at.toISOString(),
    call: arrival.channelId,
    sipCallId: arrival.sipCallId,
    trunk,
    ...(trunk !== endpoint && endpoint !== null && { endpoint }),
    callerNumber:
      final?.decision.callerNumber ?? readNumber(arrival.callerId.number, revision.routing.defaultCountry),
    calleeNumber: final?.decision.calleeNumber ?? facts?.dialled ?? '',
    vip: final?.decision.vip ?? false,
    branch: final?.decision.branch ?? null,
    headers: facts === undefined ? [] : neededHeaders(facts, revision),
    readBy: data?.readBy ?? null,
    revision: revision.id,
    rule: final?.decision.rule ?? null,
    flow: final?.flow.name ?? (outcome === 'undecidable' ? undecidable : otherwise),
    outcome,
    ...(greeting !== undefined && GREETED.has(outcome) && { greeting }),
    faults: call.faults,
    ...(final === undefined || context === undefined ? NO_REASONS : reasons(final, context, revision)),
    ms: call.ms,
  }
}

/** A list of all headers, for a code flow, has more than a record needs. */
function neededHeaders({ headers }: CallFacts, { headersNeeded }: Revision): DecisionRecord['headers'] {
  const needed = new Set(headersNeeded.map(canonicalName))
  return headers.toList().filter(([name]) => needed.has(name))
}

type Reasons = Pick<DecisionRecord, 'reasons' | 'reasonsOmitted' | 'provenance' | 'hearsay'>

const NO_REASONS: Reasons = { reasons: [], reasonsOmitted: 0, provenance: [], hearsay: [] }

function reasons(final: FinalDecision, context: CallContext, { routing, headersNeeded }: Revision): Reasons {
  const extent = routing.rules.length <= MOST_REASONS ? 'all' : 'candidates'
  return {
    ...shortened(withFunction(final, explain(context, extent))),
    provenance: provenanceOf(context, { headers: headersNeeded, thorough: false }),
    hearsay: hearsayOf(context),
  }
}
