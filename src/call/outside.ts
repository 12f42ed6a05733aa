import type { Revision } from '../flows/revision.js'
import { NO_OUTSIDE_DATA, type OutsideData } from '../routing/outside-data.js'
import type { CallFacts } from '../routing/types.js'

/**
 * What rules may know besides the call, at the instant of the call. Never rejects: what cannot be known in time is
 * missing.
 * @param leftMs milliseconds that the call has left
 */
export type OutsideSource = (
  facts: CallFacts,
  revision: Revision,
  at: Date,
  leftMs: number,
) => OutsideData | Promise<OutsideData>

/** Puts together what a running Doorman knows besides the call. */
export function outsideSource(): OutsideSource {
  return () => NO_OUTSIDE_DATA
}
