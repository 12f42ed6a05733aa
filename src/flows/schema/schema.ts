import { getCountries } from 'libphonenumber-js/min'
import * as z from 'zod'
import { ConditionSchema, NumbersSchema } from './condition-schema.js'
import { HeaderNameSchema, HeaderValuesSchema, NameSchema, StateSchema, strict } from './schema-parts.js'

/**
 * The shape of `routing.yaml`. It is checked with this schema and the editor's JSON Schema is made from it,
 * so every key carries the description that an editor shows.
 */

const flowName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_-]*$/,
    'a flow name begins with a letter or _ and goes on with letters, digits, _ and -',
  )

const trunkShape = {
  trust: z
    .array(HeaderNameSchema)
    .default([])
    .describe(
      'What this trunk is believed about: `caller_number`, `verstat`, and names of headers. Nothing else.',
    ),
}

export const vipShape = {
  numbers: z.array(NameSchema).optional().describe('Numbers of VIPs, in quotes: `"+15551234567"`.'),
  files: z
    .array(NameSchema)
    .optional()
    .describe('CSV files with one number a line; further columns come along as `conv.caller`.'),
  headers: z
    .record(HeaderNameSchema, HeaderValuesSchema)
    .optional()
    .describe(
      'Header → the value or values that make a call a VIP call, where the trunk is believed about it.',
    ),
}

export const branchShape = {
  numbers: NumbersSchema.optional().describe(
    'Callee numbers of this branch: a number, a prefix such as `+1555*`, a list, or `{ file: numbers.csv }`.',
  ),
  state: StateSchema.optional().describe('State that goes onto every call to this branch.'),
  default: z.boolean().optional().describe('True for the branch of callee numbers that no branch lists.'),
}

export const flowShape = {
  context: z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, 'a dialplan context has letters, digits, _ and - only')
    .describe('The dialplan context that the call goes on in, e.g. `vip-support`.'),
  extension: z
    .string()
    .regex(/^[A-Za-z0-9_*#+.-]+$/, 'a dialplan extension has letters, digits and _ - * # + . only')
    .default('s')
    .describe(
      'The extension in that context: `s` unless given; `dialled` keeps the number that was dialled.',
    ),
  priority: z
    .int()
    .min(1, 'a dialplan priority counts from 1')
    .max(999_999, 'a dialplan priority has at most six digits')
    .default(1)
    .describe('The priority in that extension; 1 unless given.'),
}

export const ruleShape = {
  name: NameSchema.optional().describe('What decision records and explanations call this rule.'),
  when: ConditionSchema.optional().describe(
    'The condition; several keys mean all of them. Without it: every call.',
  ),
  goto: NameSchema.optional().describe('The flow that the call goes to, by its name under `flows`.'),
  run: NameSchema.optional().describe(
    'The code flow that decides: a TypeScript or JavaScript file beside this one.',
  ),
  state: StateSchema.optional().describe(
    'State for calls that this rule takes; a text may hold `{caller.name}` and the like.',
  ),
}

const countryList = getCountries()

export const routingShape = {
  default_country: z
    .enum(countryList, {
      error: 'default_country must be a country code of two capital letters (ISO 3166), such as US, GB or DE',
    })
    .optional()
    .describe('How to read numbers without a country code: `US` makes `5551234567` into `+15551234567`.'),
  callee_from: z
    .array(HeaderNameSchema)
    .optional()
    .describe('Headers to look into for the callee number before the dialled extension: `[Diversion, To]`.'),
  trunks: z
    .record(NameSchema, strict(trunkShape))
    .optional()
    .describe('Whom to believe and about what, by PJSIP endpoint. A trunk that is not here: about nothing.'),
  vip: strict(vipShape).optional().describe('Who is a VIP; any of these is enough.'),
  branches: z
    .record(NameSchema, strict(branchShape))
    .optional()
    .describe('Branches by name: which callee numbers belong to them, and the state they put onto the call.'),
  flows: z.record(flowName, strict(flowShape)).describe('Every name that a rule may lead to.'),
  rules: z
    .array(strict(ruleShape).meta({ oneOf: [{ required: ['goto'] }, { required: ['run'] }] }))
    .optional()
    .describe('The rules in order; the first that matches wins.'),
  otherwise: NameSchema.describe('The flow for calls that no rule takes, and for whatever goes wrong.'),
}

export const RoutingSchema = strict(routingShape)
