import { FALLBACK_PLACE, handOver } from '../asterisk/hand-over.js'
import type { Place } from '../asterisk/pbx.js'
import type { Flow } from '../routing/routing.js'

/** How long Asterisk may take to accept a `continue`, and then to say that the call left. */
export const CONTINUE_MS = 500
export const LEAVE_MS = 1_000

/** Where to continue a call so that it reaches its flow, and whether that is the flow or the fallback. */
export function placeOf(flow: Flow, dialled: string): { readonly place: Place; readonly isFallback: boolean } {
  const extension = flow.extension === 'dialled' ? dialled : flow.extension
  const place = handOver({ context: flow.context, extension, priority: flow.priority })
  return place === undefined
    ? { place: FALLBACK_PLACE, isFallback: true }
    : { place, isFallback: false }
}
