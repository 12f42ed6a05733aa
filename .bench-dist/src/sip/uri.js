const NONE = new Map();
/** Display name and URI; quoted strings may hold any of the delimiters. */
const NAME_ADDRESS = /^((?:"(?:[^"\\]|\\.)*"|[^"<])*)<([^>]*)/s;
/** What lies between two commas, or semicolons, that stand neither in quotes nor in `<>`. */
const BETWEEN_COMMAS = /(?:"(?:[^"\\]|\\.)*"?|<[^>]*>?|[^",<])+/gs;
const BETWEEN_SEMICOLONS = /(?:"(?:[^"\\]|\\.)*"?|<[^>]*>?|[^";<])+/gs;
/**
 * Reads one address out of a header value, a URI or a bare number (RFC 3261 §19 and §20.10, RFC 3966).
 * Tolerant: a text that is no address comes back as a user, and nothing throws.
 */
export function parseAddress(text) {
    const whole = text.trim();
    const [, display, uri] = NAME_ADDRESS.exec(whole) ?? [];
    if (uri !== undefined)
        return { display: unquote(display ?? ''), ...parseUri(uri.trim()) };
    if (whole.startsWith('"'))
        return { display: unquote(whole), ...parseUri('') };
    return { display: '', ...parseUri(whole) };
}
/** The addresses of a header that lists several in one line, as P-Asserted-Identity may (RFC 3325 §9.1). */
export function parseAddressList(text) {
    return (text.match(BETWEEN_COMMAS) ?? []).filter((part) => part.trim() !== '').map(parseAddress);
}
function parseUri(text) {
    const [prefix = '', named = ''] = /^(sips?|tel):/i.exec(text) ?? [];
    const scheme = named.toLowerCase();
    const rest = text.slice(prefix.length);
    if (scheme === 'tel')
        return { ...cutParams(rest), host: '' };
    const at = rest.indexOf('@');
    const where = cutParams(rest.slice(at + 1).split('?', 1)[0] ?? '');
    const host = where.user.replace(/(?<=^[^:]*|\]):\d*$/, '');
    if (at >= 0) {
        const who = userOf(rest.slice(0, at));
        return { user: who.user, host, params: new Map([...where.params, ...who.params]) };
    }
    // `sip:host` has no user (RFC 3261 §19.1.1), but people also write `sip:5551234567` and mean the number.
    const isUser = scheme === '' || /^[+*#]?[\d()*#-]+$/.test(where.user);
    return isUser ? { ...where, host: '' } : { user: '', host, params: where.params };
}
/**
 * A semicolon in a user part starts a parameter only where the user is a telephone number
 * (RFC 3261 §19.1.6): `+15551234567;verstat=…`. In `alice;day=tuesday` it belongs to the name.
 */
function userOf(userinfo) {
    const user = userinfo.split(':', 1)[0] ?? '';
    return /^[+\d(]/.test(user) ? cutParams(user) : { user: decode(user), params: NONE };
}
function cutParams(text) {
    const semicolon = text.indexOf(';');
    if (semicolon < 0)
        return { user: decode(text.trim()), params: NONE };
    return { user: decode(text.slice(0, semicolon).trim()), params: paramsOf(text.slice(semicolon)) };
}
/** What follows the first semicolon; of a parameter that is there twice the first counts. */
function paramsOf(text) {
    const semicolon = text.indexOf(';');
    if (semicolon < 0)
        return NONE;
    const params = (text.slice(semicolon).match(BETWEEN_SEMICOLONS) ?? []).map((part) => {
        const [name = '', ...value] = part.split('=');
        return [name.trim().toLowerCase(), decode(unquote(value.join('=')))];
    });
    return new Map(params.filter(([name]) => name !== '').reverse());
}
/** Percent-decoding that leaves alone what is not valid UTF-8. */
function decode(text) {
    return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
        try {
            return decodeURIComponent(run);
        }
        catch {
            return run;
        }
    });
}
function unquote(text) {
    const trimmed = text.trim();
    if (!trimmed.startsWith('"'))
        return trimmed;
    return trimmed.replace(/^"|"$/g, '').replace(/\\(.)/gs, '$1').trim();
}
//# sourceMappingURL=uri.js.map