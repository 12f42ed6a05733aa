import { blame } from './blame.js'
import { evaluate } from './condition.js'
import type { Reason } from './decision.js'
import { factReasons } from './fact-reasons.js'
import type { CallFacts } from './facts.js'
import { Known } from './known.js'
import { leafWords } from './leaf-words.js'
import type { Routing, Rule } from './routing.js'
import { describe } from './words.js'

/**
 * Why `decide` says what it says: where the numbers came from, VIP, branch, then each rule in turn up to the
 * one that took the call. It walks the rules one by one and so stands as the plain meaning of the index.
 *
 * @param _at the instant of the call, as in `decide`.
 * @param tried `candidates` leaves out the rules that the index leaves out, because the call differs from
 *   them in what they are filed under: with ten thousand rules that is the difference between microseconds
 *   and ten milliseconds, and between a line in a log and a megabyte.
 */
export function explain(
  facts: CallFacts,
  routing: Routing,
  _at: Date,
  tried: 'all' | 'candidates' = 'all',
): readonly Reason[] {
  return explainKnown(new Known(facts, routing), tried)
}

/** The same of a call of which more is told than the reasons, so that nothing is worked out twice. */
export function explainKnown(known: Known, tried: 'all' | 'candidates'): readonly Reason[] {
  const { routing } = known
  const reasons = [...factReasons(known)]
  const takes = (rule: Rule) => {
    const reason = ruleReason(rule, known)
    reasons.push(reason)
    return reason.matched
  }
  const taken = tried === 'all' ? routing.rules.find(takes) : routing.index.first(known, takes)
  if (taken === undefined) reasons.push(otherwise(routing))
  return reasons
}

function ruleReason(rule: Rule, known: Known): Reason {
  const { condition, leaves } = blame(rule.when, known)
  const words = leaves.map((leaf) => leafWords(leaf, known))
  return {
    rule: rule.name,
    matched: evaluate(rule.when, known),
    condition: describe(condition),
    value: words[0]?.value ?? null,
    trusted: words.every(({ trusted }) => trusted),
    why: words.map(({ why }) => why).join('; ') || 'it asks for nothing',
  }
}

function otherwise(routing: Routing): Reason {
  const why = `no rule took the call, so it goes to ${routing.otherwise}`
  return {
    rule: '(otherwise)',
    matched: true,
    condition: `otherwise: ${routing.otherwise}`,
    value: null,
    trusted: true,
    why,
  }
}
