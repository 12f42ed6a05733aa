import { type Carried, FALLBACK_PLACE, handOver } from '../asterisk/dialplan/hand-over.js'
import type { Place } from '../asterisk/pbx.js'
import type { Flow } from '../routing/types.js'

/** How long Asterisk may take to accept a `continue`, and then to say that the call left. */
export const CONTINUE_MS = 500
export const LEAVE_MS = 1_000

/** How long to wait for the dialplan to say whether a place is there. */
export const PLACE_MS = 400

/** Where a call is sent; `fault` says why it is the fallback and not its flow. */
export interface Way {
  readonly place: Place
  readonly fault: string | undefined
}

/** The place in the dialplan that a flow means for a call. */
export function targetOf(flow: Flow, dialled: string): Place {
  const extension = flow.extension === 'dialled' ? dialled : flow.extension
  return { context: flow.context, extension, priority: flow.priority }
}

/**
 * Where to continue a call so that it reaches its flow. The hand-over context looks for itself whether the place
 * is in the dialplan; it is asked here too, so that the record tells where the call really went.
 */
export async function wayTo(
  flow: Flow,
  target: Place,
  ask: (place: Place) => Promise<boolean>,
  carried?: Carried,
): Promise<Way> {
  const name = `${flow.name} (${target.context},${target.extension},${target.priority})`
  const place = handOver(target, carried)
  if (place === undefined) {
    return {
      place: FALLBACK_PLACE,
      fault: `The place of flow ${name} is too long or not clean enough to travel.`,
    }
  }
  const isThere = await ask(target).catch(() => true)
  return isThere
    ? { place, fault: undefined }
    : { place: FALLBACK_PLACE, fault: `Flow ${name} is not in the dialplan.` }
}
