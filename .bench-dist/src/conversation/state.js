/**
 * The largest state that a call can keep, in bytes of its JSON text: 256 channel variables of 900 characters
 * each, in base64url.
 */
export const STATE_LIMIT_BYTES = (256 * 900 * 3) / 4;
/** A state as JSON text, without keys named `__proto__`. */
export function formatState(state) {
    return JSON.stringify(state, withoutProto);
}
/**
 * Reads a state from JSON text. Keys named `__proto__` are left out at every depth: they are harmless in the
 * object that `JSON.parse` makes, but code that copies that object key by key would swap its prototype.
 *
 * @throws SyntaxError where the text is not JSON, or not that of an object.
 */
export function parseState(json) {
    const value = JSON.parse(json, withoutProto);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
        return value;
    throw new SyntaxError('The state is not a JSON object');
}
function withoutProto(key, value) {
    return key === '__proto__' ? undefined : value;
}
/**
 * Finds what would be lost if the value became JSON, and says it: `state.done is a function`. Stricter than
 * JSON itself, which turns a forgotten promise or a `Map` into `{}` without a word. `undefined` is fine.
 */
export function whyNotJson(value, path = 'state', above = []) {
    if (typeof value === 'bigint')
        return `${path} is a BigInt`;
    if (typeof value === 'function' || typeof value === 'symbol')
        return `${path} is a ${typeof value}`;
    if (typeof value !== 'object' || value === null)
        return undefined;
    if (above.includes(value))
        return `${path} leads back to an object that holds it`;
    const within = [...above, value];
    if ('toJSON' in value && typeof value.toJSON === 'function')
        return whyNotJson(value.toJSON(), path, within);
    const isList = Array.isArray(value);
    // `[object Map]`; instances of classes of the author's own are `[object Object]`, and JSON writes them by their keys.
    const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
    if (!isList && kind !== 'Object')
        return `${path} is a ${kind}`;
    for (const [key, inner] of Object.entries(value)) {
        const why = whyNotJson(inner, isList ? `${path}[${key}]` : `${path}.${key}`, within);
        if (why !== undefined)
            return why;
    }
    return undefined;
}
//# sourceMappingURL=state.js.map