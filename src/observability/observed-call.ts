export const STAGES = ['read', 'look_up', 'decide', 'write', 'continue', 'leave'] as const

/** Milliseconds in each stage that a call reached, and from its arrival to its departure. */
export type StageTimes = { readonly [stage in (typeof STAGES)[number] | 'total']?: number | undefined }

/** What metrics and traces take of the record of a call. */
export interface ObservedCall {
  /** When it arrived, ISO 8601. */
  readonly at: string
  /** Unique id of the channel. */
  readonly call: string
  readonly sipCallId: string
  readonly callerNumber: string
  readonly calleeNumber: string
  readonly trunk: string | null
  readonly branch: string | null
  readonly readBy: string | null
  readonly revision: string
  readonly rule: string | null
  readonly flow: string
  readonly outcome: string
  /** Its untrusted claims: `what` is a header that the flow files name. */
  readonly hearsay: readonly { readonly what: string }[]
  readonly ms: StageTimes
}
