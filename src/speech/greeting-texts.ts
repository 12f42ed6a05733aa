import type { Revision } from '../flows/revision.js'
import { within } from '../lib/waiting.js'
import { greetTexts, knownTexts } from '../routing/greeting.js'
import { type CallerRow, hasNumber, type NumberTable, numbersOf, rowOf } from '../routing/number-table.js'
import type { OutsideData } from '../routing/outside-data.js'
import type { Wanted } from './greetings.js'

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
