import { FALLBACK_PLACE, HAND_OVER_CONTEXT } from '../asterisk/dialplan/hand-over.js'
import type { State } from '../conversation/state.js'
import { decodeState, partsIn } from '../conversation/state-codec.js'

/** What the PBX has told of one channel: the contexts it ran through and the variables that were set on it. */
export interface Trail {
  readonly contexts: readonly string[]
  readonly variables: ReadonlyMap<string, string>
}

/** Where the PBX says a call landed. */
export interface Landing {
  readonly context: string
  readonly throughFallback: boolean
  readonly flow: string
  readonly rule: string
  readonly revision: string
  readonly state: State
}

const DOORS = [HAND_OVER_CONTEXT, FALLBACK_PLACE.context]

/** The first context after Doorman's own; undefined while the call has not got there. */
export function landingOf({ contexts, variables }: Trail): Landing | undefined {
  const door = contexts.findIndex((context) => DOORS.includes(context))
  const context = door < 0 ? undefined : contexts.slice(door).find((name) => !DOORS.includes(name))
  if (context === undefined) return undefined
  const value = (name: string) => variables.get(name) ?? ''
  return {
    context,
    throughFallback: contexts.includes(FALLBACK_PLACE.context),
    flow: value('DOORMAN_FLOW'),
    rule: value('DOORMAN_RULE'),
    revision: value('DOORMAN_REVISION'),
    state: stateOf(value),
  }
}

function stateOf(value: (name: string) => string): State {
  const head = value('CONV_STATE')
  const parts = Array.from({ length: partsIn(head) }, (_, index) => value(`CONV_STATE_${index + 1}`))
  const decoded = decodeState(head, parts)
  return decoded.ok ? decoded.state : {}
}
