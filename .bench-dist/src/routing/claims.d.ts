import type { CallFacts, Claim } from './types.js';
/** The headers in which a caller says who they are (RFC 3261 §20.20, RFC 3325, draft-ietf-sip-privacy). */
export declare const CLAIM_HEADERS: readonly ['From', 'P-Asserted-Identity', 'Remote-Party-ID', 'P-Preferred-Identity'];
/** Every identity that a caller claims, trusted or not. A header that withholds the number claims none. */
export declare function claimsOf({ callerId, headers }: CallFacts, country: string | undefined): readonly Claim[];
