import { hash } from 'node:crypto'
import type { State, StateValue } from '../routing/types.js'

export type { State, StateValue } from '../routing/types.js'

/** A value of the state while a flow author works on it. Keys set to `undefined` are not kept. */
export type MutableStateValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | MutableStateValue[]
  | { [key: string]: MutableStateValue }

/** The state as a flow author sees it: open for assignment at every depth. */
export type MutableState = { [key: string]: MutableStateValue }

/**
 * The largest state that a call can keep, in bytes of its JSON text: 256 channel variables of 900 characters
 * each, in base64url.
 */
export const STATE_LIMIT_BYTES = (256 * 900 * 3) / 4

/** A state as JSON text, without keys named `__proto__`. */
export function formatState(state: State): string {
  return JSON.stringify(state, withoutProto)
}

/**
 * Reads a state from JSON text. Keys named `__proto__` are left out at every depth: they are harmless in the
 * object that `JSON.parse` makes, but code that copies that object key by key would swap its prototype.
 *
 * @throws SyntaxError where the text is not JSON, or not that of an object.
 */
export function parseState(json: string): State {
  const value: unknown = JSON.parse(json, withoutProto)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as State
  throw new SyntaxError('The state is not a JSON object')
}

function withoutProto(key: string, value: unknown): unknown {
  return key === '__proto__' ? undefined : value
}

/**
 * Finds what would be lost if the value became JSON, and says it: `state.done is a function`. Stricter than
 * JSON itself, which turns a forgotten promise or a `Map` into `{}` without a word. `undefined` is fine.
 */
export function whyNotJson(
  value: unknown,
  path = 'state',
  above: readonly object[] = [],
): string | undefined {
  if (typeof value === 'bigint') return `${path} is a BigInt`
  if (typeof value === 'function' || typeof value === 'symbol') return `${path} is a ${typeof value}`
  if (typeof value !== 'object' || value === null) return undefined
  if (above.includes(value)) return `${path} leads back to an object that holds it`
  const within = [...above, value]
  if ('toJSON' in value && typeof value.toJSON === 'function') return whyNotJson(value.toJSON(), path, within)
  const isList = Array.isArray(value)
  // `[object Map]`; instances of classes of the author's own are `[object Object]`, and JSON writes them by their keys.
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1)
  if (!isList && kind !== 'Object') return `${path} is a ${kind}`
  for (const [key, inner] of Object.entries(value)) {
    const why = whyNotJson(inner, isList ? `${path}[${key}]` : `${path}.${key}`, within)
    if (why !== undefined) return why
  }
  return undefined
}

/**
 * State ⇄ channel variables.
 *
 *     small state    CONV_STATE   = base64url(JSON)
 *     larger state   CONV_STATE_1 = first 900 characters of base64url(JSON)
 *                    …
 *                    CONV_STATE_n = the rest
 *                    CONV_STATE   = parts=n;sha256=…      written last: it makes the parts count
 *
 * Asterisk refuses an AMI line over 1,024 bytes and drops its whole action with it, so a value keeps to 900
 * characters and leaves room for `Value: ` or the names before it.
 */
export interface ChannelVariable {
  readonly name: string
  readonly value: string
}

export type DecodedState =
  | { readonly ok: true; readonly state: State }
  | { readonly ok: false; readonly why: string }

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const NAME = 'CONV_STATE'
const PART_CHARACTERS = 900
const PART = /.{1,900}/g
const MOST_PARTS = 256
const HEAD = /^parts=([1-9][0-9]{0,2});sha256=([0-9a-f]{16})$/
const BASE64URL = /^[A-Za-z0-9_-]+$/

/**
 * The variables that hold a whole state, in the order in which they must be written: the head comes last, so
 * a write that was cut short leaves either the old state or one that does not decode, never half a new one.
 *
 * @throws RangeError over 256 parts.
 */
export function encodeState(state: State): readonly ChannelVariable[] {
  const bytes = Buffer.from(formatState(state), 'utf8')
  if (bytes.length > STATE_LIMIT_BYTES) {
    const sizes = `${bytes.length} bytes of JSON; a call can keep at most ${STATE_LIMIT_BYTES}`
    throw new RangeError(`The state is ${sizes}. Keep less in it.`)
  }
  const text = bytes.toString('base64url')
  if (text.length <= PART_CHARACTERS) return [{ name: NAME, value: text }]
  const parts = (text.match(PART) ?? []).map((value, index) => ({ name: `${NAME}_${index + 1}`, value }))
  return [...parts, { name: NAME, value: `parts=${parts.length};sha256=${checksum(text)}` }]
}

