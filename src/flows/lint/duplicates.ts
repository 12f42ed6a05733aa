import type { Routing } from '../../routing/types.js'
import type { LintWarning } from './warning.js'
import { type WrittenNumber, writtenNumbers } from './written-numbers.js'

/** Numbers that stand twice among the VIPs, or in two branches, where only the first one counts. */
export function lintDuplicates(value: unknown, routing: Routing): readonly LintWarning[] {
  const written = writtenNumbers(value, routing).filter(({ owner }) => !owner.startsWith('the rule '))
  const first = new Map<string, WrittenNumber>()
  return written.flatMap((one) => {
    const key = `${one.side} ${one.number}`
    const other = first.get(key)
    if (other === undefined) first.set(key, one)
    return other === undefined ? [] : [{ path: one.path, message: duplicateWords(one, other) }]
  })
}

function duplicateWords(one: WrittenNumber, first: WrittenNumber): string {
  const same = one.text === first.text ? '' : ` as "${first.text}"`
  if (one.owner === first.owner) return `"${one.text}" stands here already${same}; take one of them out`
  return `"${one.text}" belongs to ${first.owner} already${same}, which comes first, so it never counts here`
}
