import { getCountries } from 'libphonenumber-js/min'
import * as z from 'zod'
import type { State, StateValue } from '../conversation/state.js'
import { parseDate } from '../hours/wall-clock.js'
import { secretProblem } from '../lib/http-client.js'
import { suggestion } from '../lib/nearest.js'
import { DURATION_FORM, parseDuration, parseShare } from '../lib/units.js'
import { MOST_CALLS } from '../store/callers.js'

/**
 * The shape of `routing.yaml`. The file is checked with it, and the editor's JSON Schema is made from it, so every
 * key carries the description that an editor shows.
 */

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
const text = (form: RegExp, message: string) => z.string().regex(form, message)

const EMPTY = 'this list is empty, so nothing could ever match'

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
const NamesSchema = z.union([NameSchema, z.array(NameSchema).min(1, EMPTY)], TextsSchema)
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

function optional<Schema extends z.ZodType>(schema: Schema, description: string) {
  return schema.optional().describe(description)
}

const headerTestShape = {
  matches: optional(
    z.string().min(1, 'this pattern is empty'),
    'A pattern (RE2 syntax) that is searched in the value; `^` and `$` anchor it.',
  ),
  starts_with: optional(HeaderValuesSchema, 'The beginning, or several of them.'),
  present: optional(z.boolean(), 'True: the call has this header. False: it has not.'),
}

