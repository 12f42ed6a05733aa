import { ANONYMOUS, numbersInHeader, readNumber } from '../sip/phone-number.js'
import type { Claim } from './call-context.js'
import type { CallFacts } from './types.js'

/** The headers in which a caller says who they are (RFC 3261 §20.20, RFC 3325, draft-ietf-sip-privacy). */
export const CLAIM_HEADERS = [
  'From',
  'P-Asserted-Identity',
  'Remote-Party-ID',
  'P-Preferred-Identity',
] as const

/** Every identity that a caller claims, trusted or not. A header that withholds the number claims none. */
export function claimsOf({ callerId, headers }: CallFacts, country: string | undefined): readonly Claim[] {
  const number = readNumber(callerId.number, country)
  const inHeaders = CLAIM_HEADERS.flatMap((source) =>
    numbersInHeader(headers.getAll(source), country).map((one) => ({ source, number: one })),
  )
  return [{ source: 'caller ID', number }, ...inHeaders.filter((claim) => claim.number !== ANONYMOUS)]
}
