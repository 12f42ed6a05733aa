import { Memory } from '../lib/cache.js'
import type { Condition, HeaderTest } from './condition.js'

/** A condition in the words of the flow file, on one line. */
export function describe(condition: Condition): string {
  switch (condition.kind) {
    case 'vip':
      return `vip: ${condition.is}`
    case 'branch':
    case 'trunk':
    case 'attestation':
      return `${condition.kind}: ${list(condition.oneOf)}`
    case 'caller':
    case 'callee':
      return `${condition.kind}: ${condition.numbers.text}`
    case 'header':
      return `header: { ${headerName(condition.name)}: ${describeTest(condition.test)} }`
    case 'not':
      return `not: { ${describe(condition.of)} }`
    case 'any':
      return `any: [${condition.of.map(describe).join(', ')}]`
    case 'all':
      return condition.of.length === 0 ? 'always' : condition.of.map(describe).join(', ')
  }
}

export function describeTest(test: HeaderTest): string {
  switch (test.kind) {
    case 'exact':
      return list(test.oneOf)
    case 'matches':
      return `{ matches: "${test.pattern.source}" }`
    case 'starts_with':
      return `{ starts_with: ${list(test.prefixes)} }`
    case 'present':
      return `{ present: ${test.present} }`
  }
}

/** `gold`, or `[gold, platinum]`. */
export function list(values: Iterable<string>): string {
  const all = [...values]
  return all.length === 1 ? (all[0] ?? '') : `[${all.join(', ')}]`
}

/**
 * A header's name as people write it. Names are kept in lower case; of their parts the short ones after the
 * first are initials (`X-VIP`, `Call-ID`), except `To` and `By`.
 */
export function headerName(name: string): string {
  return names.get(name) ?? names.keep(name, asWritten(name))
}

/** A record names the same few headers a dozen times. */
const names = new Memory<string>(1_000)

function asWritten(name: string): string {
  if (name !== name.toLowerCase()) return name
  return name
    .split('-')
    .map((part, at) =>
      at > 0 && part.length <= 3 && !/^(to|by)$/.test(part) ? part.toUpperCase() : capital(part),
    )
    .join('-')
}

function capital(part: string): string {
  return part.charAt(0).toUpperCase() + part.slice(1)
}

const LONGEST = 200

/** A header may be 60 KB long; an explanation needs only its beginning. */
export function clip(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`
}

/** Who is or is not believed: `trunk carrier-b`, or `a call without a trunk`. */
export function who(trunk: string | undefined): string {
  return trunk === undefined ? 'a call without a trunk' : `trunk ${trunk}`
}

/** `trunk carrier-b is not believed about X-VIP` */
export function disbelief(trunk: string | undefined, item: string): string {
  return `${who(trunk)} is not believed about ${item}`
}