/** How many `CONV_STATE_<n>` belong to this `CONV_STATE`: 0 where it is the state itself, empty, or garbage. */
export function partsIn(head: string): number {
  if (head === '') return 0
  const count = Number(HEAD.exec(head)?.[1] ?? 0)
  return count <= MOST_PARTS ? count : 0
}

/**
 * Reads the state back from `CONV_STATE` and, where `partsIn` asks for them, `CONV_STATE_1` and so on. Never
 * throws: channel variables are inherited and can be set by anyone who writes dialplan.
 */
export function decodeState(head: string, parts: readonly string[]): DecodedState {
  if (head === '') return { ok: true, state: {} }
  const count = partsIn(head)
  if (count === 0) return decodeText(head)
  const missing = parts.slice(0, count).filter((part) => part !== '').length
  if (missing < count) return failed(`only ${missing} of its ${count} parts are there`)
  const text = parts.slice(0, count).join('')
  if (checksum(text) !== HEAD.exec(head)?.[2]) return failed('its parts do not match their checksum')
  return decodeText(text)
}

function decodeText(text: string): DecodedState {
  if (!BASE64URL.test(text)) return failed('it is not base64url text')
  try {
    return { ok: true, state: parseState(UTF8.decode(Buffer.from(text, 'base64url'))) }
  } catch (error) {
    return failed(`it does not hold a JSON object (${error instanceof Error ? error.name : 'unreadable'})`)
  }
}

/** The reason never quotes the state: it may hold personal data, and reasons go to the log. */
function failed(why: string): DecodedState {
  return { ok: false, why: `The state on the channel (${NAME}) cannot be read: ${why}` }
}

/** Against writes cut short and parts mixed up, not against forgery: the dialplan owns the call. */
function checksum(text: string): string {
  return hash('sha256', text).slice(0, 16)
}

/** With `Variable: CONV_` before it, a longer name would eat into AMI's line of 1,024 bytes. */
const SCALAR_KEY = /^[A-Za-z_][A-Za-z0-9_]{0,79}$/
/** `CONV_STATE` and its parts; Asterisk compares variable names case by case since version 12. */
const RESERVED_KEY = /^(?:STATE(?:_[0-9]+)?|__proto__)$/
const SCALAR_CHARACTERS = 200
const MOST_SCALARS = 64

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
const UNSAFE =
  /[^A-Za-z0-9 _.\u0080-\u{10ffff}]|(?<![\p{L}\p{N}])\.|[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/gu
/** Within a word these become `_`, so that `north-desk` and `8:30` do not run together. */
const JOINT = /(?<=[\p{L}\p{N}])[-/:@](?=[\p{L}\p{N}])/gu
/** The `+` of a number in E.164 stays. */
const E164_PLUS = /^\+(?=[0-9])/
/** Numbers that JSON does not know, and those that are written with an exponent, have no safe form. */
const PLAIN_NUMBER = /^-?[0-9]+(\.[0-9]+)?$/

/**
 * `CONV_<key>` for each scalar at the top level, for dialplans: texts, cleaned and cut to 200 characters (UTF-16
 * units; no pair is split), numbers as decimals, `true` and `false`, and empty for `null`. At most 64 of them. Keys
 * that are no variable name, are longer than 80 characters, or would collide with `CONV_STATE` are left out:
 * `CONV_STATE` has them whole.
 */
export function scalarVariables(state: State): readonly ChannelVariable[] {
  return Object.entries(state)
    .filter(([key]) => SCALAR_KEY.test(key) && !RESERVED_KEY.test(key))
    .filter(([, value]) => value === null || typeof value !== 'object')
    .slice(0, MOST_SCALARS)
    .map(([key, value]) => ({ name: `CONV_${key}`, value: scalarText(value) }))
}

function scalarText(value: StateValue): string {
  if (typeof value !== 'number') return value === null ? '' : dialplanText(String(value))
  return PLAIN_NUMBER.test(String(value)) ? String(value) : ''
}

/**
 * A text that is safe wherever a dialplan expands it: as an argument, in `$[…]`, in `System()` without quotes, and
 * on a line of AMI. At most 200 characters.
 */
export function dialplanText(text: string): string {
  const plus = E164_PLUS.exec(text)?.[0] ?? ''
  const cut = (plus + text.replace(JOINT, '_').replace(UNSAFE, '')).slice(0, SCALAR_CHARACTERS)
  return cut.replace(/[\uD800-\uDBFF]$/, '')
}
