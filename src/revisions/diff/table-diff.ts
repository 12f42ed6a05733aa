import { hasNumber, isSameContent, isSameRow, numbersOf } from '../../routing/number-table.js'
import type { NumberTable, Routing } from '../../routing/types.js'
import { type Change, grouped, type NumbersChange, type Part, plusMinus, subject } from './change.js'
import { tablesOf } from './condition-shape.js'
import type { Slices } from './slices.js'

/** File of numbers → what changed in it; only files that both revisions look into. */
export type TableChanges = ReadonlyMap<string, NumbersChange>

/** So many rows are compared before others may have their turn. */
const ROWS = 1_000

/** Compares every file of numbers once, however many rules look into it. */
export function* tableChanges(before: Routing, after: Routing): Slices<TableChanges> {
  const old = tablesByFile(before)
  const found = new Map<string, NumbersChange>()
  for (const [file, now] of tablesByFile(after)) {
    const then = old.get(file)
    const isSame =
      before.defaultCountry === after.defaultCountry && then !== undefined && isSameContent(then, now)
    if (then === undefined || isSame) continue
    found.set(file, yield* compare(then, now))
    yield
  }
  return found
}

/** `vip: +12 −3 numbers in vips.csv, 4 rows changed`; nothing where nothing changed that counts here. */
export function numbersChanged(
  part: Part,
  name: string,
  numbers: NumbersChange,
  { file, rowsCount }: { readonly file: string; readonly rowsCount: boolean },
): readonly Change[] {
  const { added, removed, otherRows } = numbers
  const cameAndWent = added + removed > 0 ? `${plusMinus(numbers)} in ${file}` : ''
  const rows =
    rowsCount && otherRows > 0 ? `${grouped(otherRows)} ${otherRows === 1 ? 'row' : 'rows'} changed` : ''
  if (cameAndWent === '' && rows === '') return []
  const detail = cameAndWent === '' ? `${rows} in ${file}` : [cameAndWent, rows].filter(Boolean).join(', ')
  return [Object.freeze({ part, kind: 'changed', name, text: `${subject(part, name)}: ${detail}`, numbers })]
}

function tablesByFile({ vip, branches, rules }: Routing): ReadonlyMap<string, NumberTable> {
  const tables = [
    ...vip.tables,
    ...branches.flatMap(({ numbers }) => numbers.tables),
    ...rules.flatMap(({ when }) => tablesOf(when)),
  ]
  return new Map(tables.map((table) => [table.file, table]))
}

function* compare(before: NumberTable, after: NumberTable): Slices<NumbersChange> {
  // With other columns every row is another one; that is told once, not a million times.
  const rowsCount = before.columns.join() === after.columns.join()
  let [seen, common, otherRows] = [0, 0, 0]
  for (const number of numbersOf(after)) {
    if (hasNumber(before, number)) {
      common++
      if (rowsCount && !isSameRow(after, before, number)) otherRows++
    }
    if (++seen % ROWS === 0) yield
  }
  return Object.freeze({ added: after.size - common, removed: before.size - common, otherRows })
}
