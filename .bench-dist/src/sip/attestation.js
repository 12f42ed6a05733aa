/**
 * Asterisk's own verification always counts. The `verstat` parameter of the caller's identity counts where the
 * trunk is trusted for it, since anyone can write one.
 */
export function attestationOf(own, verstat, trusted) {
    if (own !== undefined) {
        const attestation = own.verified ? verifiedLevel(own.attestation) : 'failed';
        return { attestation, source: 'stir_shaken', value: own.attestation, trusted: true };
    }
    if (verstat === undefined)
        return { attestation: 'none', source: 'nothing', value: null, trusted };
    const attestation = trusted ? verstatLevel(verstat) : 'none';
    return { attestation, source: 'verstat', value: verstat, trusted };
}
/** RFC 8588 §4 knows the levels A, B and C; a token with any other is not a SHAKEN token. */
function verifiedLevel(attestation) {
    const level = attestation.trim().toUpperCase();
    return level === 'A' || level === 'B' || level === 'C' ? level : 'failed';
}
/**
 * The values of ATIS-1000074 (3GPP TS 24.229 §7.2A.20). `TN-Validation-Passed` alone means level A: carriers
 * add a suffix only for the lesser levels, or for all of them. An unknown value says nothing.
 */
export function verstatLevel(verstat) {
    const passed = /^TN-Validation-Passed(?:-([ABC]))?$/i.exec(verstat);
    if (passed !== null)
        return verifiedLevel(passed[1] ?? 'A');
    return /^TN-Validation-Failed/i.test(verstat) ? 'failed' : 'none';
}
//# sourceMappingURL=attestation.js.map