import type { Override } from '../hours/hours.js'
import { turns } from '../lib/waiting.js'
import { maskNumbers } from '../observability/masking.js'
import { type Answer, NO_OUTSIDE_DATA, type OutsideData, type Remembered } from '../routing/outside-data.js'
import type { Hearsay } from '../routing/provenance.js'
import type { CallFacts, Reason, State } from '../routing/types.js'
import type { Verification } from '../sip/attestation.js'
import { SipHeaders } from '../sip/headers.js'
import { ANONYMOUS } from '../sip/phone-number.js'
import type { NumberHash } from '../store/number-hash.js'
import type { CallQuery, FoundCall, StoredCall } from '../store/queries.js'
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
  /** Recorded with masked numbers, without what is needed to decide it again; see maskedCall. */
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
    trunk: record.endpoint ?? record.trunk ?? undefined,
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

/** What a decision was based on besides the call, as JSON: of tables and calendars the version only. */
export interface RecordedOutside {
  readonly overrides?: Readonly<Record<string, Override>>
  readonly calendars?: Readonly<Record<string, string>>
  readonly tables?: Readonly<Record<string, string>>
  readonly answers?: Readonly<Record<string, Answer>>
  readonly memory?: Remembered
}

/** `{ outside }`, or nothing where there is nothing to record. */
export function recordedOutside({ overrides, calendars, tables, answers, memory }: OutsideData): {
  outside?: RecordedOutside
} {
  const outside: RecordedOutside = {
    ...(overrides.size > 0 && { overrides: Object.fromEntries(overrides) }),
    ...(calendars.size > 0 && { calendars: versionsOf(calendars) }),
    ...(tables.size > 0 && { tables: versionsOf(tables) }),
    ...(answers.size > 0 && { answers: Object.fromEntries(answers) }),
    ...(memory !== undefined && { memory }),
  }
  return Object.keys(outside).length === 0 ? {} : { outside }
}

function versionsOf(all: ReadonlyMap<string, { readonly version: string }>): Record<string, string> {
  return Object.fromEntries([...all].map(([name, { version }]) => [name, version]))
}

/** What a recorded call was decided on, to decide it again: tables and calendars are as they are `now`. */
export function outsideOfCall(
  { outside: { overrides = {}, answers = {}, memory } = {} }: { readonly outside?: RecordedOutside },
  now: OutsideData,
): OutsideData {
  return {
    overrides: new Map(Object.entries(overrides)),
    calendars: now.calendars,
    tables: now.tables,
    answers: new Map(Object.entries(answers)),
    memory,
  }
}

/**
 * A call for the database, with masked numbers: which rules were tried and where it went, keyed hashes of its numbers,
 * and no header, name or value of the caller. It cannot be decided again.
 */
export function maskedCall(decided: DecisionRecord, hash: NumberHash): StoredCall {
  const hashed = (number: string) => (number === '' || number === ANONYMOUS ? number : hash(number))
  // Fields are named here one by one: what a record has besides may be about the caller.
  const { at, call, sipCallId, callerNumber, calleeNumber, trunk, branch, vip, readBy, revision } = decided
  const { rule, flow, outcome, faults, reasonsOmitted, ms, greeting } = decided
  const masked = maskNumbers({
    ...{ at, call, sipCallId, callerNumber, calleeNumber, trunk, branch, vip, readBy, revision },
    ...{ rule, flow, outcome, faults, reasonsOmitted, ms, headers: [], provenance: [] },
    reasons: decided.reasons.map(withoutValue),
    hearsay: decided.hearsay.map(withoutClaim),
  }) as unknown as DecisionRecord
  const record: CallRecord = {
    ...masked,
    ...{ callerNumber: hashed(callerNumber), calleeNumber: hashed(calleeNumber) },
    ...{ callerId: { number: '', name: '' }, dialled: '', verification: null, masked: true },
    // The text may name the caller; by the file, whose name is a hash, it can be forgotten.
    ...(greeting && {
      greeting: { status: greeting.status, text: '', play: greeting.play, file: greeting.file },
    }),
  }
  return storedRecord(record)
}

function withoutValue(reason: Reason): Reason {
  const { rule, matched, condition, trusted } = reason
  // A code flow that failed may have said anything.
  if (rule === '(function)' && matched) return reason
  const held = matched ? 'holds' : trusted ? 'does not hold' : 'is untrusted'
  return { ...reason, value: null, why: `${condition} ${held}` }
}

function withoutClaim({ what, for: purposes }: Hearsay): Hearsay {
  return { what, for: purposes, value: '***', why: `${what} is untrusted` }
}

export interface RefusedClaims {
  /** Null for channels that are not PJSIP. */
  readonly trunk: string | null
  /** `caller_number`, or a header. */
  readonly what: string
  readonly count: number
  /** Of the newest call. */
  readonly value: string
  readonly call: string
}

export interface UnnamedNumber {
  readonly calleeNumber: string
  readonly count: number
  /** When it was dialled last, ISO 8601, and by which call. */
  readonly at: string
  readonly call: string
}

export interface CallLists {
  readonly calls: number
  /** The most frequent first. */
  readonly claims: readonly RefusedClaims[]
  readonly numbers: readonly UnnamedNumber[]
}

const MOST_LISTED = 100

/**
 * @param calls the newest first
 * @param isOfBranch whether a branch names the number: its calls need no rule
 */
export async function callLists(
  calls: AsyncIterable<CallRecord>,
  isOfBranch: (calleeNumber: string) => boolean,
): Promise<CallLists> {
  const claims = new Map<string, RefusedClaims>()
  const numbers = new Map<string, UnnamedNumber>()
  const turn = turns()
  let count = 0
  for await (const { trunk, hearsay, rule, calleeNumber, at, call } of calls) {
    count += 1
    for (const { what, value } of hearsay)
      add(claims, JSON.stringify([trunk, what]), { trunk, what, value, call, count: 0 })
    if (rule === 'otherwise' && !isOfBranch(calleeNumber))
      add(numbers, calleeNumber, { calleeNumber, at, call, count: 0 })
    await turn()
  }
  return { calls: count, claims: mostFrequent(claims), numbers: mostFrequent(numbers) }
}

function add<T extends { readonly count: number }>(all: Map<string, T>, key: string, first: T): void {
  const known = all.get(key) ?? first
  all.set(key, { ...known, count: known.count + 1 })
}

function mostFrequent<T extends { readonly count: number }>(all: ReadonlyMap<string, T>): readonly T[] {
  return [...all.values()].sort((a, b) => b.count - a.count).slice(0, MOST_LISTED)
}
