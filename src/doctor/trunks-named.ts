import type { Condition } from '../routing/condition.js'
import type { Routing } from '../routing/routing.js'

/** Trunks that the flow files believe about something, or that a rule asks for. */
export function trunksNamed({ trust, rules }: Pick<Routing, 'trust' | 'rules'>): readonly string[] {
  return [...new Set([...trust.trunks, ...rules.flatMap(({ when }) => trunksIn(when))])].sort()
}

function trunksIn(condition: Condition): readonly string[] {
  switch (condition.kind) {
    case 'trunk':
      return [...condition.oneOf]
    case 'not':
      return trunksIn(condition.of)
    case 'all':
    case 'any':
      return condition.of.flatMap(trunksIn)
    default:
      return []
  }
}
