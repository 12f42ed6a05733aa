import { type Condition, truthOf } from './condition.js'
import type { Known } from './known.js'

/** A condition without parts. */
export type Leaf = Exclude<Condition, { kind: 'all' | 'any' | 'not' }>

/** The part of a condition that settled it, and the leaves that were looked at there. */
export interface Blame {
  readonly condition: Condition
  readonly leaves: readonly Leaf[]
}

/**
 * Finds what settled a condition for a call: of an `all` that failed the part that failed, of an `any` that
 * holds the part that holds; where all parts had to agree, all of them.
 */
export function blame(condition: Condition, known: Known): Blame {
  if (condition.kind !== 'all' && condition.kind !== 'any')
    return { condition, leaves: leavesOf(condition, known) }
  const worth = truthOf(condition, known)
  const settledByOne = worth === 'unknown' || worth === (condition.kind === 'any' ? 'yes' : 'no')
  const one = settledByOne ? condition.of.find((part) => truthOf(part, known) === worth) : undefined
  if (one !== undefined) return blame(one, known)
  return { condition, leaves: condition.of.flatMap((part) => leavesOf(part, known)) }
}

function leavesOf(condition: Condition, known: Known): readonly Leaf[] {
  if (condition.kind === 'not') return leavesOf(condition.of, known)
  if (condition.kind === 'all' || condition.kind === 'any') return blame(condition, known).leaves
  return [condition]
}
