import type { Revision } from '../flows/revision.js'
import { counted, thousands } from '../lib/units.js'
import { within } from '../lib/waiting.js'
import { greetTexts, knownTexts } from '../routing/greeting.js'
import { type CallerRow, hasNumber, type NumberTable, numbersOf, rowOf } from '../routing/number-table.js'
import type { OutsideData } from '../routing/outside-data.js'
import type { Voice } from '../routing/types.js'

/** What a caller is to hear. */
export interface GreetingText {
  /** As it is written, with all placeholders filled in. */
  readonly text: string
  /** That of the revision, `routing.voice`. */
  readonly voice: Voice
}

/** A WAV file of the flows folder, which is copied as Asterisk plays it: 8 kHz, one channel. */
export interface Recording {
  readonly wav: Uint8Array
}

export type Wanted = GreetingText | Recording

/** What was rendered ahead of the calls. */
export interface RenderReport {
  /** How many different texts were asked for. */
  readonly texts: number
  /** How many of them had no file yet. */
  readonly fresh: number
  readonly rendered: number
  readonly failed: number
  /** How many are left to their first call: they are beyond DOORMAN_GREETINGS_AHEAD or DOORMAN_GREETINGS_MB. */
  readonly left: number
  /** False where `fresh` texts are being rendered still. */
  readonly done: boolean
  /** How long it took, or where it is not done is expected to take. */
  readonly ms: number
  /** Empty, or why the last text could not be rendered. */
  readonly problem: string
}

/** For people, on one line; undefined where there is nothing to say. */
export function describeReport({
  texts,
  fresh,
  left,
  failed,
  done,
  ms,
  problem,
}: RenderReport): string | undefined {
  if (problem !== '' && fresh === 0) return `Greetings cannot be rendered: ${problem}`
  if (texts === 0) return undefined
  const seconds = counted(Math.max(1, Math.round(ms / 1_000)), 'second')
  const how = done ? `rendered in ${seconds}` : `being rendered beside the calls, in about ${seconds}`
  const are = fresh === 0 ? 'all are rendered' : `${thousands(fresh)} of them new, ${how}`
  const failures = failed === 0 ? '' : `; ${thousands(failed)} failed: ${problem}`
  const later = left === 0 ? '' : `; ${thousands(left)} are left to their first call`
  return `${counted(texts, 'greeting')}, ${are}${failures}${later}`
}

export interface GreetingsHealth {
  /** Empty, or why the last text could not be rendered. */
  readonly problem: string
  /** Files in the folder, and their size. */
  readonly files: number
  readonly bytes: number
  /** Texts that wait to be rendered. */
  readonly waiting: number
  /** Since the start. */
  readonly rendered: number
  readonly failed: number
}

/** A database that hangs must not hold up what is rendered ahead. */
const RECENT_MS = 3_000

/**
 * What calls may need under a revision, the most urgent first: recordings, texts without values, then those of the VIPs
 * who called last, then those of all others.
 * @param outside the tables of the revision, as far as they are loaded
 */
export async function* greetingTexts(
  { routing }: Revision,
  outside: OutsideData['tables'],
  recentCallers: () => Promise<readonly string[]>,
): AsyncGenerator<Wanted> {
  for (const wav of routing.recordings.values()) yield { wav }
  if (greetTexts(routing).length === 0) return
  const recent = await within(RECENT_MS, 'the database', recentCallers()).catch(() => [])
  const { tables, outsideTables } = routing.vip.numbers
  const all = [...tables, ...outsideTables.flatMap((name) => outside.get(name) ?? [])]
  for (const text of knownTexts(routing, rowsOf(all, recent))) yield { text, voice: routing.voice }
}

/** A number that is in two tables counts in the first. */
function* rowsOf(tables: readonly NumberTable[], first: readonly string[]): Generator<CallerRow> {
  for (const number of first) {
    const row = rowIn(tables, number)
    if (row !== undefined) yield row
  }
  for (const [at, table] of tables.entries())
    for (const number of numbersOf(table)) {
      const row = rowIn(tables.slice(0, at + 1), number)
      if (row !== undefined) yield row
    }
}

function rowIn(tables: readonly NumberTable[], number: string): CallerRow | undefined {
  const table = tables.find((one) => hasNumber(one, number))
  return table && rowOf(table, number)
}
