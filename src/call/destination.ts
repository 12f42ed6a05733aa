import { encodeDestination, FALLBACK } from '../asterisk/dialplan/destination.js'
import type { DialplanLocation, Pbx, Variable } from '../asterisk/pbx.js'
import { dialplanText, encodeState, scalarVariables } from '../conversation/state.js'
import { type FinalDecision, flowNamed } from '../flows/final-decision.js'
import type { Revision } from '../flows/revision.js'
import type { Outcome, RecordedGreeting } from '../history/decision-record.js'
import type { CallFacts, Flow } from '../routing/types.js'
import type { ActiveCall } from './active-call.js'
import { greetingVariables } from './greet.js'
import type { CallData } from './read.js'

/** Where a call goes, and what its outcome is if it gets there. */
export interface Destination {
  readonly location: DialplanLocation
  readonly outcome: Outcome
}

/** Milliseconds that setting the variables may take. */
const SET_MS = 400

export function toFallback(outcome: Outcome): Destination {
  return { location: FALLBACK, outcome }
}

/**
 * Sets the variables of a call, and says how it gets to its flow with them.
 *
 * @param final undefined where the call is undecidable.
 */
export async function setVariables(
  call: ActiveCall,
  data: CallData,
  final: FinalDecision | undefined,
  greeting: RecordedGreeting | undefined,
  { pbx, instance }: { readonly pbx: Pbx; readonly instance: string },
): Promise<Destination> {
  const { revision } = call
  const flow = final?.flow ?? flowNamed(revision.routing.undecidable, revision)
  const extension = flow.extension === 'dialled' ? data.facts.dialled : flow.extension
  const target = { context: flow.context, extension, priority: flow.priority }
  const numbers = {
    caller: final?.decision.callerNumber ?? '',
    callee: final?.decision.calleeNumber ?? '',
  }
  const location = encodeDestination(target, numbers)
  if (location === undefined) {
    const where = `${flow.name} (${flow.context},${extension})`
    call.fault(`The location of flow ${where} is too long, or has other characters.`)
    return toFallback('fallback_place')
  }
  const outcome =
    final === undefined ? 'undecidable' : final.failure === undefined ? 'routed' : 'fallback_function'
  try {
    const decided =
      final === undefined
        ? undecidableVariables(flow, revision, instance)
        : variablesOf(final, call, data.facts, instance)
    const variables = [...greetingVariables(greeting), ...decided]
    const shared = call.args.hasLostVariables ? forgetShared(call, pbx) : pbx.shareVariables(variables)
    const withShared = shared === undefined ? undefined : encodeDestination(target, numbers, shared)
    if (withShared !== undefined) return { location: withShared, outcome }
    // What Asterisk cannot describe it names all the same.
    const channel =
      call.arrival.channel || (await pbx.readVariable(call.id, 'CHANNEL(name)', call.atMost(SET_MS)))
    await pbx.setVariables(channel, variables, call.atMost(SET_MS))
    return { location, outcome }
  } catch (error) {
    call.fault(error)
    return { location, outcome: outcome === 'routed' ? 'routed_without_state' : outcome }
  }
}

function forgetShared(call: ActiveCall, pbx: Pbx): undefined {
  call.fault('Asterisk has lost its global variables, and with them those of this call. It is decided again.')
  pbx.forgetSharedVariables()
}

/**
 * The variables of a decided call, in the order in which they are set. Two underscores before a name make Asterisk pass
 * the variable on to the channels that a Dial creates, and on from there. `DOORMAN_DECIDED` and `DOORMAN_INSTANCE` are
 * the channel's own: by the first a channel knows whether the state on it is its own.
 *
 * @param instance the Stasis application of this instance.
 * @throws RangeError where the state is larger than a call can keep.
 */
export function variablesOf(
  { decision, flow, state }: FinalDecision,
  { revision, args }: Pick<ActiveCall, 'revision' | 'args'>,
  facts: CallFacts,
  instance: string,
): readonly Variable[] {
  const scalars = scalarVariables(state)
  const kept = new Set(scalars.map(({ name }) => name))
  const emptied = scalarVariables(facts.state)
    .filter(({ name }) => !kept.has(name))
    .map(({ name }) => ({ name, value: '' }))
  const inherited = [
    { name: 'DOORMAN_FLOW', value: flow.name },
    { name: 'DOORMAN_RULE', value: dialplanText(decision.rule) },
    { name: 'DOORMAN_REVISION', value: revision.id },
    // 1 and 0 rather than words: GotoIf(${DOORMAN_VIP}?…) takes any word for true.
    { name: 'DOORMAN_VIP', value: decision.vip ? '1' : '0' },
    ...(decision.remembers === undefined
      ? []
      : [{ name: 'DOORMAN_REMEMBERS', value: decision.remembers ? '1' : '0' }]),
    { name: 'DOORMAN_BRANCH', value: dialplanText(decision.branch ?? '') },
    ...emptied,
    ...scalars,
    ...encodeState(state),
  ]
  return [
    { name: 'DOORMAN_DECIDED', value: revision.id },
    { name: 'DOORMAN_INSTANCE', value: instance },
    ...(args.hasLostVariables ? [{ name: 'DOORMAN_LOST', value: '' }] : []),
    ...inherited.map(({ name, value }) => ({ name: `__${name}`, value })),
  ]
}

/** Those of a call that no rule decided. */
export function undecidableVariables(flow: Flow, revision: Revision, instance: string): readonly Variable[] {
  return [
    { name: '__DOORMAN_FLOW', value: flow.name },
    { name: '__DOORMAN_RULE', value: 'undecidable' },
    { name: '__DOORMAN_REVISION', value: revision.id },
    { name: '__DOORMAN_VIP', value: '0' },
    { name: 'DOORMAN_INSTANCE', value: instance },
  ]
}
