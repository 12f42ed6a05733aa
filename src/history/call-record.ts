import { formatState, type State } from '../conversation/state.js'
import type { CallFacts } from '../routing/types.js'
import type { Verification } from '../sip/attestation.js'
import { SipHeaders } from '../sip/headers.js'
import type { DecisionRecord } from './decision-record.js'

/** What is needed to decide a call again, and what came of it the first time: one line of the call log. */
export interface CallRecord
  extends Pick<
    DecisionRecord,
    | 'at'
    | 'call'
    | 'sipCallId'
    | 'trunk'
    | 'headers'
    | 'flow'
    | 'rule'
    | 'vip'
    | 'branch'
    | 'revision'
    | 'outcome'
  > {
  /** As Asterisk had it, before any number was read. */
  readonly callerId: { readonly number: string; readonly name: string }
  /** The extension that was dialled, as it was dialled. */
  readonly dialled: string
  readonly verification: Verification | null
  /** The state that the call came with; left out where there was none, or more than `STATE_BYTES`. */
  readonly state?: State
}

/** Only code flows look at the state that a call came with, so a long one is not worth its place on the disk. */
const STATE_BYTES = 4_096

/** The record of a call for the call log: its facts, as they were read, beside what was decided. */
export function callRecordOf(facts: CallFacts, decided: DecisionRecord): CallRecord {
  const { at, call, sipCallId, flow, rule, vip, branch, revision, outcome } = decided
  const record = {
    // A line that begins with this is one of ours (see read-calls.ts).
    at,
    call,
    sipCallId,
    trunk: facts.trunk ?? null,
    callerId: { number: facts.callerId.number, name: facts.callerId.name },
    dialled: facts.dialled,
    headers: facts.headers.toList(),
    verification: facts.verification ?? null,
    flow,
    rule,
    vip,
    branch,
    revision,
    outcome,
  }
  const state = worthItsPlace(facts.state)
  return state === undefined ? record : { ...record, state }
}

function worthItsPlace(state: State): State | undefined {
  if (Object.keys(state).length === 0) return undefined
  return Buffer.byteLength(formatState(state)) > STATE_BYTES ? undefined : state
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

/** Whether a value that was read from a file has everything that `factsOfCall` and a replay look at. */
export function isCallRecord(value: unknown): value is CallRecord {
  if (typeof value !== 'object' || value === null) return false
  const { at, call, callerId, dialled, headers, flow } = value as Partial<Record<keyof CallRecord, unknown>>
  const isText = [at, call, dialled, flow].every((field) => typeof field === 'string')
  return isText && isCallerId(callerId) && isHeaderList(headers)
}

function isCallerId(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return 'number' in value && typeof value.number === 'string' && 'name' in value
}

function isHeaderList(value: unknown): boolean {
  if (!Array.isArray(value)) return false
  return value.every(
    (item) => Array.isArray(item) && typeof item[0] === 'string' && typeof item[1] === 'string',
  )
}
