import { type SipAddress } from './uri.js';
/** The one word for a caller who withheld the number. */
export declare const ANONYMOUS = "anonymous";
/** True for `+` and 7 to 15 digits. Says nothing about whether the number was ever assigned. */
export declare function isE164(text: string): boolean;
/** True for what may be dialled (digits, `+`, `*`, `#` and the usual separators); false for names and words. */
export declare function isNumberLike(text: string): boolean;
/**
 * One form for a number, so that numbers compare as people expect: E.164 where it can be, `anonymous` for
 * every way to withhold it, else the text as it stands, trimmed and without surrounding quotes.
 * Takes bare numbers, header values and URIs (`sip:`, `sips:`, `tel:`). Never throws, and reading a number
 * that was read before changes nothing.
 *
 * @param defaultCountry ISO 3166 code of the country whose national numbers are read; without one they stay
 *   as they are.
 */
export declare function readNumber(text: string, defaultCountry: string | undefined): string;
export interface SipIdentity {
    readonly number: string;
    readonly address: SipAddress;
}
/**
 * The identity in a header that names people (P-Asserted-Identity, Diversion, To): of several addresses the
 * first that holds a number, else the first that holds a name. Undefined where there is none, or where it is
 * withheld.
 */
export declare function identityInHeader(values: readonly string[], country: string | undefined): SipIdentity | undefined;
/** The numbers of all addresses in a header, `anonymous` for one that withholds its own. */
export declare function numbersInHeader(values: readonly string[], country: string | undefined): readonly string[];
export declare function numberInHeader(values: readonly string[], country: string | undefined): string | undefined;
