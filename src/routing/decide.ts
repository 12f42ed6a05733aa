import type { CallContext } from './call-context.js'
import { evaluate, whyNotRemembered } from './condition.js'
import { firstMatch } from './rule-index.js'
import { fillState } from './template.js'
import type { Decision, Rule, State } from './types.js'

/**
 * What a revision says of a call: the first rule that matches, else `otherwise`. Pure and total: the same facts,
 * rules, instant and outside data give the same decision, and every call gets one. `explain` says why.
 */
export function decide(context: CallContext): Decision {
  const { routing } = context
  const rule = firstMatch(routing.index.rules, routing.rules, context, ({ when }) => evaluate(when, context))
  return {
    rule: rule?.name ?? 'otherwise',
    target: rule?.target ?? { kind: 'goto', flow: routing.otherwise },
    vip: context.vip.vip,
    branch: context.branch?.name,
    callerNumber: context.caller.number,
    remembers: routing.memory && whyNotRemembered(context) === undefined,
    calleeNumber: context.callee.number,
    state: stateOf(context, rule),
    greets: [rule === undefined ? routing.greets.otherwise : rule.greet, context.branch?.greet].filter(
      (greet) => greet !== undefined,
    ),
  }
}

/** State found on the channel is what a caller or a function left there, so it is not filled as a template. */
function stateOf(context: CallContext, rule: Rule | undefined): State {
  const { branch, facts } = context
  return {
    ...facts.state,
    ...fillState(branch?.state ?? {}, context),
    ...fillState(rule?.state ?? {}, context),
  }
}
