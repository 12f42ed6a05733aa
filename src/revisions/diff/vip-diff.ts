import { formatList, headerName } from '../../routing/format.js'
import type { NumberTable, VipPolicy } from '../../routing/types.js'
import { type Change, change, changed, fromTo, itemsChange, plusMinus } from './change.js'
import { movedAmong } from './moved.js'
import { pairMore, unpaired } from './pair.js'
import { numbersChanged, type TableChanges } from './table-diff.js'

/** Who became a VIP and who is one no more: how many, not who. */
export function vipChanges(before: VipPolicy, after: VipPolicy, tables: TableChanges): readonly Change[] {
  return [
    ...numberChanges(before, after),
    ...fileChanges(before, after, tables),
    ...headerChanges(before, after),
  ]
}

function numberChanges({ numbers: before }: VipPolicy, { numbers: after }: VipPolicy): readonly Change[] {
  const added = [...after].filter((number) => !before.has(number)).length
  const removed = before.size - (after.size - added)
  if (added + removed === 0) return []
  const numbers = { added, removed, otherRows: 0 }
  return [Object.freeze({ ...changed('vip', '', plusMinus(numbers)), numbers })]
}

function fileChanges({ tables: before }: VipPolicy, { tables: after }: VipPolicy, changes: TableChanges) {
  const { pairs, removed, added } = pairMore(unpaired(before, after), ({ file }) => file)
  const isReordered = movedAmong(pairs.map(([old]) => before.indexOf(old))).size > 0
  return [
    ...removed.map((table) => wholeFile('removed', table)),
    ...added.map((table) => wholeFile('added', table)),
    ...(isReordered
      ? [changed('vip', '', `files now in the order ${formatList(after.map(({ file }) => file))}`)]
      : []),
    ...pairs.flatMap(([old, now]) => [...columnChanges(old, now), ...rowChanges(now, changes)]),
  ]
}

function wholeFile(kind: 'added' | 'removed', { file, size }: NumberTable): Change {
  const numbers = { added: 0, removed: 0, [kind]: size }
  return change('vip', kind, '', `file ${file} ${kind}, ${plusMinus(numbers) || 'no numbers'}`)
}

function columnChanges(old: NumberTable, now: NumberTable): readonly Change[] {
  const items = itemsChange(old.columns, now.columns)
  if (items !== '') return [changed('vip', '', `columns ${items} in ${now.file}`)]
  const isReordered = old.columns.join() !== now.columns.join()
  return isReordered ? [changed('vip', '', `columns of ${now.file} in another order`)] : []
}

function rowChanges({ file }: NumberTable, changes: TableChanges): readonly Change[] {
  const found = changes.get(file)
  return found === undefined ? [] : numbersChanged('vip', '', found, { file, rowsCount: true })
}

function headerChanges({ headers: before }: VipPolicy, { headers: after }: VipPolicy): readonly Change[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [old, now] = [before.get(name), after.get(name)]
    if (old === undefined && now !== undefined) return [headerChange(name, `added, ${formatList(now)}`)]
    if (now === undefined && old !== undefined)
      return [headerChange(name, `removed, it was ${formatList(old)}`)]
    const isSame = itemsChange(old ?? [], now ?? []) === ''
    return isSame ? [] : [headerChange(name, fromTo(formatList(old ?? []), formatList(now ?? [])))]
  })
}

function headerChange(name: string, detail: string): Change {
  return changed('vip', '', `header ${headerName(name)} ${detail}`)
}
