import { getCountries } from 'libphonenumber-js/min'
import * as z from 'zod'
import { MOST_CALLS } from '../store/callers.js'
import {
  HoursSchema,
  LookupNameSchema,
  LookupSchema,
  MemorySchema,
  TableNameSchema,
  TableSchema,
  VoiceSchema,
} from './schema-sources.js'
import {
  AttestationsSchema,
  DurationSchema,
  EMPTY,
  exactlyOne,
  HeaderNameSchema,
  HeaderValuesSchema,
  HoursNameSchema,
  MemoryKeySchema,
  NameSchema,
  NamesSchema,
  optional,
  StateSchema,
  strict,
  text,
} from './schema-values.js'

/**
 * The shape of `routing.yaml`. The file is checked with it, and the editor's JSON Schema is made from it, so every
 * key carries the description that an editor shows.
 */

/** Numbers as an admin writes them: one, several, or a file of them. */
const NumbersSchema = z.union(
  [
    NameSchema,
    z.array(NameSchema).min(1, EMPTY),
    strict({
      file: optional(NameSchema, 'A CSV file with one number a line, beside routing.yaml.'),
      table: optional(NameSchema, 'A name under `tables`.'),
    })
      .meta({ minProperties: 1, maxProperties: 1 })
      .check(exactlyOne(['file', 'table'])),
  ],
  {
    error:
      'write a number in quotes, a prefix such as "+1555*", a list of them, { file: numbers.csv } or { table: NAME }',
  },
)

const headerTestShape = {
  matches: optional(
    z.string().min(1, 'this pattern is empty'),
    'A pattern (RE2 syntax) that is searched in the value; `^` and `$` anchor it.',
  ),
  starts_with: optional(HeaderValuesSchema, 'The beginning, or several of them.'),
  present: optional(z.boolean(), 'True: the call has this header. False: it has not.'),
}

const HeaderTestSchema = z.union(
  [
    ...HeaderValuesSchema.options,
    strict(headerTestShape)
      .meta({ minProperties: 1, maxProperties: 1 })
      .check(exactlyOne(Object.keys(headerTestShape), '; for several of them use "all"')),
  ],
  { error: 'write a text, a list of texts, or one of { matches }, { starts_with }, { present }' },
)

const nested = z.lazy((): z.ZodType<ConditionSource, ConditionSource> => ConditionSchema)
const several = z.array(nested).min(1, 'this list is empty: name at least one condition')

const leafShape = {
  vip: optional(z.boolean(), 'Whether the call is a VIP call.'),
  branch: optional(NamesSchema, 'The branch of the callee number, or one of several.'),
  trunk: optional(
    NamesSchema,
    'The PJSIP endpoint that the call came in on, or what a proxy there names (`trunk_from`); or one of several.',
  ),
  caller: optional(NumbersSchema, 'The caller number, where the trunk is trusted for it.'),
  claimed_caller: optional(
    NumbersSchema,
    'Any identity that the caller claims, trusted or not; only in a rule whose flow has `turn_away: true`.',
  ),
  callee: optional(NumbersSchema, 'The callee number.'),
  header: optional(
    z.record(HeaderNameSchema, HeaderTestSchema),
    'Header → value, list, `matches`, `starts_with` or `present`; several headers mean all of them.',
  ),
  attestation: optional(
    AttestationsSchema,
    'The STIR/SHAKEN result: a verified level, `failed` (did not verify) or `none` (no token).',
  ),
  lookup: optional(
    z.record(
      text(/^[^.]+\.[^.]+$/, 'write the name of a lookup, a point, and one of the names under its "take"'),
      HeaderValuesSchema,
    ),
    'Value of a lookup → text, or several: `crm.tier: [gold, platinum]`; several values mean all of them.',
  ),
  open: optional(HoursNameSchema, 'The name of hours that are open at the instant of the call.'),
  closed: optional(HoursNameSchema, 'The name of hours that are closed at the instant of the call.'),
  remembered: optional(
    z.record(MemoryKeySchema, HeaderValuesSchema),
    'Key of `memory` → the value of the last call of the caller, or several; several keys mean all of them.',
  ),
  returning: optional(
    strict({
      within: DurationSchema.describe('The time, as `10m`.'),
      calls: z
        .int()
        .min(2, 'each caller calls once: write 2 or more')
        .max(MOST_CALLS, `at most ${MOST_CALLS} calls of a caller are counted`)
        .describe('How many calls, this one included.'),
    }),
    'Whether the caller calls so often within a time.',
  ),
}

