import type { Calendars } from '../calendars/calendars.js'
import type { Revision } from '../flows/revision.js'
import type { Lookups } from '../lookups/lookups.js'
import type { CallerMemory } from '../memory/caller-memory.js'
import { contextOf } from '../routing/context-of.js'
import { NO_OUTSIDE_DATA, type OutsideData } from '../routing/outside-data.js'
import type { CallFacts } from '../routing/types.js'
import type { Tables } from '../tables/tables.js'
import type { Overrides } from './overrides.js'

/**
 * What rules may know besides the call, at the instant of the call. Never rejects: what cannot be known in time is
 * missing.
 * @param leftMs milliseconds that the call has left
 * @param channelId the unique id of its channel
 */
export type OutsideSource = (
  facts: CallFacts,
  revision: Revision,
  at: Date,
  leftMs: number,
  channelId: string,
) => OutsideData | Promise<OutsideData>

/** The parts of a running Doorman that know something besides the call. */
export interface OutsideParts {
  readonly calendars: Pick<Calendars, 'copies'>
  readonly tables: Pick<Tables, 'of'>
  readonly lookups: Lookups
  readonly memory: CallerMemory
  readonly overrides: Overrides
}

/** What they know at any time, without a call. */
export function knownNow(
  { calendars, tables, overrides }: Pick<OutsideParts, 'calendars' | 'tables' | 'overrides'>,
  { routing }: Pick<Revision, 'routing'>,
): OutsideData {
  return {
    ...NO_OUTSIDE_DATA,
    calendars: calendars.copies,
    overrides: overrides.current,
    tables: tables.of(routing),
  }
}

/** Puts together what they know of a call. */
export function outsideSource(parts: OutsideParts): OutsideSource {
  const { lookups, memory } = parts
  return async (facts, revision, at, leftMs, channelId) => {
    const { routing } = revision
    const outside: OutsideData = {
      ...knownNow(parts, revision),
      memory: routing.memory && memory.lookUp(contextOf(facts, routing, at), channelId),
    }
    // Last, because whether they are asked may depend on all the rest.
    return { ...outside, answers: await lookups.answers({ facts, revision, at, outside }, leftMs) }
  }
}
