import { contextsMissing, placesMissing, runningSteps } from '../ami/manager-dialplan.js'
import type { ManagerSession } from '../ami/manager-session.js'
import { DIALPLAN_CONTEXTS, dialplanMarker } from './dialplan.js'
import { dialplanDifferences, dialplanSteps } from './dialplan-steps.js'
import { FALLBACK_PLACE } from './hand-over.js'

/** What the running dialplan has of a generated text. */
export type DialplanState =
  /** All of it, as far as can be told: by every step, or by the marker alone. */
  | { readonly state: 'current' }
  | { readonly state: 'missing'; readonly contexts: readonly string[] }
  /** Others than the text has; `differences` has a line each, and none where only the marker was looked for. */
  | { readonly state: 'other'; readonly differences: readonly string[] }

/** Looks for the text's marker, for which the class `call` is enough. */
export async function lookForMarker(session: ManagerSession, text: string): Promise<DialplanState> {
  const contexts = await contextsMissing(session, DIALPLAN_CONTEXTS)
  if (contexts.length > 0) return { state: 'missing', contexts }
  const marker = { context: FALLBACK_PLACE.context, extension: dialplanMarker(text), priority: 1 }
  const missing = await placesMissing(session, [marker])
  return missing.length === 0 ? { state: 'current' } : { state: 'other', differences: [] }
}

/** Compares every step; class `reporting` or `config`. */
export async function compareDialplan(session: ManagerSession, text: string): Promise<DialplanState> {
  const running = await Promise.all(DIALPLAN_CONTEXTS.map((context) => runningSteps(session, context)))
  const contexts = DIALPLAN_CONTEXTS.filter((_, index) => running[index]?.length === 0)
  if (contexts.length > 0) return { state: 'missing', contexts }
  const differences = dialplanDifferences(dialplanSteps(text), running.flat())
  return differences.length === 0 ? { state: 'current' } : { state: 'other', differences }
}
