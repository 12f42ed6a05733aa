import * as z from 'zod'
import type { State, StateValue } from '../../conversation/state.js'
import { suggestion } from '../nearest.js'

/**
 * A map that refuses unknown keys. The message holds one line for each of them, in the order of the
 * issue's `keys`: `problemsOfIssues` gives every key its own place.
 */
export function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape)
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => `unknown key "${key}"${suggestion(key, known)}`).join('\n')
        : undefined,
  })
}

/** A name or a text on one line: names travel to the PBX, where a line end would begin another action. */
export const NameSchema = z
  .string()
  .regex(
    /^[^\u0000-\u001f\u007f]+$/,
    'a name is a text on one line, not empty and without control characters',
  )

/**
 * RFC 3261 §25.1 allows more characters in a header name, but Doorman reads headers through a dialplan
 * expression, where `*` is a wildcard and `%`, `'` and `!` have meanings of their own.
 */
export const HeaderNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'a header name has letters, digits, - _ and . only')
  .max(100, 'a header name has at most 100 characters')

export const OneOrMoreSchema = z.union(
  [NameSchema, z.array(NameSchema).min(1, 'this list is empty, so nothing could ever match')],
  { error: 'write a text or a list of texts' },
)

export const HeaderValuesSchema = z.union(
  [z.string(), z.array(z.string()).min(1, 'this list is empty, so nothing could ever match')],
  { error: 'write a text or a list of texts' },
)

const StateValueSchema: z.ZodType<StateValue> = z
  .union(
    [
      z.string(),
      z.number(),
      z.boolean(),
      z.null(),
      z.array(z.lazy(() => StateValueSchema)),
      z.record(
        z.string(),
        z.lazy(() => StateValueSchema),
      ),
    ],
    { error: 'state holds texts, numbers, true, false, null, lists and maps' },
  )
  .meta({ id: 'state-value' })

/** `CONV_STATE` and its numbered parts hold the whole state, so no key may be called like them. */
const stateKey = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    'a key of state becomes a dialplan variable: it begins with a letter or _ and goes on with letters, digits and _',
  )
  .refine((key) => !/^STATE(_[0-9]+)?$/.test(key), {
    error: 'this key is reserved: CONV_STATE holds the whole state; choose another name',
  })

export const StateSchema: z.ZodType<State> = z.record(stateKey, StateValueSchema)
