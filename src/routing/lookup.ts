import type { Attestation } from '../sip/attestation.js'

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
