import { formatCondition } from '../../routing/format.js'
import type { Condition, Leaf } from '../../routing/types.js'
import type { Attestation } from '../../sip/attestation.js'

/** A condition without parts, or the contrary of one. */
export interface Literal {
  readonly kind: 'literal'
  readonly leaf: Leaf
  readonly negated: boolean
}

/** A condition with every `not` pushed down to its leaves. */
export type Formula =
  | Literal
  | { readonly kind: 'all'; readonly of: readonly Formula[] }
  | { readonly kind: 'any'; readonly of: readonly Formula[] }

const LEVELS: readonly Attestation[] = ['A', 'B', 'C', 'failed', 'none']

/**
 * De Morgan's laws hold for the three-valued logic of `truthOf` too, so the formula is worth the same as the
 * condition for every call, hearsay included.
 */
export function formulaOf(condition: Condition, negated = false): Formula {
  if (condition.kind === 'not') return formulaOf(condition.of, !negated)
  if (condition.kind !== 'all' && condition.kind !== 'any') return literalOf(condition, negated)
  const of = condition.of.map((part) => formulaOf(part, negated))
  const isAll = (condition.kind === 'all') !== negated
  return { kind: isAll ? 'all' : 'any', of }
}

/** Leaves whose contrary is such a leaf again are never negated: `not: { vip: true }` is `vip: false`. */
export function literalOf(leaf: Leaf, negated: boolean): Literal {
  if (!negated) return { kind: 'literal', leaf, negated }
  if (leaf.kind === 'vip') return literalOf({ kind: 'vip', is: !leaf.is }, false)
  if (leaf.kind === 'attestation') {
    const oneOf = new Set(LEVELS.filter((level) => !leaf.oneOf.has(level)))
    return literalOf({ kind: 'attestation', oneOf }, false)
  }
  if (leaf.kind === 'header' && leaf.test.kind === 'present') {
    return literalOf({ ...leaf, test: { kind: 'present', present: !leaf.test.present } }, false)
  }
  return { kind: 'literal', leaf, negated }
}

export function contraryOf({ leaf, negated }: Literal): Literal {
  return literalOf(leaf, !negated)
}

/** The parts that all have to be satisfied; the formula itself where it is no `all`. */
export function partsOf(formula: Formula): readonly Formula[] {
  return formula.kind === 'all' ? formula.of.flatMap(partsOf) : [formula]
}

/** True for a condition that asks for nothing. */
export function isAlways(formula: Formula): boolean {
  if (formula.kind === 'literal') return false
  return formula.kind === 'all' ? formula.of.every(isAlways) : formula.of.some(isAlways)
}

export function literalWords({ leaf, negated }: Literal): string {
  return negated ? `not: { ${formatCondition(leaf)} }` : formatCondition(leaf)
}
