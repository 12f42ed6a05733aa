import type { State } from '../conversation/state.js'
import type { Target } from './routing.js'

/** A row of a VIP file by its column names (`number`, `name`, `tier` …). */
export type CallerRow = Readonly<Record<string, string>>

/** What a revision says of a call. For a `run` target the function has the last word on flow and state. */
export interface Decision {
  /** Name of the rule that took the call; `otherwise` where none did. */
  readonly rule: string
  readonly target: Target
  readonly vip: boolean
  readonly branch: string | undefined
  /** E.164 where it can be, else as it came; `anonymous` where the caller withheld it. */
  readonly callerNumber: string
  /** Whether the trunk is believed about the caller number. */
  readonly callerTrusted: boolean
  readonly callerName: string
  readonly calleeNumber: string
  /** State found on the channel, then the branch's, then the rule's on top of it. */
  readonly state: State
}

/** One step of an explanation. Steps that are not rules carry a name in parentheses: `(vip)`, `(branch)`. */
export interface Reason {
  readonly rule: string
  readonly matched: boolean
  /** The condition that failed, or that carried a match, in the words of the flow file. */
  readonly condition: string
  /** The value it was held against; null where the call has none. */
  readonly value: string | null
  /** Whether the trunk is believed about that value. */
  readonly trusted: boolean
  /** The same in one sentence for people. */
  readonly why: string
}