const ConditionSchema = strict({
  ...leafShape,
  all: optional(several, 'Every one of these conditions.'),
  any: optional(several, 'At least one of these conditions.'),
  not: optional(nested, 'The contrary of this condition.'),
}).meta({ id: 'condition' })

const greetShape = {
  greet: optional(
    z.union(
      [
        text(/\S/, 'this greeting is empty; write a text').max(500, 'a greeting has at most 500 characters'),
        strict({ recording: NameSchema.describe('A WAV file beside routing.yaml.') }),
      ],
      { error: 'write a text, or { recording: welcome.wav }' },
    ),
    'What the caller hears: a text, which may hold `{caller.name|dear customer}`, or `{ recording: welcome.wav }`.',
  ),
  play: optional(
    z.enum(['before_flow', 'early', 'flow']),
    '`before_flow` (default) answers and plays it; `early` plays it without answering; `flow` only sets DOORMAN_GREETING.',
  ),
}

const FlowNameSchema = text(
  /^[A-Za-z_][A-Za-z0-9_-]*$/,
  'a flow name begins with a letter or _ and goes on with letters, digits, _ and -',
)

const TrunkSchema = strict({
  trust: optional(
    z.array(HeaderNameSchema),
    'What this trunk is trusted for: `caller_number`, `verstat`, and names of headers. Nothing else.',
  ),
  trunk_from: optional(
    HeaderNameSchema,
    'For the endpoint of a SIP proxy: the header in which it names the trunk on which it took the call, `X-Trunk`.',
  ),
})

const VipSchema = strict({
  numbers: optional(z.array(NameSchema), 'Numbers of VIPs, in quotes: `"+15551234567"`.'),
  files: optional(
    z.array(NameSchema),
    'CSV files with one number a line; further columns become `conv.caller`.',
  ),
  tables: optional(z.array(NameSchema), 'Names under `tables`; their further columns become `conv.caller`.'),
  headers: optional(
    z.record(HeaderNameSchema, HeaderValuesSchema),
    'Header → the value or values that make a call a VIP call, where the trunk is trusted for it.',
  ),
})

const BranchSchema = strict({
  numbers: optional(
    NumbersSchema,
    'Callee numbers of this branch: a number, a prefix such as `+1555*`, a list, `{ file: numbers.csv }` or `{ table: NAME }`.',
  ),
  state: optional(StateSchema, 'State that goes onto every call to this branch.'),
  ...greetShape,
  default: optional(z.boolean(), 'True for the branch of callee numbers that no branch lists.'),
})

