import * as z from 'zod'
import { HeaderNameSchema, HeaderValuesSchema, NameSchema, OneOrMoreSchema, strict } from './schema-parts.js'

/** Numbers as an admin writes them: one, several, or a file of them. */
export type NumbersSource = string | readonly string[] | { readonly file: string }

export const NumbersSchema = z.union(
  [
    NameSchema,
    z.array(NameSchema).min(1, 'this list is empty, so nothing could ever match'),
    strict({ file: NameSchema.describe('A CSV file with one number a line, beside routing.yaml.') }),
  ],
  { error: 'write a number in quotes, a prefix such as "+1555*", a list of them, or { file: numbers.csv }' },
)

/** What a header is held against, as an admin writes it. */
export type HeaderTestSource = z.output<typeof HeaderTestSchema>

const headerTestShape = {
  matches: z
    .string()
    .min(1, 'this pattern is empty')
    .optional()
    .describe(
      'A pattern (RE2 syntax) that is searched in the value; `^` and `$` hold it to the whole value.',
    ),
  starts_with: HeaderValuesSchema.optional().describe('The beginning, or several of them.'),
  present: z.boolean().optional().describe('True: the call has this header. False: it has not.'),
}

const headerTestKeys = Object.keys(headerTestShape).join(', ')

/** An unknown key is told by itself and may be a slip of the one that is missing. */
function exactlyOne(test: z.core.ParsePayload<object>): void {
  if (test.issues.length > 0 || Object.keys(test.value).length === 1) return
  const message = `write exactly one of ${headerTestKeys}; for several of them use "all"`
  test.issues.push({ code: 'custom', message, input: test.value })
}

export const HeaderTestSchema = z.union(
  [
    ...HeaderValuesSchema.options,
    strict(headerTestShape).meta({ minProperties: 1, maxProperties: 1 }).check(exactlyOne),
  ],
  { error: 'write a text, a list of texts, or one of { matches }, { starts_with }, { present }' },
)

const attestation = z.enum(['A', 'B', 'C', 'failed', 'none'])

/** A condition as an admin writes it; several keys mean all of them. */
export interface ConditionSource {
  readonly vip?: boolean | undefined
  readonly branch?: string | readonly string[] | undefined
  readonly trunk?: string | readonly string[] | undefined
  readonly caller?: NumbersSource | undefined
  readonly callee?: NumbersSource | undefined
  readonly header?: Readonly<Record<string, HeaderTestSource>> | undefined
  readonly attestation?: z.output<typeof attestation> | readonly z.output<typeof attestation>[] | undefined
  readonly all?: readonly ConditionSource[] | undefined
  readonly any?: readonly ConditionSource[] | undefined
  readonly not?: ConditionSource | undefined
}

const several = z
  .array(z.lazy((): z.ZodType<ConditionSource> => ConditionSchema))
  .min(1, 'this list is empty: name at least one condition')

export const conditionShape = {
  vip: z.boolean().optional().describe('Whether the call is a VIP call.'),
  branch: OneOrMoreSchema.optional().describe('The branch of the callee number, or one of several.'),
  trunk: OneOrMoreSchema.optional().describe(
    'The PJSIP endpoint that the call came in on, or one of several.',
  ),
  caller: NumbersSchema.optional().describe('The caller number, where the trunk is believed about it.'),
  callee: NumbersSchema.optional().describe('The callee number.'),
  header: z
    .record(HeaderNameSchema, HeaderTestSchema)
    .optional()
    .describe(
      'Header → value, list, `matches`, `starts_with` or `present`; several headers mean all of them.',
    ),
  attestation: z
    .union([attestation, z.array(attestation).min(1, 'this list is empty, so nothing could ever match')])
    .optional()
    .describe('What STIR/SHAKEN says: a verified level, `failed` (did not verify) or `none` (no token).'),
  all: several.optional().describe('Every one of these conditions.'),
  any: several.optional().describe('At least one of these conditions.'),
  not: z
    .lazy((): z.ZodType<ConditionSource> => ConditionSchema)
    .optional()
    .describe('The contrary of this condition.'),
}

export const ConditionSchema: z.ZodType<ConditionSource> = strict(conditionShape).meta({ id: 'condition' })
