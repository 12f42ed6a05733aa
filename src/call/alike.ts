import type { Note, Place, Variable } from '../asterisk/pbx.js'
import type { Revision } from '../flows/revision.js'
import { Memory } from '../lib/cache.js'
import type { Choice } from './choose.js'
import type { Reading } from './read.js'
import { variablesOf } from './variables.js'

/** What is left on calls that were decided alike. */
export interface Left {
  readonly variables: readonly Variable[]
  /** The note that carries it, and the place that names the note, for as long as the PBX has that note. */
  noted?: { readonly note: Note; readonly place: Place } | undefined
}

const kept = new Memory<Left>(500)

/**
 * What is left on a call, worked out once for all that are decided alike: by the same rule, to the same place, with the
 * same state. A flow function's choice is worked out for its call alone.
 * @throws StateTooLarge, StateNotJson
 */
export function leftOn(choice: Choice, { facts }: Reading, revision: Revision, target: Place): Left {
  const { decision, flow, state } = choice
  if (decision.target.kind !== 'goto') return { variables: variablesOf(choice, revision, facts.state) }
  const { rule, vip, branch = null } = decision
  const key = JSON.stringify([revision.id, rule, vip, branch, flow.name, target, state, facts.state])
  return kept.get(key) ?? kept.keep(key, { variables: variablesOf(choice, revision, facts.state) })
}
