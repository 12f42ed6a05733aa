/**
 * The headers of one SIP request, in the shape of the web's `Headers`: names in any case, in their compact
 * form (RFC 3261 §7.3.3) or in full, and repeated headers kept apart.
 */
/** The compact forms of RFC 3261 §20 and the IANA registry, by their letter. */
const FULL_NAME_OF = new Map(Object.entries({
    a: 'accept-contact',
    b: 'referred-by',
    c: 'content-type',
    d: 'request-disposition',
    e: 'content-encoding',
    f: 'from',
    i: 'call-id',
    j: 'reject-contact',
    k: 'supported',
    l: 'content-length',
    m: 'contact',
    n: 'identity-info',
    o: 'event',
    r: 'refer-to',
    s: 'subject',
    t: 'to',
    u: 'allow-events',
    v: 'via',
    x: 'session-expires',
    y: 'identity',
}));
/** The name under which a header is kept: lower case, and written out where it came in its compact form. */
export function canonicalName(name) {
    const lower = name.trim().toLowerCase();
    return FULL_NAME_OF.get(lower) ?? lower;
}
/** The compact letter of a header, if it has one: `From` → `f`. */
export function compactName(header) {
    const full = canonicalName(header);
    return [...FULL_NAME_OF].find(([, name]) => name === full)?.[0];
}
/** Unfolds a value (RFC 3261 §7.3.1: a line end and white space stand for one space) and trims it. */
function unfold(value) {
    return (value.includes('\n') ? value.replace(/\r?\n[ \t]+/g, ' ') : value).trim();
}
export class SipHeaders {
    #values;
    constructor(headers) {
        const values = new Map();
        for (const [name, value] of headers) {
            const key = canonicalName(name);
            const list = values.get(key);
            if (list === undefined)
                values.set(key, [unfold(value)]);
            else
                list.push(unfold(value));
        }
        this.#values = values;
    }
    get(name, otherwise = null) {
        return this.#values.get(canonicalName(name))?.join(', ') ?? otherwise;
    }
    /** Each value of a repeated header, in the order of the message; empty where there is none. */
    getAll(name) {
        return this.#values.get(canonicalName(name)) ?? [];
    }
    has(name) {
        return this.#values.has(canonicalName(name));
    }
    /** `[name, value]` pairs, names in lower case and in alphabetical order, as the web's `Headers` does. */
    *entries() {
        for (const name of [...this.#values.keys()].sort())
            yield [name, this.get(name) ?? ''];
    }
    *keys() {
        for (const [name] of this.entries())
            yield name;
    }
    *values() {
        for (const [, value] of this.entries())
            yield value;
    }
    forEach(visit) {
        for (const [name, value] of this.entries())
            visit(value, name);
    }
    [Symbol.iterator]() {
        return this.entries();
    }
    /** The headers one by one, repeats apart: what can be sent to a worker and made into headers again. */
    toList() {
        return [...this.#values].flatMap(([name, values]) => values.map((value) => [name, value]));
    }
}
//# sourceMappingURL=headers.js.map