/** An unknown key is reported by itself and may be a slip of the one that is missing. */
function exactlyOne(keys: readonly string[], hint = '') {
  return ({ issues, value }: z.core.ParsePayload<object>): void => {
    if (issues.length > 0 || keys.filter((key) => key in value).length === 1) return
    const message = `write exactly one of ${keys.join(', ')}${hint}`
    issues.push({ code: 'custom', message, input: value })
  }
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

const HoursNameSchema = text(
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
const AttestationsSchema = z.union([AttestationSchema, z.array(AttestationSchema).min(1, EMPTY)], {
  error: 'write A, B, C, failed or none, or a list of them',
})
const nested = z.lazy((): z.ZodType<ConditionSource, ConditionSource> => ConditionSchema)
const several = z.array(nested).min(1, 'this list is empty: name at least one condition')

const leafShape = {
  vip: optional(z.boolean(), 'Whether the call is a VIP call.'),
  branch: optional(NamesSchema, 'The branch of the callee number, or one of several.'),
  trunk: optional(NamesSchema, 'The PJSIP endpoint that the call came in on, or one of several.'),
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

/** The value of a request's header, in which `{secret.NAME}` stands for DOORMAN_SECRET_NAME. */
export const SecretTextSchema = z.string().superRefine((written, context) => {
  const message = secretProblem(written)
  if (message !== undefined) context.addIssue(message)
})

const DateSchema = z.string().refine((written) => parseDate(written) !== undefined, {
  error: 'write a date as 2026-12-25',
})

const closedDaysShape = {
  date: optional(DateSchema, 'The day that is closed; or `from` and `to`.'),
  from: optional(DateSchema, 'The first day that is closed.'),
  to: optional(DateSchema, 'The last day that is closed.'),
  why: optional(NameSchema, 'The reason, for explanations and for `{hours.office.why}`.'),
}

function dateOrRange({ issues, value }: z.core.ParsePayload<z.infer<z.ZodObject<typeof closedDaysShape>>>) {
  const { date, from, to } = value
  const isSound = date === undefined ? from !== undefined && to !== undefined : !(from ?? to)
  if (issues.length > 0 || isSound) return
  issues.push({ code: 'custom', message: 'write "date", or "from" and "to"', input: value })
}

/** A line of a file of closed days. */
export const ClosedRowSchema = strict(closedDaysShape).check(dateOrRange)

const closedShape = {
  ...closedDaysShape,
  file: optional(NameSchema, 'A CSV file of days with the columns `date`, or `from` and `to`, and `why`.'),
  calendar: optional(
    NameSchema,
    'An iCalendar file or its https URL: each event closes its days or its time, and its SUMMARY is the reason.',
  ),
  every: optional(DurationSchema, 'How often the URL is read: `1h` unless given.'),
  max_age: optional(DurationSchema, 'At which age of its copy `doctor` finds a fault: `7d` unless given.'),
}

function oneKind(payload: z.core.ParsePayload<z.infer<z.ZodObject<typeof closedShape>>>) {
  const { file, calendar, every, max_age: maxAge, ...days } = payload.value
  if ((file ?? calendar ?? every ?? maxAge) === undefined) return dateOrRange(payload)
  const alone = Object.keys(days).length === 0 && (file === undefined) !== (calendar === undefined)
  if (payload.issues.length > 0 || (alone && (file === undefined || (every ?? maxAge) === undefined))) return
  const message =
    '"file" and "calendar" stand alone; only the URL of a calendar takes "every" and "max_age" besides'
  payload.issues.push({ code: 'custom', message, input: payload.value })
}

const HoursSchema = strict({
  zone: optional(
    z.string(),
    'The time zone (IANA), as `America/New_York`; that of `time_zone` unless given.',
  ),
  open: z
    .string()
    .describe(
      'The hours of a week, as OpenStreetMap writes them: `Mo-Fr 08:30-12:00,13:00-18:00; Sa 10:00-14:00`.',
    ),
  closed: optional(
    z.array(
      z.union([DateSchema, strict(closedShape).check(oneKind)], {
        error: 'write a date, { date, why }, { from, to, why }, { file } or { calendar }',
      }),
    ),
    'When `open` does not count: `"2026-12-25"`, `{ date, why }`, `{ from, to, why }`, `{ file }` or `{ calendar }`.',
  ),
  also_open: optional(
    z.array(
      strict({
        date: DateSchema.describe('The day.'),
        hours: z.string().describe('Its times, as `09:00-12:00,13:00-16:00`.'),
      }),
    ),
    'Times of certain days, which count also where `closed` names the day.',
  ),
})

const VoiceSchema = strict({
  engine: optional(
    z.enum(['espeak-ng', 'flite', 'pico2wave']),
    'A program on the PATH. Where flite is not installed, the copy that comes with Doorman speaks; both know English only.',
  ),
  command: optional(
    z.array(NameSchema).min(1, EMPTY),
    'A program and its arguments: it gets the text on standard input and writes WAV to standard output.',
  ),
  url: optional(
    z.url({ protocol: /^https?$/, error: 'write an address such as http://127.0.0.1:8000/v1/audio/speech' }),
    'The address of a server that speaks like OpenAI: `http://127.0.0.1:8000/v1/audio/speech`.',
  ),
  voice: optional(
    text(
      /^[A-Za-z0-9][A-Za-z0-9_.+-]*$/,
      'a name of a voice has letters, digits and _ . + - only, and begins with a letter or digit',
    ),
    'The voice: `slt` (flite), `en-us` (espeak-ng), `en-US` (pico2wave) or `alloy` (url) unless given.',
  ),
  model: optional(NameSchema, 'The model that a `url` is asked for; `tts-1` unless given.'),
  speed: optional(
    z.number().min(0.5, 'a speed is 0.5 or more').max(2, 'a speed is 2 or less'),
    'How fast the voice speaks: 1 unless given, 2 is twice as fast.',
  ),
})

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

const MemorySchema = strict({
  keep: optional(
    z.array(MemoryKeySchema).max(8, 'at most eight keys can be kept'),
    'The keys of state that are kept of a call, and can be read at the next one of the caller.',
  ),
  for: DurationSchema.describe('How long after the last call of a caller, as `90d`.'),
  attestation: optional(
    AttestationsSchema,
    'The STIR/SHAKEN results that a call needs, as `[A]`, since a caller number can be forged.',
  ),
})

const ShareSchema = z.union([z.string(), z.number()]).refine((written) => isShare(String(written)), {
  error: 'write a share as 50% or 0.5',
})

function isShare(written: string): boolean {
  try {
    return parseShare(written) >= 0
  } catch {
    return false
  }
}

/** A password does not belong in a flow file. */
const HttpUrlSchema = z
  .url({ protocol: /^https?$/, error: 'write an address such as https://crm.example/customers.csv' })
  .refine((url) => !/^https?:\/\/[^/]*@/i.test(url), {
    error: 'an address names no user; write "headers: { Authorization: … }" with {secret.NAME}',
  })

const TableNameSchema = text(
  /^[a-z0-9_-]{1,40}$/,
  'a name of a table has at most 40 small letters, digits, _ and -',
)

export const DatabaseNameSchema = text(
  /^[a-z0-9_]{1,40}$/,
  'a name of a database has small letters, digits and _: crm stands for DOORMAN_DATABASE_CRM',
)

const TableSchema = strict({
  file: optional(NameSchema, 'A CSV file beside routing.yaml; it is read with the flow files.'),
  sql: optional(z.string().min(1), 'A query; the column `number`, else the first one, has the numbers.'),
  redis: optional(NameSchema, 'The key of a set of numbers, or of a hash of number → column `value`.'),
  http: optional(HttpUrlSchema, 'The address of a CSV file, or of a JSON list of numbers or of maps.'),
  database: optional(DatabaseNameSchema, 'For `sql` and `redis`: `crm` stands for DOORMAN_DATABASE_CRM.'),
  headers: optional(
    z.record(HeaderNameSchema, SecretTextSchema),
    'For `http`: headers of the request; `{secret.NAME}` stands for DOORMAN_SECRET_NAME.',
  ),
  every: optional(DurationSchema, 'How often it is loaded again; every 5 minutes unless given.'),
  max_drop: optional(
    ShareSchema,
    'A load that would drop more than this share of the rows changes nothing; 50 % unless given.',
  ),
}).check(exactlyOne(['file', 'sql', 'redis', 'http']))

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

/** They stand before a point in texts, too. */
const NO_LOOKUPS = ['caller', 'callee', 'header', 'hours', 'memory', 'secret']

export const LookupNameSchema = text(
  /^[a-z][a-z0-9_-]{0,39}$/,
  'a name of a lookup has at most 40 small letters, digits, _ and -, and begins with a letter',
).refine((name) => !NO_LOOKUPS.includes(name), {
  error: `a lookup can't be called ${NO_LOOKUPS.join(', ')}; choose another name`,
})

const LookupSchema = strict({
  http: optional(
    z.string(),
    'The URL to ask, whose answer is JSON: `https://crm.example/callers/{caller.number}`. 404 means: no entry.',
  ),
  sql: optional(
    z.string(),
    'The query, whose first row is the answer: `SELECT tier FROM customers WHERE phone = {caller.number}`.',
  ),
  redis: optional(z.string(), 'The key of a hash: `caller:{caller.number}`.'),
  database: optional(DatabaseNameSchema, 'For `sql` and `redis`: `crm` stands for DOORMAN_DATABASE_CRM.'),
  headers: optional(
    z.record(HeaderNameSchema, SecretTextSchema),
    'For `http`: headers of the request; `{secret.NAME}` stands for DOORMAN_SECRET_NAME.',
  ),
  when: optional(
    strict({
      trunk: optional(NamesSchema, 'The trunk of the call, or one of several.'),
      attestation: optional(AttestationsSchema, 'The STIR/SHAKEN result of the call, or one of several.'),
    }),
    'The calls about which it is asked; all unless given.',
  ),
  deadline: optional(
    DurationSchema,
    'How long a call waits for it at most: `150ms` unless given, and no more than `400ms`.',
  ),
  fresh: optional(DurationSchema, 'For so long an answer is used without a request; `5m` unless given.'),
  stale: optional(
    DurationSchema,
    'For so long it is used at once, and asked for again afterwards; `1d` unless given.',
  ),
  missing: optional(
    DurationSchema,
    'For so long it is remembered that there is no entry; `10m` unless given.',
  ),
  take: z
    .record(
      text(/^[A-Za-z][A-Za-z0-9_-]{0,39}$/, 'a name here has at most 40 letters, digits, _ and -'),
      text(/^[^.]+(\.[^.]+)*$/, 'write where it stands in the answer, as tier or owner.extension'),
    )
    .describe('Name → where its value stands in the answer: `{ tier: tier, agent: owner.extension }`.'),
  at_most: optional(
    z.int().min(1, 'at_most counts from 1').max(1_000, 'at most 1000 requests at a time'),
    'How many requests there are at a time; 20 unless given.',
  ),
}).check(exactlyOne(['http', 'sql', 'redis']))

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
export type MemoryEntry = Partial<z.input<typeof MemorySchema>>
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
