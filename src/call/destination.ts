import { encodeDestination, FALLBACK } from '../asterisk/dialplan/destination.js'
import type { DialplanLocation, Pbx } from '../asterisk/pbx.js'
import { type FinalDecision, flowNamed } from '../flows/final-decision.js'
import type { Outcome } from '../history/decision-record.js'
import type { ActiveCall } from './active-call.js'
import type { CallData } from './read.js'
import { undecidableVariables, variablesOf } from './variables.js'

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
    call.fault(
      `The location of flow ${flow.name} (${flow.context},${extension}) is too long, or has other characters.`,
    )
    return toFallback('fallback_place')
  }
  const outcome = outcomeFor(final)
  try {
    const variables =
      final === undefined
        ? undecidableVariables(flow, revision, instance)
        : variablesOf(final, call, data.facts, instance)
    const shared = call.args.hasLostVariables ? forgetShared(call, pbx) : pbx.shareVariables(variables)
    const withShared = shared === undefined ? undefined : encodeDestination(target, numbers, shared)
    if (withShared !== undefined) return { location: withShared, outcome }
    await pbx.setVariables(call.arrival.channel, variables, call.atMost(SET_MS))
    return { location, outcome }
  } catch (error) {
    call.fault(error)
    return { location, outcome: outcome === 'routed' ? 'routed_without_state' : outcome }
  }
}

function outcomeFor(final: FinalDecision | undefined): Outcome {
  if (final === undefined) return 'undecidable'
  return final.failure === undefined ? 'routed' : 'fallback_function'
}

function forgetShared(call: ActiveCall, pbx: Pbx): undefined {
  call.fault('Asterisk has lost its global variables, and with them those of this call. It is decided again.')
  pbx.forgetSharedVariables()
}
