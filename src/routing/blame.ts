import type { CallContext } from './call-context.js'
import { truthOf } from './condition.js'
import type { Condition } from './types.js'

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
export function blame(condition: Condition, context: CallContext): Blame {
  if (condition.kind !== 'all' && condition.kind !== 'any')
    return { condition, leaves: leavesOf(condition, context) }
  const worth = truthOf(condition, context)
  const settledByOne = worth === 'unknown' || worth === (condition.kind === 'any' ? 'yes' : 'no')
  const one = settledByOne ? condition.of.find((part) => truthOf(part, context) === worth) : undefined
  if (one !== undefined) return blame(one, context)
  return { condition, leaves: condition.of.flatMap((part) => leavesOf(part, context)) }
}

function leavesOf(condition: Condition, context: CallContext): readonly Leaf[] {
  if (condition.kind === 'not') return leavesOf(condition.of, context)
  if (condition.kind === 'all' || condition.kind === 'any') return blame(condition, context).leaves
  return [condition]
}
