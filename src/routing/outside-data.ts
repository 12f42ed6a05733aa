import type { CalendarCopy } from '../hours/calendar.js'
import type { Override } from '../hours/hours.js'
import { type Hours, withCopies } from '../hours/hours.js'
import type { Attestation } from '../sip/attestation.js'
import type { NumberTable } from './number-table.js'

/**
 * What rules may know besides the call and the flow files, as it was at the instant of the call. It is handed to
 * `decide`, which asks no one. What is missing makes a condition on it unknown. Plain data.
 */
export interface OutsideData {
  /** The overrides that are on, by the name of the hours. */
  readonly overrides: ReadonlyMap<string, Override>
  /** Calendars from elsewhere, by their https URL. */
  readonly calendars: ReadonlyMap<string, CalendarCopy>
  /** By the name under `tables`. */
  readonly tables: ReadonlyMap<string, OutsideTable>
  /** By the name under `lookups`: those that were asked for this call. */
  readonly answers: ReadonlyMap<string, Answer>
  /** What was kept of the caller's calls; undefined where the caller number does not count, or memory is not read yet. */
  readonly memory: Remembered | undefined
}

/** The rows of a table as they were last loaded. */
export interface OutsideTable extends NumberTable {
  /** The first 12 hex digits of the SHA-256 of its rows. */
  readonly version: string
}

/** What a lookup says of a call. */
export interface Answer {
  readonly result: 'fresh' | 'stale' | 'late' | 'failed' | 'missing'
  /** By the names under `take`. */
  readonly values: Readonly<Record<string, string>>
  /** Milliseconds since it was asked for; undefined where there is no answer. */
  readonly ageMs: number | undefined
  /** Milliseconds that the call waited. */
  readonly ms: number
  /** Why there is none in time, or where it is from if it was not asked for. */
  readonly why?: string
}

/** What was kept of a caller's calls, and when the caller called. */
export interface Remembered {
  /** By the keys under `keep`. */
  readonly values: RememberedValues
  /** The latest calls before this one, milliseconds since 1970, the oldest first. */
  readonly calls: readonly number[]
}

export type RememberedValues = Readonly<Record<string, string | number | boolean>>

export const NO_OUTSIDE_DATA: OutsideData = {
  overrides: new Map(),
  calendars: new Map(),
  tables: new Map(),
  answers: new Map(),
  memory: undefined,
}

/** Hours of the flow files with what is known of them besides. */
export function hoursWith({ overrides, calendars }: OutsideData, hours: Hours): Hours {
  const override = overrides.get(hours.name)
  const known = withCopies(hours, calendars)
  return override === undefined ? known : { ...known, override }
}

/** A source that is asked about a call before the decision, as it stands under `lookups`. Plain data. */
export interface Lookup {
  readonly name: string
  readonly kind: 'http' | 'sql' | 'redis'
  /** The URL, the query, or the key of a hash. */
  readonly text: KeyedText
  /** Of `sql` and `redis` the database; empty for `http`. */
  readonly database: string
  /** Their values may hold `{secret.NAME}`. */
  readonly headers: Readonly<Record<string, string>>
  /** Whose callers are asked about; undefined for all. */
  readonly trunks: ReadonlySet<string> | undefined
  readonly attestations: ReadonlySet<Attestation> | undefined
  /** Milliseconds that a call waits at most. */
  readonly deadlineMs: number
  /** Milliseconds for which an answer is used without a request, */
  readonly freshMs: number
  /** for which it is used at once and asked for again afterwards, */
  readonly staleMs: number
  /** and for which it is remembered that there is none. */
  readonly missingMs: number
  /** Field → the keys that lead to it in the answer. */
  readonly take: ReadonlyMap<string, readonly string[]>
  /** How many requests there are at a time. */
  readonly atMost: number
}

/** A text with a field of the call between each two of its pieces: one piece more than fields. */
export interface KeyedText {
  readonly pieces: readonly string[]
  readonly fields: readonly string[]
}

/** The text with values in the places of its fields. */
export function fillKeyed({ pieces }: KeyedText, values: readonly string[]): string {
  return pieces.map((piece, at) => piece + (values[at] ?? '')).join('')
}

/** The text as it is written, with its placeholders. */
export function writtenText(text: KeyedText): string {
  return fillKeyed(
    text,
    text.fields.map((field) => `{${field}}`),
  )
}

/** Whom a lookup asks, for people: `crm.example`, `sql crm`. */
export function sourceOf({ kind, database, text: { pieces } }: Lookup): string {
  return kind === 'http' ? new URL(pieces[0] ?? '').host : `${kind} ${database}`
}
