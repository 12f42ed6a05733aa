import { NO_OUTSIDE_DATA, type OutsideData } from '../routing/outside-data.js'
import type { CallFacts, State } from '../routing/types.js'
import type { Verification } from '../sip/attestation.js'
import { SipHeaders } from '../sip/headers.js'
import type { CallQuery, FoundCall, StoredCall } from '../store/database.js'
import type { StoreReads } from '../store/store.js'
import type { DecisionRecord } from './decision-record.js'
import { type RecordedOutside, recordedOutside } from './recorded-outside.js'

/** A recorded call: its decision record, and what is needed besides to decide it again. */
export interface CallRecord extends DecisionRecord {
  /** As Asterisk had it, before any number was read. */
  readonly callerId: { readonly number: string; readonly name: string }
  /** The extension that was dialled, as it was dialled. */
  readonly dialled: string
  readonly verification: Verification | null
  /** The state that the call came with; left out where there was none. */
  readonly state?: State
  /** Recorded with masked numbers, without what is needed to decide it again; see masked-call.ts. */
  readonly masked?: true
  /** What the decision was based on besides the call; left out where there was nothing. */
  readonly outside?: RecordedOutside
}

/** A call as the database has it. */
export interface NumberedCall extends CallRecord {
  /** Counts the recorded calls of a data folder; `doorman why` takes it. */
  readonly number: number
}

/** A call for the database. */
export function storedCall(
  facts: CallFacts,
  decided: DecisionRecord,
  outside: OutsideData = NO_OUTSIDE_DATA,
): StoredCall {
  const { callerId, dialled, headers, verification = null, state } = facts
  const record: CallRecord = {
    ...decided,
    headers: headers.toList(),
    callerId: { number: callerId.number, name: callerId.name },
    dialled,
    verification,
    ...(Object.keys(state).length === 0 ? {} : { state }),
    ...recordedOutside(outside),
  }
  return storedRecord(record)
}

export function storedRecord(record: CallRecord): StoredCall {
  const { at, call, sipCallId, callerNumber, calleeNumber, rule, flow, outcome } = record
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
): AsyncGenerator<NumberedCall, void, undefined> {
  let { before = Number.MAX_SAFE_INTEGER } = query
  for (let left = limit; left > 0; left -= PAGE) {
    const page = await store.findCalls({ ...query, before, limit: Math.min(left, PAGE) })
    for (const call of page) yield* parsed(call)
    if (page.length < PAGE) return
    before = page.at(-1)?.id ?? 0
  }
}

/** SQLite has no checksums: a record that a failing disk has changed is passed over. */
function parsed({ id, record }: FoundCall): readonly NumberedCall[] {
  try {
    return [{ ...(JSON.parse(record) as CallRecord), number: id }]
  } catch {
    return []
  }
}

/** A call that enters Stasis again has a record for each visit; so many are found at the most. */
const MOST_VISITS = 100

/**
 * The visits of a call to Doorman, the first one first; empty where none is recorded.
 * @param named the unique id of its channel, its SIP Call-ID, its number, or `last` for the newest call
 */
export async function findVisits(
  store: Pick<StoreReads, 'findCalls'>,
  named: string,
): Promise<readonly NumberedCall[]> {
  const find = (query: Omit<CallQuery, 'limit'>, limit = MOST_VISITS) =>
    Array.fromAsync(findCalls(store, { ...query, limit }))
  for (const query of [{ channelId: named }, { sipCallId: named }]) {
    const visits = await find(query)
    if (visits.length > 0) return visits.reverse()
  }
  if (named !== 'last' && !/^\d{1,15}$/.test(named)) return []
  const [call] = await find(named === 'last' ? {} : { id: Number(named) }, 1)
  return call === undefined ? [] : (await find({ channelId: call.call })).reverse()
}
