/**
 * The headers of one SIP request, in the shape of the web's `Headers`: names in any case, in their compact
 * form (RFC 3261 §7.3.3) or in full, and repeated headers kept apart.
 */
/** The name under which a header is kept: lower case, and written out where it came in its compact form. */
export declare function canonicalName(name: string): string;
/** The compact letter of a header, if it has one: `From` → `f`. */
export declare function compactName(header: string): string | undefined;
export declare class SipHeaders implements Iterable<[string, string]> {
    #private;
    constructor(headers: Iterable<readonly [name: string, value: string]>);
    /** The value, or all values of a repeated header joined by `, `; `otherwise` or `null` where there is none. */
    get(name: string): string | null;
    get(name: string, otherwise: string): string;
    /** Each value of a repeated header, in the order of the message; empty where there is none. */
    getAll(name: string): readonly string[];
    has(name: string): boolean;
    /** `[name, value]` pairs, names in lower case and in alphabetical order, as the web's `Headers` does. */
    entries(): IterableIterator<[string, string]>;
    keys(): IterableIterator<string>;
    values(): IterableIterator<string>;
    forEach(visit: (value: string, name: string) => void): void;
    [Symbol.iterator](): IterableIterator<[string, string]>;
    /** The headers one by one, repeats apart: what can be sent to a worker and made into headers again. */
    toList(): [string, string][];
}
