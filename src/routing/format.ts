import { formatDuration } from '../lib/units.js'
import type { Condition, HeaderTest } from './types.js'

export function formatCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'vip':
    case 'branch':
    case 'trunk':
    case 'attestation':
      return `${condition.kind}: ${formatList(condition.oneOf)}`
    case 'caller':
    case 'claimed_caller':
    case 'callee':
      return `${condition.kind}: ${condition.numbers.text}`
    case 'header':
      return `header: { ${headerName(condition.name)}: ${formatTest(condition.test)} }`
    case 'hours':
      return `${formatList(condition.oneOf)}: ${condition.name}`
    case 'lookup':
    case 'remembered':
      return `${condition.kind}: { ${condition.name}: ${formatList(condition.oneOf)} }`
    case 'returning':
      return `returning: { within: ${formatDuration(condition.withinMs)}, calls: ${condition.calls} }`
    case 'not':
      return `not: { ${formatCondition(condition.of)} }`
    case 'any':
      return `any: [${condition.of.map(formatCondition).join(', ')}]`
    case 'all':
      return condition.of.length === 0 ? 'always' : condition.of.map(formatCondition).join(', ')
  }
}

export function formatTest(test: HeaderTest): string {
  switch (test.kind) {
    case 'exact':
      return formatList(test.oneOf)
    case 'matches':
      return `{ matches: "${test.pattern}" }`
    case 'starts_with':
      return `{ starts_with: ${formatList(test.prefixes)} }`
    case 'present':
      return `{ present: ${test.present} }`
  }
}

/** `gold`, or `[gold, platinum]`. */
export function formatList(values: Iterable<string>): string {
  const all = [...values]
  return all.length === 1 ? (all[0] ?? '') : `[${all.join(', ')}]`
}

/**
 * A header's name as people write it. Names are kept in lower case; of their parts the short ones after the
 * first are initials (`X-VIP`, `Call-ID`), except `To` and `By`.
 */
export function headerName(name: string): string {
  if (name !== name.toLowerCase()) return name
  return name
    .split('-')
    .map((part, at) => {
      const isInitials = at > 0 && part.length <= 3 && !/^(to|by)$/.test(part)
      return isInitials ? part.toUpperCase() : part.charAt(0).toUpperCase() + part.slice(1)
    })
    .join('-')
}

/** `table gold was never loaded` */
export function formatMissing(tables: readonly string[]): string {
  return `table ${tables.join(', ')} was never loaded`
}

const LONGEST = 200

/** A header may be 60 KB long; an explanation needs only its beginning. */
export function clip(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`
}

/** What a trunk must be trusted for so that the caller number counts. */
export function callerItem({ source }: { readonly source: string }): string {
  return source === 'caller ID' ? 'caller_number' : source
}

/** `trunk carrier-b is not trusted for X-VIP` */
export function formatTrust(trunk: string | undefined, item: string, trusted: boolean): string {
  const subject = trunk === undefined ? 'a call without a trunk' : `trunk ${trunk}`
  return `${subject} is ${trusted ? '' : 'not '}trusted for ${item}`
}
