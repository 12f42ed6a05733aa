import { endpointOf } from '../asterisk/pbx.js'
import { type FinalDecision, reasonsOf } from '../flows/final-decision.js'
import type { Revision } from '../flows/revision.js'
import {
  type DecisionRecord,
  EXPECTED,
  MOST_REASONS,
  type Outcome,
  type RecordedGreeting,
  shortened,
} from '../history/decision-record.js'
import { maskedCall, storedCall } from '../history/recorded-calls.js'
import { logDecision, sentenceOf } from '../history/sentence.js'
import type { Log } from '../lib/log.js'
import type { CallerMemory } from '../memory/caller-memory.js'
import type { Metrics } from '../observability/metrics.js'
import type { openTracing } from '../observability/tracing.js'
import { hearsayOf, provenanceOf } from '../routing/provenance.js'
import type { CallFacts } from '../routing/types.js'
import { readNumber } from '../sip/phone-number.js'
import type { NumberHash } from '../store/number-hash.js'
import type { Store } from '../store/store.js'
import type { ActiveCall } from './active-call.js'
import { arrivalFacts, type CallData } from './read.js'
import { rememberCall } from './remember.js'

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
  #timer: NodeJS.Timeout | undefined

  constructor(private readonly emit: (finished: FinishedCall) => void) {}

  /**
   * A StasisStart that tells of a missing flow is as late as the StasisEnd was; Asterisk 16 takes up to 200 ms. Records
   * stay in the order of their calls, as the last one of a call says where it went.
   */
  add(finished: FinishedCall): void {
    const { continue: sent = 0, leave = 0 } = finished.call.ms
    const due = performance.now() + DELAY_MS + sent + leave
    this.#waiting.push({ finished, due: Math.max(due, this.#waiting.at(-1)?.due ?? 0) })
    this.#timer ??= setTimeout(() => this.#emitDue(), DELAY_MS)
  }

  /** The last finished visit of a channel whose record is not made yet. */
  find(channelId: string): FinishedCall | undefined {
    return this.#waiting.findLast(({ finished }) => finished.call.id === channelId)?.finished
  }

  /** Makes all that are left. */
  finish(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const { finished } of this.#waiting.splice(0)) this.emit(finished)
  }

  #emitDue(): void {
    const count = this.#waiting.filter(({ due }) => due <= performance.now()).length
    const due = this.#waiting.splice(0, Math.min(count, CHUNK))
    for (const { finished } of due) this.emit(finished)
    const nextMs = due.length === CHUNK ? 0 : DELAY_MS / 2
    this.#timer = this.#waiting.length === 0 ? undefined : setTimeout(() => this.#emitDue(), nextMs)
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
  const endpoint = endpointOf(arrival.channel) ?? null
  const trunk = final?.context.facts.trunk ?? endpoint
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
    ...(final === undefined ? NO_REASONS : reasons(final, revision)),
    ms: call.ms,
  }
}

/** A list of all headers, for a code flow, has more than a record needs. */
function neededHeaders({ headers }: CallFacts, { headersNeeded }: Revision): DecisionRecord['headers'] {
  return headers.toList().filter(([name]) => headersNeeded.includes(name))
}

type Reasons = Pick<DecisionRecord, 'reasons' | 'reasonsOmitted' | 'provenance' | 'hearsay'>

const NO_REASONS: Reasons = { reasons: [], reasonsOmitted: 0, provenance: [], hearsay: [] }

function reasons(final: FinalDecision, { routing, headersNeeded }: Revision): Reasons {
  const extent = routing.rules.length <= MOST_REASONS ? 'all' : 'candidates'
  return {
    ...shortened(reasonsOf(final, extent)),
    provenance: provenanceOf(final.context, { headers: headersNeeded, thorough: false }),
    hearsay: hearsayOf(final.context),
  }
}

const OUTDATED_DIALPLAN =
  'The running dialplan does not pass what the flow files look at, so that calls are read by ARI, which is slower. Run  ' +
  'doorman dialplan --write'

export interface RecorderParts {
  readonly log: Log
  readonly metrics: Metrics
  readonly store: Pick<Store, 'recordCall'>
  readonly memory: CallerMemory
  /** Where numbers are masked. */
  readonly numberHash: NumberHash | undefined
  readonly tracing: Awaited<ReturnType<typeof openTracing>>
  /** Takes the record of every call, and its sentence. */
  readonly decided: (record: DecisionRecord, sentence: string) => void
  /** The trunks that the flow files name. */
  readonly trunks: () => ReadonlySet<string>
}

/** Writes the record of a finished call wherever it belongs: metrics, log, database, memory, traces. Never throws. */
export function callRecorder(parts: RecorderParts): (call: FinishedCall) => void {
  const { log, metrics, store, memory, numberHash, tracing } = parts
  let outdatedRevision = ''
  return (call) => {
    try {
      const record = recordOf(call)
      metrics.call(record, parts.trunks())
      const sentence = sentenceOf(record)
      logDecision(log, record, sentence)
      parts.decided(record, sentence)
      store.recordCall(
        numberHash === undefined
          ? storedCall(factsOf(call), record, call.final?.context.outside)
          : maskedCall(record, numberHash),
      )
      rememberCall(call.call, call.final, memory)
      tracing?.call(record, !EXPECTED.has(record.outcome))
      if (record.readBy !== 'ari' || outdatedRevision === record.revision) return
      outdatedRevision = record.revision
      log.warn(OUTDATED_DIALPLAN, { event: 'dialplan_outdated', revision: record.revision })
    } catch (error) {
      log.error(`A call could not be recorded: ${error}`, { event: 'defect' })
    }
  }
}
