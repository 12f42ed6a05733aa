import type { Attestation } from '../routing/condition.js'
import type { CallFacts } from '../routing/facts.js'
import type { Trust } from './trust.js'
import { parseAddressList } from './uri.js'

export interface AttestationFinding {
  readonly attestation: Attestation
  /** `stir_shaken`: Asterisk verified the token itself. `verstat`: the trunk reports what it verified. */
  readonly source: 'stir_shaken' | 'verstat' | 'nothing'
  /** What the source said, as it stands; null where there is none. */
  readonly value: string | null
  /** Whether the source is believed. A disbelieved `verstat` is reported, but the attestation stays `none`. */
  readonly trusted: boolean
}

/**
 * What STIR/SHAKEN says of a call. Asterisk's own verification always counts; the `verstat` parameter of
 * P-Asserted-Identity or From counts where the trunk is believed about `verstat`, since anyone can write it.
 */
export function attestationOf(
  facts: Pick<CallFacts, 'trunk' | 'headers' | 'verification'>,
  trust: Trust,
): AttestationFinding {
  const own = facts.verification
  if (own !== undefined) {
    const attestation = own.verified ? verifiedLevel(own.attestation) : 'failed'
    return { attestation, source: 'stir_shaken', value: own.attestation, trusted: true }
  }
  const trusted = trust.believes(facts.trunk, 'verstat')
  const value = verstatOf(facts)
  if (value === undefined) return { attestation: 'none', source: 'nothing', value: null, trusted }
  return { attestation: trusted ? levelOf(value) : 'none', source: 'verstat', value, trusted }
}

/** RFC 8588 §4 knows the levels A, B and C; a token with any other is not a SHAKEN token. */
function verifiedLevel(attestation: string): Attestation {
  const level = attestation.trim().toUpperCase()
  return level === 'A' || level === 'B' || level === 'C' ? level : 'failed'
}

function verstatOf(facts: Pick<CallFacts, 'headers'>): string | undefined {
  return ['P-Asserted-Identity', 'From']
    .flatMap((name) => facts.headers.getAll(name))
    .flatMap(parseAddressList)
    .map((address) => address.params.get('verstat'))
    .find((value) => value !== undefined && value !== '')
}

/**
 * The values of ATIS-1000074 (3GPP TS 24.229 §7.2A.20). `TN-Validation-Passed` alone means level A: carriers
 * add a suffix only for the lesser levels, or for all of them. An unknown value says nothing.
 */
function levelOf(verstat: string): Attestation {
  const passed = /^TN-Validation-Passed(?:-([ABC]))?$/i.exec(verstat)
  if (passed !== null) return verifiedLevel(passed[1] ?? 'A')
  return /^TN-Validation-Failed/i.test(verstat) ? 'failed' : 'none'
}
