import type { Calendars } from '../calendars/calendars.js'
import type { Revision } from '../flows/revision.js'
import type { Lookups } from '../lookups/lookups.js'
import type { CallerMemory } from '../memory/caller-memory.js'
import type { CallContext } from '../routing/call-context.js'
import { contextOf, withAnswers } from '../routing/context-of.js'
import { NO_OUTSIDE_DATA, type OutsideData } from '../routing/outside-data.js'
import type { CallFacts } from '../routing/types.js'
import type { Tables } from '../tables/tables.js'
import type { ActiveCall } from './active-call.js'
import type { Overrides } from './overrides.js'

/** What rules may know of a call and besides it, at its instant. What cannot be known in time is missing. */
export type ContextSource = (
  facts: CallFacts,
  call: Pick<ActiveCall, 'id' | 'revision' | 'at' | 'leftMs'>,
) => CallContext | Promise<CallContext>

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
export function contextSource(parts: OutsideParts): ContextSource {
  const { lookups, memory } = parts
  return async (facts, { id, revision, at, leftMs }) => {
    const { routing } = revision
    const now = contextOf(facts, routing, at, knownNow(parts, revision))
    const known = routing.memory === undefined ? now : withAnswers(now, { memory: memory.lookUp(now, id) })
    // Last, because whether they are asked may depend on all the rest.
    const answers = await lookups.answers(known, revision, leftMs)
    return answers.size === 0 ? known : withAnswers(known, { answers })
  }
}
