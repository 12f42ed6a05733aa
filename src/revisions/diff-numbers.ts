/** What changed in files of numbers, of which there may be a million. */
import { isDeepStrictEqual } from 'node:util'
import { counted, thousands } from '../lib/units.js'
import { turns } from '../lib/waiting.js'
import { leavesOf } from '../routing/condition.js'
import { hasNumber, isSameContent, isSameRow, type NumberTable, numbersOf } from '../routing/number-table.js'
import type { Condition, Routing } from '../routing/types.js'

interface NumbersChange {
  readonly added: number
  readonly removed: number
  /** Numbers that stayed and have another row: another name or tier, say. */
  readonly otherRows: number
}

/** File of numbers → what changed in it; only files that both revisions read. */
export type ChangedFiles = ReadonlyMap<string, NumbersChange>

/** Compares each file once, however many rules read it. */
export async function changedFiles(before: Routing, after: Routing): Promise<ChangedFiles> {
  const old = allTables(before)
  const changes = new Map<string, NumbersChange>()
  for (const [file, now] of allTables(after)) {
    const then = old.get(file)
    if (then === undefined) continue
    const isSame = before.defaultCountry === after.defaultCountry && isSameContent(then, now)
    if (!isSame) changes.set(file, await compareTables(then, now))
  }
  return changes
}

function allTables({ vip, branches, rules }: Routing): ReadonlyMap<string, NumberTable> {
  const ofBranches = branches.flatMap(({ numbers }) => numbers.tables)
  return byFile([...vip.numbers.tables, ...ofBranches, ...rules.flatMap(({ when }) => tablesOf(when))])
}

/** The files of numbers that a condition reads, however deep. */
export function tablesOf(condition: Condition): readonly NumberTable[] {
  return leavesOf(condition).flatMap((leaf) => ('numbers' in leaf ? leaf.numbers.tables : []))
}

export function byFile(tables: readonly NumberTable[]): ReadonlyMap<string, NumberTable> {
  return new Map(tables.map((table) => [table.file, table]))
}

/** Asking for the time costs as much as comparing a number. */
const NUMBERS_PER_TURN = 500

async function compareTables(before: NumberTable, after: NumberTable): Promise<NumbersChange> {
  // With other columns every row is another one; that is one change, not a million.
  const withRows = isDeepStrictEqual(before.columns, after.columns)
  const turn = turns()
  let [seen, common, otherRows] = [0, 0, 0]
  for (const number of numbersOf(after)) {
    if (hasNumber(before, number)) {
      common += 1
      if (withRows && !isSameRow(after, before, number)) otherRows += 1
    }
    if (++seen % NUMBERS_PER_TURN === 0) await turn()
  }
  return { added: after.size - common, removed: before.size - common, otherRows }
}

/** What changed in a file that both read. */
export function fileDetail(file: string, files: ChangedFiles, { withRows = false } = {}): readonly string[] {
  const numbers = files.get(file)
  return numbers === undefined ? [] : numbersDetail(numbers, ` in ${file}`, withRows)
}

/** `+12 −3 numbers in vips.csv, 4 rows changed`; empty where nothing changed that counts here. */
export function numbersDetail(
  { added, removed, otherRows }: NumbersChange,
  where = '',
  withRows = false,
): readonly string[] {
  const signed = [added > 0 && `+${thousands(added)}`, removed > 0 && `−${thousands(removed)}`].filter(
    Boolean,
  )
  const [first, ...more] = [
    signed.length > 0 && `${signed.join(' ')} ${added + removed === 1 ? 'number' : 'numbers'}`,
    withRows && otherRows > 0 && `${counted(otherRows, 'row')} changed`,
  ].filter(Boolean)
  return first === undefined ? [] : [[first + where, ...more].join(', ')]
}
