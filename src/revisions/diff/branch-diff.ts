import type { Branch } from '../../routing/types.js'
import { type Change, change, changed, fromTo } from './change.js'
import { patternShape } from './condition-shape.js'
import { movedAmong } from './moved.js'
import { type Pairing, pairMore, unpaired } from './pair.js'
import { stateDetails } from './state-diff.js'
import { numbersChanged, type TableChanges } from './table-diff.js'

/** Branches are known by their names; their order counts, since the first that has a number takes it. */
export function branchChanges(
  before: readonly Branch[],
  after: readonly Branch[],
  tables: TableChanges,
): readonly Change[] {
  const { pairs, removed, added } = pairMore(unpaired(before, after), ({ name }) => name)
  return [
    ...removed.map((branch) => change('branch', 'removed', branch.name, `removed, it was ${takes(branch)}`)),
    ...added.map((branch) => change('branch', 'added', branch.name, `added, ${takes(branch)}`)),
    ...moves(pairs, before, after),
    ...pairs.flatMap(([old, now]) => parts(old, now, tables)),
  ]
}

function moves(
  pairs: Pairing<Branch>['pairs'],
  before: readonly Branch[],
  after: readonly Branch[],
): readonly Change[] {
  const places = pairs.map(([old]) => before.indexOf(old))
  const moved = movedAmong(places)
  return pairs.flatMap(([, now], at) => {
    const [from, to] = [(places[at] ?? 0) + 1, after.indexOf(now) + 1]
    return moved.has(at) ? [change('branch', 'moved', now.name, `moved ${from} → ${to}`)] : []
  })
}

function parts(old: Branch, now: Branch, tables: TableChanges): readonly Change[] {
  const details = [
    ...numbersDetail(old, now),
    ...(old.isDefault === now.isDefault ? [] : [now.isDefault ? 'now the default' : 'no more the default']),
    ...stateDetails(old.state, now.state),
  ]
  const numbers = now.numbers.tables.flatMap(({ file }) => {
    const found = tables.get(file)
    return found === undefined ? [] : numbersChanged('branch', now.name, found, { file, rowsCount: false })
  })
  return [...details.map((detail) => changed('branch', now.name, detail)), ...numbers]
}

function numbersDetail({ numbers: old }: Branch, { numbers: now }: Branch): readonly string[] {
  if (patternShape(old) === patternShape(now)) return []
  if (old.text === now.text) return [`numbers ${now.text} are now others`]
  return [`numbers ${fromTo(old.text, now.text)}`]
}

function takes({ numbers, isDefault }: Branch): string {
  return [numbers.text && `numbers ${numbers.text}`, isDefault && 'the default'].filter(Boolean).join(', ')
}
