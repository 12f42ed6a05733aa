import { trusts } from '../../routing/context-of.js'
import { headerName } from '../../routing/format.js'
import type { Routing } from '../../routing/types.js'
import { canonicalName } from '../../sip/headers.js'
import { type Formula, type Literal, literalWords, partsOf } from './formula.js'
import { exclude } from './implies.js'

/** Beyond so many conditions in one rule, they are not held against each other. */
const MOST_LITERALS = 100

/** Why no call can satisfy a condition, in words; undefined where one might. */
export function contradiction(
  formula: Formula,
  routing: Routing,
  around: readonly Literal[] = [],
): string | undefined {
  const parts = partsOf(formula)
  const literals = [...around, ...parts.filter((part) => part.kind === 'literal')]
  if (literals.length > MOST_LITERALS) return undefined
  const clash = clashIn(literals, routing)
  if (clash !== undefined) return clash
  for (const part of parts) {
    if (part.kind !== 'any') continue
    const whys = part.of.map((one) => contradiction(one, routing, literals))
    if (whys.length > 0 && whys.every((why) => why !== undefined)) return whys[0]
  }
  return undefined
}

function clashIn(literals: readonly Literal[], routing: Routing): string | undefined {
  for (const [at, a] of literals.entries()) {
    for (const b of literals.slice(at + 1)) {
      if (exclude(a, b, routing)) return `"${literalWords(a)}" and "${literalWords(b)}" exclude each other`
      const disbelief = hearsayOn(a, b, routing) ?? hearsayOn(b, a, routing)
      if (disbelief !== undefined) return disbelief
    }
  }
  return undefined
}

/** A condition on something that none of the rule's trunks is believed about is never satisfied. */
function hearsayOn(trunk: Literal, other: Literal, { trust, vip }: Routing): string | undefined {
  if (trunk.leaf.kind !== 'trunk' || trunk.negated) return undefined
  const trunks = [...trunk.leaf.oneOf]
  const items = neededTrust(other, [...vip.headers.keys()])
  if (items.length === 0 || trunks.some((name) => items.some((item) => trusts(trust, name, item))))
    return undefined
  return `trunk ${trunks.join(', ')} is not believed about ${items.map(itemWords).join(' or ')}, which "${literalWords(other)}" needs`
}

/** Any of these must be believed for a condition to be satisfied; none where belief does not matter. */
function neededTrust({ leaf, negated }: Literal, vipHeaders: readonly string[]): readonly string[] {
  const number = ['caller_number', 'p-asserted-identity']
  if (leaf.kind === 'caller') return number
  if (leaf.kind === 'vip') return leaf.is ? [...number, ...vipHeaders] : []
  if (leaf.kind !== 'header' || negated) return []
  return leaf.test.kind === 'present' && !leaf.test.present ? [] : [canonicalName(leaf.name)]
}

function itemWords(item: string): string {
  return item === 'caller_number' ? 'the caller number' : headerName(item)
}

/** Two values of one header that both must be there: only a call that has the header twice can have them. */
export function wantsHeaderTwice(formula: Formula): string | undefined {
  const seen = new Map<string, Literal>()
  for (const part of partsOf(formula)) {
    if (part.kind !== 'literal' || part.negated || part.leaf.kind !== 'header') continue
    if (part.leaf.test.kind !== 'exact') continue
    const name = canonicalName(part.leaf.name)
    const other = seen.get(name)
    seen.set(name, part)
    if (other !== undefined && areDisjoint(other, part))
      return `"${literalWords(other)}" and "${literalWords(part)}"`
  }
  return undefined
}

function areDisjoint({ leaf: a }: Literal, { leaf: b }: Literal): boolean {
  if (a.kind !== 'header' || b.kind !== 'header' || a.test.kind !== 'exact' || b.test.kind !== 'exact')
    return false
  const { oneOf } = b.test
  return ![...a.test.oneOf].some((value) => oneOf.has(value))
}
