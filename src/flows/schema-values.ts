/** What the schemas of several parts of the flow files share. */
import * as z from 'zod'
import type { State, StateValue } from '../conversation/state.js'
import { suggestion } from '../lib/text.js'
import { DURATION_FORM, parseDuration } from '../lib/units.js'

/** A map that refuses unknown keys; the message has one line for each, in the order of the issue's `keys`. */
export function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => `unknown key "${key}"${suggestion(key, Object.keys(shape))}`).join('\n')
        : undefined,
  })
}

/** A text of a certain form; the message says which. */
export const text = (form: RegExp, message: string) => z.string().regex(form, message)

export const EMPTY = 'this list is empty, so nothing could ever match'

/** A name or a text on one line: names go to the PBX, where a line end would begin another action. */
export const NameSchema = text(
  /^[^\u0000-\u001f\u007f]+$/,
  'a name is a text on one line, not empty and without control characters',
)

/**
 * RFC 3261 §25.1 allows more characters in a header name, but in the dialplan `*` is a wildcard and `%`, `'` and
 * `!` have meanings of their own.
 */
export const HeaderNameSchema = text(
  /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
  'a header name has letters, digits, - _ and . only',
).max(100, 'a header name has at most 100 characters')

const TextsSchema = { error: 'write a text or a list of texts' }
export const NamesSchema = z.union([NameSchema, z.array(NameSchema).min(1, EMPTY)], TextsSchema)
export const HeaderValuesSchema = z.union([z.string(), z.array(z.string()).min(1, EMPTY)], TextsSchema)

const nestedState = z.lazy((): z.ZodType<StateValue, StateValue> => StateValueSchema)
const StateValueSchema = z
  .union(
    [z.string(), z.number(), z.boolean(), z.null(), z.array(nestedState), z.record(z.string(), nestedState)],
    { error: 'state holds texts, numbers, true, false, null, lists and maps' },
  )
  .meta({ id: 'state-value' })

/** `CONV_STATE` and its numbered parts hold the whole state, so no key may be called like them. */
const stateKey = text(
  /^[A-Za-z_][A-Za-z0-9_]*$/,
  'a key of state becomes a dialplan variable: it begins with a letter or _ and goes on with letters, digits and _',
).refine((key) => !/^STATE(_[0-9]+)?$/.test(key), {
  error: 'this key is reserved: CONV_STATE holds the whole state; choose another name',
})

export const StateSchema: z.ZodType<State, State> = z.record(stateKey, StateValueSchema)

export function optional<Schema extends z.ZodType>(schema: Schema, description: string) {
  return schema.optional().describe(description)
}

/** An unknown key is reported by itself and may be a slip of the one that is missing. */
export function exactlyOne(keys: readonly string[], hint = '') {
  return ({ issues, value }: z.core.ParsePayload<object>): void => {
    if (issues.length > 0 || keys.filter((key) => key in value).length === 1) return
    const message = `write exactly one of ${keys.join(', ')}${hint}`
    issues.push({ code: 'custom', message, input: value })
  }
}

export const HoursNameSchema = text(
  /^[a-z0-9_-]{1,40}$/,
  'a name of hours has at most 40 small letters, digits, _ and -',
)

export const DurationSchema = z.string().refine((written) => parseDuration(written) !== undefined, {
  error: `write a time as ${DURATION_FORM}`,
})

/** Each is a part of a dialplan variable's name. */
export const MemoryKeySchema = text(
  /^[A-Za-z][A-Za-z0-9_]{0,39}$/,
  'a key of memory begins with a letter and has at most 40 letters, digits and _',
)

const AttestationSchema = z.enum(['A', 'B', 'C', 'failed', 'none'])
export const AttestationsSchema = z.union([AttestationSchema, z.array(AttestationSchema).min(1, EMPTY)], {
  error: 'write A, B, C, failed or none, or a list of them',
})
