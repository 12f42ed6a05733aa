import type { State } from '../conversation/state.js'
import type { SipHeaders } from '../sip/headers.js'

/** What Asterisk's own STIR/SHAKEN module says of a call (RFC 8588 levels). */
export interface Verification {
  /** `A`, `B` or `C` as the identity token claims it. */
  readonly attestation: string
  /** True where Asterisk verified the token: "success", or "Passed" on older versions. */
  readonly verified: boolean
}

/** Everything a decision may depend on, as it was read from the call. Nothing in it is believed yet. */
export interface CallFacts {
  /** The PJSIP endpoint that the call came in on; undefined on a channel that is not PJSIP. */
  readonly trunk: string | undefined
  /** Asterisk's caller ID, as it stands: number in whatever form the trunk sent. */
  readonly callerId: { readonly number: string; readonly name: string }
  /** The extension that was dialled. */
  readonly dialled: string
  readonly headers: SipHeaders
  readonly verification: Verification | undefined
  /** The state that was on the channel already, from an earlier visit to Doorman. */
  readonly state: State
}
