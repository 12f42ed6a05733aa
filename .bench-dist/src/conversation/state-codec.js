import { hash } from 'node:crypto';
import { formatState, parseState, STATE_LIMIT_BYTES } from './state.js';
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const NAME = 'CONV_STATE';
const PART_CHARACTERS = 900;
const PART = /.{1,900}/g;
const MOST_PARTS = 256;
const HEAD = /^parts=([1-9][0-9]{0,2});sha256=([0-9a-f]{16})$/;
const BASE64URL = /^[A-Za-z0-9_-]+$/;
/**
 * The variables that hold a whole state, in the order in which they must be written: the head comes last, so
 * a write that was cut short leaves either the old state or one that does not decode, never half a new one.
 *
 * @throws RangeError over 256 parts.
 */
export function encodeState(state) {
    const bytes = Buffer.from(formatState(state), 'utf8');
    if (bytes.length > STATE_LIMIT_BYTES) {
        const sizes = `${bytes.length} bytes of JSON; a call can keep at most ${STATE_LIMIT_BYTES}`;
        throw new RangeError(`The state is ${sizes}. Keep less in it.`);
    }
    const text = bytes.toString('base64url');
    if (text.length <= PART_CHARACTERS)
        return [{ name: NAME, value: text }];
    const parts = (text.match(PART) ?? []).map((value, index) => ({ name: `${NAME}_${index + 1}`, value }));
    return [...parts, { name: NAME, value: `parts=${parts.length};sha256=${checksum(text)}` }];
}
/** How many `CONV_STATE_<n>` belong to this `CONV_STATE`: 0 where it is the state itself, empty, or garbage. */
export function partsIn(head) {
    if (head === '')
        return 0;
    const count = Number(HEAD.exec(head)?.[1] ?? 0);
    return count <= MOST_PARTS ? count : 0;
}
/**
 * Reads the state back from `CONV_STATE` and, where `partsIn` asks for them, `CONV_STATE_1` and so on. Never
 * throws: channel variables are inherited and can be set by anyone who writes dialplan.
 */
export function decodeState(head, parts) {
    if (head === '')
        return { ok: true, state: {} };
    const count = partsIn(head);
    if (count === 0)
        return decodeText(head);
    const missing = parts.slice(0, count).filter((part) => part !== '').length;
    if (missing < count)
        return failed(`only ${missing} of its ${count} parts are there`);
    const text = parts.slice(0, count).join('');
    if (checksum(text) !== HEAD.exec(head)?.[2])
        return failed('its parts do not match their checksum');
    return decodeText(text);
}
function decodeText(text) {
    if (!BASE64URL.test(text))
        return failed('it is not base64url text');
    try {
        return { ok: true, state: parseState(UTF8.decode(Buffer.from(text, 'base64url'))) };
    }
    catch (error) {
        return failed(`it does not hold a JSON object (${error instanceof Error ? error.name : 'unreadable'})`);
    }
}
/** The reason never quotes the state: it may hold personal data, and reasons go to the log. */
function failed(why) {
    return { ok: false, why: `The state on the channel (${NAME}) cannot be read: ${why}` };
}
/** Against writes cut short and parts mixed up, not against forgery: the dialplan owns the call. */
function checksum(text) {
    return hash('sha256', text).slice(0, 16);
}
/** With `Variable: CONV_` before it, a longer name would eat into AMI's line of 1,024 bytes. */
const SCALAR_KEY = /^[A-Za-z_][A-Za-z0-9_]{0,79}$/;
/** `CONV_STATE` and its parts; Asterisk compares variable names case by case since version 12. */
const RESERVED_KEY = /^(?:STATE(?:_[0-9]+)?|__proto__)$/;
const SCALAR_CHARACTERS = 200;
const MOST_SCALARS = 64;
/**
 * Of ASCII a text keeps letters, digits, spaces, `_`, and `.` within a word. Every other ASCII character means
 * something to somebody who expands the variable without quotes: an operator or a bracket in `$[…]`
 * (`| & = < > ! + - * / % ? : ~ ( ) ,`, main/ast_expr2.fl), the end or the next of a function's or an
 * application's arguments (`) , | &`; `^` within `Dial`'s, `@` before a context or an endpoint, `/` in a path or a
 * database key), quotes, `$`, `\` and `;`, an option, a file pattern or a comment for the shell of `System()`
 * (`- * ? ~ # .`). Beyond ASCII only these go:
 * - control bytes (Cc) and line separators (Zl, Zp), which would begin a new AMI header;
 * - bidirectional controls, which make a log line read as something else;
 * - lone surrogates (Cs), which have no UTF-8.
 */
const UNSAFE = /[^A-Za-z0-9 _.\u0080-\u{10ffff}]|(?<![\p{L}\p{N}])\.|[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/gu;
/** Within a word these become `_`, so that `north-desk` and `8:30` do not run together. */
const JOINT = /(?<=[\p{L}\p{N}])[-/:@](?=[\p{L}\p{N}])/gu;
/** The `+` of a number in E.164 stays. */
const E164_PLUS = /^\+(?=[0-9])/;
/** Numbers that JSON does not know, and those that are written with an exponent, have no safe form. */
const PLAIN_NUMBER = /^-?[0-9]+(\.[0-9]+)?$/;
/**
 * `CONV_<key>` for each scalar at the top level, for dialplans: texts, cleaned and cut to 200 characters (UTF-16
 * units; no pair is split), numbers as decimals, `true` and `false`, and empty for `null`. At most 64 of them. Keys
 * that are no variable name, are longer than 80 characters, or would collide with `CONV_STATE` are left out:
 * `CONV_STATE` has them whole.
 */
export function scalarVariables(state) {
    return Object.entries(state)
        .filter(([key]) => SCALAR_KEY.test(key) && !RESERVED_KEY.test(key))
        .filter(([, value]) => value === null || typeof value !== 'object')
        .slice(0, MOST_SCALARS)
        .map(([key, value]) => ({ name: `CONV_${key}`, value: scalarText(value) }));
}
function scalarText(value) {
    if (typeof value !== 'number')
        return value === null ? '' : dialplanText(String(value));
    return PLAIN_NUMBER.test(String(value)) ? String(value) : '';
}
/**
 * A text that is safe wherever a dialplan expands it: as an argument, in `$[…]`, in `System()` without quotes, and
 * on a line of AMI. At most 200 characters.
 */
export function dialplanText(text) {
    const plus = E164_PLUS.exec(text)?.[0] ?? '';
    const cut = (plus + text.replace(JOINT, '_').replace(UNSAFE, '')).slice(0, SCALAR_CHARACTERS);
    return cut.replace(/[\uD800-\uDBFF]$/, '');
}
//# sourceMappingURL=state-codec.js.map