/** What changed in files of numbers, of which there may be a million. */
import { isDeepStrictEqual } from 'node:util'
import { counted, thousands } from '../lib/units.js'
import { turns } from '../lib/waiting.js'
import { leavesOf } from '../routing/condition.js'
import { hasNumber, isSameContent, isSameRow, type NumberTable, numbersOf } from '../routing/number-table.js'
import type { Routing } from '../routing/types.js'

/** File, and what changed in it, where both revisions read it; each compared once, however many rules read it. */
export async function numberFileChanges(
  before: Routing,
  after: Routing,
): Promise<readonly (readonly [file: string, detail: string])[]> {
  const old = allTables(before)
  const changes: (readonly [string, string])[] = []
  for (const [file, now] of allTables(after)) {
    const then = old.get(file)
    const isSameCountry = before.defaultCountry === after.defaultCountry
    if (then === undefined || (isSameCountry && isSameContent(then, now))) continue
    const isVip = after.vip.numbers.tables.some((table) => table.file === file)
    if (isVip && !isDeepStrictEqual(then.columns, now.columns))
      changes.push([file, `columns ${then.columns.join(', ')} → ${now.columns.join(', ')}`])
    for (const detail of numbersDetail(await compareTables(then, now, isVip))) changes.push([file, detail])
  }
  return changes
}

function allTables({ vip, branches, rules }: Routing): ReadonlyMap<string, NumberTable> {
  const patterns = [
    vip.numbers,
    ...branches.map(({ numbers }) => numbers),
    ...rules.flatMap(({ when }) => leavesOf(when).flatMap((leaf) => ('numbers' in leaf ? leaf.numbers : []))),
  ]
  return new Map(patterns.flatMap(({ tables }) => tables.map((table) => [table.file, table])))
}

interface NumbersChange {
  readonly added: number
  readonly removed: number
  /** Numbers that stayed and have another row: another name or tier, say. */
  readonly otherRows: number
}

/** Asking for the time costs as much as comparing a number. */
const NUMBERS_PER_TURN = 500

/** @param isVip whether their rows count: they become `conv.caller` */
async function compareTables(
  before: NumberTable,
  after: NumberTable,
  isVip: boolean,
): Promise<NumbersChange> {
  // With other columns every row is another one; that is one change, not a million.
  const withRows = isVip && isDeepStrictEqual(before.columns, after.columns)
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

/** `+12 −3 numbers, 4 rows changed`, in a list; empty where nothing changed that counts. */
export function numbersDetail({ added, removed, otherRows }: NumbersChange): readonly string[] {
  const signed = [added > 0 && `+${thousands(added)}`, removed > 0 && `−${thousands(removed)}`].filter(
    Boolean,
  )
  const details = [
    signed.length > 0 && `${signed.join(' ')} ${added + removed === 1 ? 'number' : 'numbers'}`,
    otherRows > 0 && `${counted(otherRows, 'row')} changed`,
  ].filter(Boolean)
  return details.length === 0 ? [] : [details.join(', ')]
}
