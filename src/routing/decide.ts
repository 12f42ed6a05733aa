import type { State } from '../conversation/state.js'
import { evaluate } from './condition.js'
import type { Decision } from './decision.js'
import type { CallFacts } from './facts.js'
import { Known } from './known.js'
import type { Routing, Rule } from './routing.js'
import { fillState } from './template.js'

/**
 * What a revision says of a call: the first rule that matches, else `otherwise`. Pure and total: the same
 * facts, rules and instant give the same decision, and every call gets one. `explain` says why.
 *
 * @param _at the instant of the call, for conditions on time.
 */
export function decide(facts: CallFacts, routing: Routing, _at: Date): Decision {
  const known = new Known(facts, routing)
  const rule = routing.index.first(known, matches)
  const decision: Decision = {
    rule: rule?.name ?? 'otherwise',
    target: rule?.target ?? { kind: 'goto', flow: routing.otherwise },
    vip: known.vip.vip,
    branch: known.branch?.name,
    callerNumber: known.caller.number,
    callerTrusted: known.caller.trusted,
    callerName: facts.callerId.name,
    calleeNumber: known.callee.number,
    state: stateOf(known, rule),
  }
  return Object.freeze(decision)
}

const matches = (rule: Rule, known: Known) => evaluate(rule.when, known)

/**
 * State found on the channel is what a caller or a function left there, so it is not filled as a template. Of three
 * states two are empty as a rule, and then nothing is made anew.
 */
function stateOf(known: Known, rule: Rule | undefined): State {
  const { branch, facts } = known
  const before = branch === undefined ? facts.state : joined(facts.state, fillState(branch.state, known))
  return rule === undefined ? before : joined(before, fillState(rule.state, known))
}

function joined(first: State, then: State): State {
  if (isEmpty(then)) return first
  return isEmpty(first) ? then : { ...first, ...then }
}

function isEmpty(state: State): boolean {
  for (const _ in state) return false
  return true
}
