/** What STIR/SHAKEN says of a call: a verified level, a token that did not verify, or no token at all. */
export type Attestation = VerifiedLevel | 'none'
type VerifiedLevel = 'A' | 'B' | 'C' | 'failed'

/** What Asterisk's own STIR/SHAKEN module says of a call (RFC 8588 levels). */
export interface Verification {
  /** `A`, `B` or `C` as the identity token claims it. */
  readonly attestation: string
  /** True where Asterisk verified the token: "success", or "Passed" on older versions. */
  readonly verified: boolean
}

export interface AttestationFinding {
  readonly attestation: Attestation
  /** `stir_shaken`: Asterisk verified the token itself. `verstat`: the trunk reports what it verified. */
  readonly source: 'stir_shaken' | 'verstat' | 'nothing'
  /** What the source said, as it stands; null where there is none. */
  readonly value: string | null
  /** Whether the source is trusted. An untrusted `verstat` is reported, but the attestation stays `none`. */
  readonly trusted: boolean
}

/**
 * Asterisk's own verification always counts. The `verstat` parameter of the caller's identity counts where the
 * trunk is trusted for it, since anyone can write one.
 */
export function attestationOf(
  own: Verification | undefined,
  verstat: string | undefined,
  trusted: boolean,
): AttestationFinding {
  if (own !== undefined) {
    return { attestation: ownLevel(own), source: 'stir_shaken', value: own.attestation, trusted: true }
  }
  if (verstat === undefined) return { attestation: 'none', source: 'nothing', value: null, trusted }
  const attestation = trusted ? verstatLevel(verstat) : 'none'
  return { attestation, source: 'verstat', value: verstat, trusted }
}

/** Of a token that did not verify, `failed`. */
export function ownLevel({ attestation, verified }: Verification): VerifiedLevel {
  return verified ? verifiedLevel(attestation) : 'failed'
}

/** RFC 8588 §4 knows the levels A, B and C; a token with any other is not a SHAKEN token. */
function verifiedLevel(attestation: string): VerifiedLevel {
  const level = attestation.trim().toUpperCase()
  return level === 'A' || level === 'B' || level === 'C' ? level : 'failed'
}

/**
 * The values of ATIS-1000074 (3GPP TS 24.229 §7.2A.20). `TN-Validation-Passed` alone means level A: carriers
 * add a suffix only for the lesser levels, or for all of them. An unknown value says nothing.
 */
export function verstatLevel(verstat: string): Attestation {
  const passed = /^TN-Validation-Passed(?:-([ABC]))?$/i.exec(verstat)
  if (passed !== null) return verifiedLevel(passed[1] ?? 'A')
  return /^TN-Validation-Failed/i.test(verstat) ? 'failed' : 'none'
}
