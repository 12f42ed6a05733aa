import type { Note, Place, Variable } from '../asterisk/pbx.js'
import type { Revision } from '../flows/revision.js'
import { isEmpty } from '../routing/empty-state.js'
import { Memory } from '../sip/memory.js'
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
  const { rule, vip, branch = NO_BRANCH } = decision
  const { context, extension, priority } = target
  const texts = [revision.id, rule, branch, flow.name, context, extension].map(framed).join('')
  const states = isEmpty(state) && isEmpty(facts.state) ? '' : JSON.stringify([state, facts.state])
  const key = `${texts}${priority}${vip}${states}`
  return kept.get(key) ?? kept.keep(key, { variables: variablesOf(choice, revision, facts.state) })
}

/** No name that an admin can give. */
const NO_BRANCH = '\0'

/** With its length before it, no text can pass for another one and a part of the next. */
function framed(text: string): string {
  return `${text.length} ${text}`
}
