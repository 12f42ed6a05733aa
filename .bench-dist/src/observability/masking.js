/**
 * Seven digits or more of any script with up to three marks between two of them: `(555) 123-4567`, `555/123/4567`, and
 * invisible marks, which a caller may insert to avoid masking. A list (`2000, 3000`) or a host after an `@` is not part
 * of a number.
 */
const NUMBER = /\+?\p{Nd}(?:(?:[^\p{L}\p{Nd}\n,@]|,(?! )){0,3}\p{Nd}){6,}/gu;
/** Fields whose digits are not a phone number, and by which a line is found. */
const NEVER_MASKED = new Set(['event', 'at', 'call', 'revision', 'ms', 'outcome']);
/** Replaces all but the first two and the last two digits of every phone number in a text. */
export function maskText(text) {
    return text.replace(NUMBER, maskNumber);
}
function maskNumber(number) {
    const digits = [...number.matchAll(/\p{Nd}/gu)].map(([digit]) => digit);
    const plus = number.startsWith('+') ? '+' : '';
    return [plus, ...digits.slice(0, 2), '*'.repeat(digits.length - 4), ...digits.slice(-2)].join('');
}
/** The same for every text, number and key of a line, at any depth. */
export function maskNumbers(fields) {
    return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, maskField(key, value, fields)]));
}
function maskField(key, value, line) {
    if (NEVER_MASKED.has(key))
        return value;
    return key === 'sipCallId' && typeof value === 'string' ? maskCallId(value, line) : masked(value);
}
/**
 * A call is found on the wire by its Call-ID, whose digits are mostly random. Runs of digits that hold the caller's or
 * the callee's number (some phones send that), or that begin with `+`, are masked.
 */
function maskCallId(callId, { callerNumber, calleeNumber }) {
    const ends = [callerNumber, calleeNumber].map(lastDigits).filter((end) => end !== '');
    return callId.replace(NUMBER, (run) => {
        const digits = run.replace(/\P{Nd}/gu, '');
        // A valid Call-ID has ASCII digits only (RFC 3261 §25.1); others cannot be compared.
        const isNumber = run.startsWith('+') || /[^0-9]/.test(digits) || ends.some((end) => digits.includes(end));
        return isNumber ? maskNumber(run) : run;
    });
}
/** The last seven digits, which a number has with and without its country code. */
function lastDigits(number) {
    const digits = typeof number === 'string' ? number.replace(/\P{Nd}/gu, '') : '';
    return digits.length < 7 ? '' : digits.slice(-7);
}
function masked(value) {
    if (typeof value === 'string')
        return maskText(value);
    if (typeof value === 'number' || typeof value === 'bigint')
        return maskedDigits(value);
    if (Array.isArray(value))
        return value.map(masked);
    if (typeof value !== 'object' || value === null)
        return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [maskText(key), masked(one)]));
}
/** A code flow may log a phone number as a JavaScript number. */
function maskedDigits(value) {
    const text = String(value);
    const left = maskText(text);
    return left === text ? value : left;
}
//# sourceMappingURL=masking.js.map