import type { AttestationFinding } from '../sip/attestation.js'
import type { Branch, CallerRow, CallFacts, Routing } from './types.js'

/** Who is calling, where that was read, and whether the trunk is trusted for it. */
export interface Caller {
  /** E.164 where it can be, `anonymous` where it was withheld, else as it came. */
  readonly number: string
  readonly source: 'P-Asserted-Identity' | 'caller ID'
  readonly trusted: boolean
}

/** Whom the caller dialled, and where that was read. */
export interface Callee {
  /** E.164 where it can be, else as it was dialled. */
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
  readonly source: 'numbers' | 'file' | 'header'
  /** The file or the header; empty for `vip.numbers`. */
  readonly name: string
  /** The number, or the value of the header, that was found. */
  readonly value: string
  readonly trusted: boolean
}

export interface VipFinding {
  readonly vip: boolean
  /** All that speaks for a VIP, hearsay included, so that an explanation can say what did not count. */
  readonly evidence: readonly VipEvidence[]
}

/** One call under the rules of one revision. `contextOf` makes it. */
export interface CallContext {
  readonly facts: CallFacts
  readonly routing: Routing
  readonly caller: Caller
  readonly callee: Callee
  readonly vip: VipFinding
  /** The row of the first VIP file that has the caller, if the trunk is trusted for the number. */
  readonly callerRow: CallerRow | undefined
  /** The first branch of the file that has the callee number, else the default branch, if there is one. */
  readonly branch: Branch | undefined
  readonly attestation: AttestationFinding
  /** Whether the call's trunk is trusted for a header, `caller_number` or `verstat`. */
  trusts(item: string): boolean
}
