import { headerName } from '../../routing/format.js'
import type { Trust } from '../../routing/types.js'
import { type Change, change, changed, itemsChange } from './change.js'

/** Which trunks came, went, or are believed about something else. */
export function trunkChanges(before: Trust, after: Trust): readonly Change[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((trunk) => {
    const [old, now] = [itemsOf(before, trunk), itemsOf(after, trunk)]
    if (!after.has(trunk)) return [change('trunk', 'removed', trunk, `removed, it was ${believed(old)}`)]
    if (!before.has(trunk)) return [change('trunk', 'added', trunk, `added, ${believed(now)}`)]
    const items = itemsChange(old, now)
    return items === '' ? [] : [changed('trunk', trunk, `trust ${items}`)]
  })
}

function itemsOf(trust: Trust, trunk: string): readonly string[] {
  return [...(trust.get(trunk) ?? [])].map((item) => (NOT_HEADERS.has(item) ? item : headerName(item)))
}

const NOT_HEADERS: ReadonlySet<string> = new Set(['caller_number', 'verstat'])

function believed(items: readonly string[]): string {
  return items.length === 0 ? 'believed about nothing' : `believed about ${items.join(', ')}`
}
