/** One address of a SIP header, taken apart. What is missing is empty; nothing in it is trusted yet. */
export interface SipAddress {
    readonly display: string;
    /** The user, percent-decoded, without password and without the parameters of a number. */
    readonly user: string;
    /** Without the port; empty for `tel:` and bare texts. */
    readonly host: string;
    /** Parameters of the URI, and of the number inside its user part (RFC 3261 §19.1.6), names in lower case. */
    readonly params: ReadonlyMap<string, string>;
}
/**
 * Reads one address out of a header value, a URI or a bare number (RFC 3261 §19 and §20.10, RFC 3966).
 * Tolerant: a text that is no address comes back as a user, and nothing throws.
 */
export declare function parseAddress(text: string): SipAddress;
/** The addresses of a header that lists several in one line, as P-Asserted-Identity may (RFC 3325 §9.1). */
export declare function parseAddressList(text: string): readonly SipAddress[];
