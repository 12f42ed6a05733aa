import type { Revision } from '../flows/revision.js'
import { within } from '../lib/waiting.js'
import { greetTexts, knownTexts } from '../routing/greeting.js'
import { type CallerRow, hasNumber, numbersOf, rowOf } from '../routing/number-table.js'
import type { NumberPattern } from '../routing/types.js'
import type { GreetingText, Recording } from './greetings.js'

/** A database that hangs must not hold up what is rendered ahead. */
const RECENT_MS = 3_000

/**
 * What calls may need under a revision, the most urgent first: recordings, texts without values, then those of the VIPs
 * who called last, then those of all others.
 */
export async function* greetingTexts(
  { routing }: Revision,
  recentCallers: () => Promise<readonly string[]>,
): AsyncGenerator<GreetingText | Recording> {
  for (const wav of routing.recordings.values()) yield { wav }
  if (greetTexts(routing).length === 0) return
  const recent = await within(RECENT_MS, 'the database', recentCallers()).catch(() => [])
  for (const text of knownTexts(routing, rowsOf(routing.vip.numbers, recent)))
    yield { text, voice: routing.voice }
}

/** A number that is in two tables counts in the first. */
function* rowsOf({ tables }: NumberPattern, first: readonly string[]): Generator<CallerRow> {
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

function rowIn(tables: NumberPattern['tables'], number: string): CallerRow | undefined {
  const table = tables.find((one) => hasNumber(one, number))
  return table && rowOf(table, number)
}
