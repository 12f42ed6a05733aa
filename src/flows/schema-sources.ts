/** The shape of what rules may know besides the call: hours, tables, lookups, memory; and of the voice. */
import * as z from 'zod'
import { parseDate } from '../hours/wall-clock.js'
import { secretProblem } from '../lib/http-client.js'
import { parseShare } from '../lib/units.js'
import {
  AttestationsSchema,
  DurationSchema,
  EMPTY,
  exactlyOne,
  HeaderNameSchema,
  MemoryKeySchema,
  NameSchema,
  NamesSchema,
  optional,
  strict,
  text,
} from './schema-values.js'

/** The value of a request's header, in which `{secret.NAME}` stands for DOORMAN_SECRET_NAME. */
const SecretTextSchema = z.string().superRefine((written, context) => {
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

export const HoursSchema = strict({
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

export const VoiceSchema = strict({
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

export const MemorySchema = strict({
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

export const TableNameSchema = text(
  /^[a-z0-9_-]{1,40}$/,
  'a name of a table has at most 40 small letters, digits, _ and -',
)

const DatabaseNameSchema = text(
  /^[a-z0-9_]{1,40}$/,
  'a name of a database has small letters, digits and _: crm stands for DOORMAN_DATABASE_CRM',
)

const accessShape = {
  database: optional(DatabaseNameSchema, 'For `sql` and `redis`: `crm` stands for DOORMAN_DATABASE_CRM.'),
  headers: optional(
    z.record(HeaderNameSchema, SecretTextSchema),
    'For `http`: headers of the request; `{secret.NAME}` stands for DOORMAN_SECRET_NAME.',
  ),
}

export const TableSchema = strict({
  file: optional(NameSchema, 'A CSV file beside routing.yaml; it is read with the flow files.'),
  sql: optional(z.string().min(1), 'A query; the column `number`, else the first one, has the numbers.'),
  redis: optional(NameSchema, 'The key of a set of numbers, or of a hash of number → column `value`.'),
  http: optional(HttpUrlSchema, 'The address of a CSV file, or of a JSON list of numbers or of maps.'),
  ...accessShape,
  every: optional(DurationSchema, 'How often it is loaded again; every 5 minutes unless given.'),
  max_drop: optional(
    ShareSchema,
    'A load that would drop more than this share of the rows changes nothing; 50 % unless given.',
  ),
  loaded_by: optional(
    NamesSchema,
    'In a fleet: the PBXs that load it, the first of them that can; all others have its copy. Each PBX unless given.',
  ),
}).check(exactlyOne(['file', 'sql', 'redis', 'http']))

/** They stand before a point in texts, too. */
const NO_LOOKUPS = ['caller', 'callee', 'header', 'hours', 'memory', 'secret']

export const LookupNameSchema = text(
  /^[a-z][a-z0-9_-]{0,39}$/,
  'a name of a lookup has at most 40 small letters, digits, _ and -, and begins with a letter',
).refine((name) => !NO_LOOKUPS.includes(name), {
  error: `a lookup can't be called ${NO_LOOKUPS.join(', ')}; choose another name`,
})

export const LookupSchema = strict({
  http: optional(
    z.string(),
    'The URL to ask, whose answer is JSON: `https://crm.example/callers/{caller.number}`. 404 means: no entry.',
  ),
  sql: optional(
    z.string(),
    'The query, whose first row is the answer: `SELECT tier FROM customers WHERE phone = {caller.number}`.',
  ),
  redis: optional(z.string(), 'The key of a hash: `caller:{caller.number}`.'),
  ...accessShape,
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
