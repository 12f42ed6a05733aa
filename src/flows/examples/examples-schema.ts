import * as z from 'zod'
import {
  HeaderNameSchema,
  HeaderValuesSchema,
  NameSchema,
  StateSchema,
  strict,
} from '../schema/schema-parts.js'

/** The shape of `examples.yaml`. */

const callShape = {
  from: z.string(),
  to: NameSchema,
  trunk: NameSchema.optional(),
  name: z.string().optional(),
  headers: z.record(HeaderNameSchema, HeaderValuesSchema).optional(),
  attestation: z.enum(['A', 'B', 'C', 'failed']).optional(),
  at: z.iso
    .datetime({ offset: true, error: 'write the instant as 2030-12-24T18:00:00Z, in quotes or not' })
    .optional(),
  state: StateSchema.optional(),
}

const expectShape = {
  flow: NameSchema.optional(),
  rule: NameSchema.optional(),
  branch: z
    .union([NameSchema, z.null()], { error: 'write the name of a branch, or null for none' })
    .optional(),
  vip: z.boolean().optional(),
  state: StateSchema.optional(),
}

/** An example that expects nothing would hold for ever, and its author would not notice. */
function something({ value, issues }: z.core.ParsePayload<object>): void {
  if (issues.length > 0 || Object.keys(value).length > 0) return
  const message = `expect at least one of ${Object.keys(expectShape).join(', ')}`
  issues.push({ code: 'custom', message, input: value })
}

export const ExampleSchema = strict({
  name: NameSchema.optional(),
  call: strict(callShape),
  expect: strict(expectShape).check(something),
})

export const ExamplesSchema = strict({ examples: z.array(ExampleSchema).nullable() })

/** An example as it stands in the file, checked. */
export type ExampleSource = z.output<typeof ExampleSchema>
