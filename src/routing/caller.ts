import { numberInHeader, readNumber } from '../sip/phone-number.js'
import type { CallFacts } from './facts.js'
import type { Routing } from './routing.js'

/** Who is calling, where that was read, and whether it may be believed. */
export interface Caller {
  /** E.164 where it can be, `anonymous` where it was withheld, else as it came. */
  readonly number: string
  readonly source: 'P-Asserted-Identity' | 'caller ID'
  readonly trusted: boolean
}

/**
 * P-Asserted-Identity (RFC 3325) where the trunk is believed about it and it holds a number; else Asterisk's
 * caller ID, which by itself is only what the caller's From says.
 */
export function callerOf(facts: CallFacts, routing: Routing): Caller {
  const asserted = assertedNumber(facts, routing)
  if (asserted !== undefined) return { number: asserted, source: 'P-Asserted-Identity', trusted: true }
  return {
    number: readNumber(facts.callerId.number, routing.defaultCountry),
    source: 'caller ID',
    trusted: routing.trust.believes(facts.trunk, 'caller_number'),
  }
}

function assertedNumber(facts: CallFacts, routing: Routing): string | undefined {
  const values = facts.headers.getAll('P-Asserted-Identity')
  if (values.length === 0 || !routing.trust.believes(facts.trunk, 'P-Asserted-Identity')) return undefined
  return numberInHeader(values, routing.defaultCountry)
}
