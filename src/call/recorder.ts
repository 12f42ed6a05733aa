import { type DecisionRecord, EXPECTED } from '../history/decision-record.js'
import { maskedCall, storedCall } from '../history/recorded-calls.js'
import { logDecision } from '../history/sentence.js'
import type { Log } from '../lib/log.js'
import type { CallerMemory } from '../memory/caller-memory.js'
import type { Metrics } from '../observability/metrics.js'
import type { openTracing } from '../observability/tracing.js'
import type { NumberHash } from '../store/number-hash.js'
import type { Store } from '../store/store.js'
import { type FinishedCall, factsOf, recordOf } from './record.js'
import { rememberCall } from './remember.js'

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
  /** Takes the record of every call. */
  readonly decided: (record: DecisionRecord) => void
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
      logDecision(log, record)
      parts.decided(record)
      store.recordCall(
        numberHash === undefined
          ? storedCall(factsOf(call), record, call.final?.outside)
          : maskedCall(record, numberHash),
      )
      rememberCall(call, memory)
      tracing?.call(record, !EXPECTED.has(record.outcome))
      if (record.readBy !== 'ari' || outdatedRevision === record.revision) return
      outdatedRevision = record.revision
      log.warn(OUTDATED_DIALPLAN, { event: 'dialplan_outdated', revision: record.revision })
    } catch (error) {
      log.error(`A call could not be recorded: ${error}`, { event: 'defect' })
    }
  }
}
