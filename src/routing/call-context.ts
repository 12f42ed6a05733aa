import type { HoursState } from '../hours/hours.js'
import type { AttestationFinding } from '../sip/attestation.js'
import type { CallerRow } from './number-table.js'
import type { Answer, OutsideData } from './outside-data.js'
import type { Branch, CallFacts, Routing } from './types.js'

export interface Caller {
  readonly number: string
  readonly source: 'P-Asserted-Identity' | 'caller ID'
  readonly trusted: boolean
}

/** An identity that the caller claims. It needs no trust, and may only turn the call away. */
export interface Claim {
  readonly source: 'caller ID' | 'From' | 'P-Asserted-Identity' | 'Remote-Party-ID' | 'P-Preferred-Identity'
  readonly number: string
}

export interface Callee {
  readonly number: string
  /** The header of `callee_from` that it was read from; undefined for the extension that was dialled. */
  readonly header: string | undefined
  /** Headers of `callee_from` that came before and did not count. */
  readonly passedOver: readonly PassedOver[]
}

export interface PassedOver {
  readonly header: string
  readonly value: string
  readonly because: 'not trusted' | 'no number'
}

/** Something that speaks for a VIP. It counts only where the trunk is trusted for it. */
export interface VipEvidence {
  readonly source: 'numbers' | 'file' | 'table' | 'header'
  /** The file, the table from outside or the header; empty for `vip.numbers`. */
  readonly name: string
  readonly value: string
  readonly trusted: boolean
}

export interface VipFinding {
  readonly vip: boolean
  /** All that speaks for a VIP, hearsay included, so that an explanation can say what did not count. */
  readonly evidence: readonly VipEvidence[]
}

/** What a lookup says of a call. */
export interface LookupState {
  /** Undefined where it was not asked. */
  readonly answer: Answer | undefined
  /** Where there is an answer; none of them where that says there is nothing. */
  readonly values: Answer['values'] | undefined
  /** False where it was not asked for want of trust. */
  readonly trusted: boolean
  /** How it was answered, or why not, to follow its name. */
  readonly why: string
}

/** One call under the rules of one revision. `contextOf` makes it. */
export interface CallContext {
  readonly facts: CallFacts
  /** The PJSIP endpoint that the call came in on, which is a proxy's where `facts.trunk` is another. */
  readonly endpoint: string | undefined
  readonly routing: Routing
  /** The instant of the call. */
  readonly at: Date
  readonly outside: OutsideData
  readonly caller: Caller
  readonly claims: readonly Claim[]
  readonly callee: Callee
  readonly vip: VipFinding
  /** The row of the first VIP file or table that has the caller, if the trunk is trusted for the number. */
  readonly callerRow: CallerRow | undefined
  /** The first branch of the file that has the callee number, else the default branch, if there is one. */
  readonly branch: Branch | undefined
  readonly attestation: AttestationFinding
  /** Whether the call's trunk is trusted for a header, `caller_number` or `verstat`; without a trunk for nothing. */
  trusts(item: string): boolean
  /** Whether hours of this name are open at the instant of the call, and why. */
  hours(name: string): HoursState
  /** What the lookup of this name says. */
  lookup(name: string): LookupState
}