const FlowSchema = strict({
  context: text(/^[A-Za-z0-9_-]+$/, 'a dialplan context has letters, digits, _ and - only').describe(
    'The dialplan context in which the call continues, e.g. `vip-support`.',
  ),
  extension: text(/^[A-Za-z0-9_*#+.-]+$/, 'a dialplan extension has letters, digits and _ - * # + . only')
    .default('s')
    .describe('The extension in that context: `s` unless given; `dialled` keeps the dialled number.'),
  priority: z
    .int()
    .min(1, 'a dialplan priority counts from 1')
    .max(999_999, 'a dialplan priority has at most six digits')
    .default(1)
    .describe('The priority in that extension; 1 unless given.'),
  turn_away: optional(
    z.boolean(),
    'True: this flow only refuses calls, so that `claimed_caller` may lead to it.',
  ),
})

const RuleSchema = strict({
  name: optional(NameSchema, 'The name of this rule in decision records and explanations.'),
  when: optional(ConditionSchema, 'The condition; several keys mean all of them. Without it: every call.'),
  goto: optional(NameSchema, 'The flow that the call goes to, by its name under `flows`.'),
  run: optional(NameSchema, 'The code flow that decides: a TypeScript or JavaScript file beside this one.'),
  state: optional(
    StateSchema,
    'State for calls that this rule takes; a text may hold `{caller.name}` and the like.',
  ),
  ...greetShape,
}).meta({ oneOf: [{ required: ['goto'] }, { required: ['run'] }] })

const FlowOrGreetedSchema = z.union(
  [NameSchema, strict({ goto: NameSchema.describe('The flow, by its name under `flows`.'), ...greetShape })],
  { error: 'write the name of a flow, or { goto: NAME, greet: … }' },
)

const COUNTRY =
  'default_country must be a country code of two capital letters (ISO 3166), such as US, GB or DE'

export const RoutingSchema = strict({
  default_country: optional(
    z.enum(getCountries(), { error: COUNTRY }),
    'How to read numbers without a country code: `US` makes `5551234567` into `+15551234567`.',
  ),
  callee_from: optional(
    z.array(HeaderNameSchema),
    'Headers that give the callee number in place of the dialled extension: `[Diversion, To]`.',
  ),
  time_zone: optional(z.string(), 'The time zone (IANA) of all `hours` that name none: `America/New_York`.'),
  trunks: optional(
    z.record(NameSchema, TrunkSchema),
    'Trust by PJSIP endpoint. A trunk that is not listed is trusted for nothing.',
  ),
  vip: optional(VipSchema, 'Which calls are VIP calls; any of these is enough.'),
  branches: optional(
    z.record(NameSchema, BranchSchema),
    'Branches by name: which callee numbers belong to them, and the state they put onto the call.',
  ),
  hours: optional(
    z.record(HoursNameSchema, HoursSchema),
    'Opening hours by name, for `open` and `closed` in conditions; `doorman hours` prints what callers meet.',
  ),
  voice: optional(
    VoiceSchema,
    'What speaks greetings: one of `engine`, `command` and `url`; flite unless given.',
  ),
  tables: optional(
    z.record(TableNameSchema, TableSchema),
    'Numbers by name, copied into memory and refreshed in the background, for `{ table: NAME }` and `vip.tables`.',
  ),
  lookups: optional(
    z.record(LookupNameSchema, LookupSchema),
    'What is asked about each call, by name, for `lookup` in conditions and `{crm.agent}` in texts.',
  ),
  memory: optional(
    MemorySchema,
    'What is kept of a call for the next one of the caller: `conv.memory`, `{memory.agent}`, `remembered`.',
  ),
  flows: z.record(FlowNameSchema, FlowSchema).describe('Every name that a rule may lead to.'),
  rules: optional(z.array(RuleSchema), 'The rules in order; the first that matches wins.'),
  otherwise: FlowOrGreetedSchema.describe(
    'The flow for calls that no rule takes, and for every failure; or `{ goto, greet }`.',
  ),
  undecidable: optional(
    FlowOrGreetedSchema,
    'The flow for calls that Asterisk cannot hand over whole; that of `otherwise` unless given; or `{ goto, greet }`.',
  ),
})

/**
 * `routing.yaml` as it was written. Where something is wrong with it, `checkShape` leaves out what is, so that any
 * part may be missing.
 */
export type RoutingSource = Partial<z.input<typeof RoutingSchema>>
export type FlowEntry = Partial<z.input<typeof FlowSchema>>
export type HoursEntry = Partial<z.input<typeof HoursSchema>>
export type LookupEntry = Partial<z.input<typeof LookupSchema>>
export type TableEntry = Partial<z.input<typeof TableSchema>>
export type BranchEntry = z.input<typeof BranchSchema>
export type RuleEntry = z.input<typeof RuleSchema>
/** `greet` and `play`, as a rule, a branch, `otherwise` and `undecidable` have them. */
export type GreetEntry = Partial<z.input<z.ZodObject<typeof greetShape>>>
export type NumbersSource = z.input<typeof NumbersSchema>
export type HeaderTestSource = z.input<typeof HeaderTestSchema>
export interface ConditionSource extends z.input<z.ZodObject<typeof leafShape>> {
  readonly all?: readonly ConditionSource[] | undefined
  readonly any?: readonly ConditionSource[] | undefined
  readonly not?: ConditionSource | undefined
}

/**
 * The JSON Schema of `routing.yaml`, for editors. Draft 7 is what yaml-language-server knows best. It says less
 * than `doorman check`, which also follows the names in the file.
 */
export function routingJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(RoutingSchema, { target: 'draft-7', io: 'input' })
  return { title: 'Doorman: routing.yaml', ...schema }
}
