import { WRITTEN } from '../asterisk/dialplan/hand-over.js'
import type { Variable } from '../asterisk/pbx.js'
import type { State } from '../conversation/state.js'
import { encodeState, safeText, scalarVariables } from '../conversation/state-codec.js'
import type { Revision } from '../flows/revision.js'
import type { Choice } from './choose.js'

/**
 * All variables of a call, in the order in which they are written: what was decided, the scalars, the whole state,
 * and last the token that says so, where one is given. `before` is the state that the call came with: a scalar of it
 * that is gone is emptied. Two underscores before a name make Asterisk pass it on to the channels that a Dial
 * creates, and on from there.
 */
export function variablesOf(
  choice: Choice,
  revision: Revision,
  before: State,
  token?: string,
): readonly Variable[] {
  const scalars = scalarVariables(choice.state)
  const kept = new Set(scalars.map(({ name }) => name))
  const emptied = scalarVariables(before)
    .filter(({ name }) => !kept.has(name))
    .map(({ name }) => ({ name, value: '' }))
  const all = [...decisionVariables(choice, revision), ...emptied, ...scalars, ...encodeState(choice.state)]
  const inherited = all.map(({ name, value }) => ({ name: `__${name}`, value }))
  return token === undefined ? inherited : [...inherited, { name: WRITTEN, value: token }]
}

function decisionVariables({ decision, flow }: Choice, revision: Revision): Variable[] {
  return [
    { name: 'DOORMAN_FLOW', value: flow.name },
    { name: 'DOORMAN_RULE', value: safeText(decision.rule) },
    { name: 'DOORMAN_REVISION', value: revision.id },
    // 1 and 0 rather than words: GotoIf(${DOORMAN_VIP}?…) takes any word for true.
    { name: 'DOORMAN_VIP', value: decision.vip ? '1' : '0' },
    { name: 'DOORMAN_BRANCH', value: safeText(decision.branch ?? '') },
  ]
}
