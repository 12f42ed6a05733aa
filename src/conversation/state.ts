import type { State } from '../routing/types.js'

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

/** The state holds something that JSON cannot: a cycle or a BigInt, say. The message says what and where. */
export class StateNotJson extends Error {
  override readonly name = 'StateNotJson'
}

/**
 * A state as JSON text. Functions and `undefined` are dropped, as JSON does, and so are keys named `__proto__`.
 *
 * @throws StateNotJson for a cycle, a BigInt, or nesting that is too deep.
 */
export function formatState(state: State): string {
  try {
    return JSON.stringify(state, (key, value: unknown) => (key === '__proto__' ? undefined : value))
  } catch (error) {
    const where = whyNotJson(state) ?? (error instanceof Error ? error.message : String(error))
    throw new StateNotJson(`The state cannot be written as JSON: ${where}. Keep only plain values in it.`)
  }
}

/**
 * Reads a state from JSON text. Keys named `__proto__` are left out at every depth: they are harmless in the
 * object that `JSON.parse` makes, but code that copies that object key by key would swap its prototype.
 *
 * @throws SyntaxError where the text is not JSON, StateNotJson where it is not an object.
 */
export function parseState(json: string): State {
  const value: unknown = JSON.parse(json, (key, inner: unknown) => (key === '__proto__' ? undefined : inner))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new StateNotJson('The state is not a JSON object')
  }
  return value as State
}

/** What `toString` calls a plain object, an instance of a class, or anything else that JSON writes by its keys. */
const BY_KEYS = '[object Object]'

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
  if (hasToJson(value)) return whyNotJson(value.toJSON(), path, [...above, value])
  return whyNotJsonInside(value, path, [...above, value])
}

function whyNotJsonInside(value: object, path: string, above: readonly object[]): string | undefined {
  if (Array.isArray(value))
    return first(value.entries(), (i, inner) => whyNotJson(inner, `${path}[${i}]`, above))
  const kind = Object.prototype.toString.call(value)
  if (kind !== BY_KEYS) return `${path} is a ${kind.slice('[object '.length, -1)}`
  return first(Object.entries(value), (key, inner) => whyNotJson(inner, `${path}.${key}`, above))
}

function first<K>(entries: Iterable<[K, unknown]>, why: (key: K, inner: unknown) => string | undefined) {
  for (const [key, inner] of entries) {
    const found = why(key, inner)
    if (found !== undefined) return found
  }
  return undefined
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function'
}
