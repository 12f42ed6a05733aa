import { maskNumbers } from '../observability/masking.js'
import type { Hearsay } from '../routing/hearsay.js'
import type { Reason } from '../routing/types.js'
import { ANONYMOUS } from '../sip/phone-number.js'
import type { StoredCall } from '../store/database.js'
import type { NumberHash } from '../store/number-hash.js'
import type { DecisionRecord } from './decision-record.js'
import { type CallRecord, storedRecord } from './recorded-calls.js'

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
