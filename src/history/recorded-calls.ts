import type { CallFacts, State } from '../routing/types.js'
import type { Verification } from '../sip/attestation.js'
import { SipHeaders } from '../sip/headers.js'
import type { CallQuery, StoredCall } from '../store/database.js'
import type { StoreReads } from '../store/store.js'
import type { DecisionRecord } from './decision-record.js'

/** A recorded call: its decision record, and what is needed besides to decide it again. */
export interface CallRecord extends DecisionRecord {
  /** As Asterisk had it, before any number was read. */
  readonly callerId: { readonly number: string; readonly name: string }
  /** The extension that was dialled, as it was dialled. */
  readonly dialled: string
  readonly verification: Verification | null
  /** The state that the call came with; left out where there was none. */
  readonly state?: State
}

/** A call for the database. */
export function storedCall(facts: CallFacts, decided: DecisionRecord): StoredCall {
  const { at, call, sipCallId, callerNumber, calleeNumber, rule, flow, outcome } = decided
  const { callerId, dialled, headers, verification = null, state } = facts
  const record: CallRecord = {
    ...decided,
    headers: headers.toList(),
    callerId: { number: callerId.number, name: callerId.name },
    dialled,
    verification,
    ...(Object.keys(state).length === 0 ? {} : { state }),
  }
  return {
    at: Date.parse(at),
    ...{ channelId: call, sipCallId, caller: callerNumber, callee: calleeNumber, rule, flow, outcome },
    record: JSON.stringify(record),
  }
}

/** The facts of a recorded call, to be decided again. */
export function factsOfCall(record: CallRecord): CallFacts {
  return {
    trunk: record.trunk ?? undefined,
    callerId: record.callerId,
    dialled: record.dialled,
    headers: new SipHeaders(record.headers),
    verification: record.verification ?? undefined,
    state: record.state ?? {},
  }
}

/** How many calls are read at once: some megabytes. */
const PAGE = 500

/**
 * The newest recorded calls that match, newest first, read as they are iterated. Iterating rejects with StoreError
 * where the database cannot be read.
 */
export async function* findCalls(
  store: Pick<StoreReads, 'findCalls'>,
  { limit, ...query }: CallQuery,
): AsyncGenerator<CallRecord, void, undefined> {
  let { before = Number.MAX_SAFE_INTEGER } = query
  for (let left = limit; left > 0; left -= PAGE) {
    const page = await store.findCalls({ ...query, before, limit: Math.min(left, PAGE) })
    for (const { record } of page) yield* parsed(record)
    if (page.length < PAGE) return
    before = page.at(-1)?.id ?? 0
  }
}

/** SQLite has no checksums: a record that a failing disk has changed is passed over. */
function parsed(record: string): readonly CallRecord[] {
  try {
    return [JSON.parse(record) as CallRecord]
  } catch {
    return []
  }
}
