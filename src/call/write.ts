import { type Carried, handOver, newToken } from '../asterisk/dialplan/hand-over.js'
import type { Note, Pbx, Place } from '../asterisk/pbx.js'
import type { Outcome } from '../history/decision-record.js'
import { leftOn } from './alike.js'
import { type CallInHand, msSince } from './call-in-hand.js'
import type { Choice } from './choose.js'
import { PLACE_MS, wayTo } from './continue.js'
import type { KnownPlaces } from './known-places.js'
import type { Reading } from './read.js'
import { variablesOf } from './variables.js'

/** How long AMI may take to set variables. */
const WRITE_MS = 400

/** What writing needs around it. */
interface WriteParts {
  readonly pbx: Pbx
  readonly places: KnownPlaces
}

/** Where a call is sent, and what that will have been if it arrives there; known once its variables are written. */
export interface Plan {
  readonly place: Place
  readonly note?: Note
  readonly outcome: Outcome | Promise<Outcome>
}

/**
 * Leaves the decision on the channel, or in a note for it, and says where the channel goes: at once where a note will do
 * and its place was in the dialplan a moment ago, so that nobody has to be asked.
 */
export function leaveOn(call: CallInHand, decided: Decided, parts: WriteParts): Plan | Promise<Plan> {
  const { pbx, places } = parts
  if (decided.reading.noteWasMissing) {
    call.fault(
      'The note of this call was not at the PBX: global variables were cleared. It is decided again.',
    )
    pbx.noteWasMissing()
  }
  const noted = placeWithNote(call, decided, pbx)
  if (noted === undefined) return onChannel(call, decided, parts)
  if (places.knows(decided.target, asking(call, pbx))) return planOf(noted, decided.choice)
  return inNote(call, decided, noted, parts)
}

/** A call that was read and decided, and the place that its flow means. */
export interface Decided {
  readonly reading: Reading
  readonly choice: Choice
  readonly target: Place
}

/** Asks first whether the place is there: the fallback knows no notes. */
async function inNote(call: CallInHand, decided: Decided, noted: Noted, parts: WriteParts): Promise<Plan> {
  const { fault } = await way(call, decided, parts, { note: noted.note.name })
  return fault === undefined ? planOf(noted, decided.choice) : onChannel(call, decided, parts)
}

function planOf({ place, note }: Noted, { failure }: Choice): Plan {
  return { place, note, outcome: failure === undefined ? 'routed' : 'fallback_function' }
}

type Noted = Required<Pick<Plan, 'place' | 'note'>>

/**
 * The note by which the hand-over context leaves all this on the channel, and the place that names it; undefined where
 * the dialplan does not know notes (one that briefs us does), the PBX or the variables do not allow one, or the two are
 * too long together.
 */
function placeWithNote(call: CallInHand, decided: Decided, pbx: Pbx): Noted | undefined {
  const { reading, choice, target } = decided
  if (reading.noteWasMissing || reading.readBy !== 'dialplan' || !pbx.canWrite) return undefined
  const start = performance.now()
  try {
    const left = leftOn(choice, reading, call.revision, target)
    const note = pbx.noteOf(left.variables)
    if (note !== left.noted?.note) left.noted = note && withPlace(note, target)
    call.ms.write = msSince(start)
    return left.noted
  } catch {
    // What is wrong with the state shows when it is written.
    return undefined
  }
}

function withPlace(note: Note, target: Place): Noted | undefined {
  const place = handOver(target, { note: note.name })
  return place && { place, note }
}

async function onChannel(call: CallInHand, decided: Decided, parts: WriteParts): Promise<Plan> {
  // A dialplan that briefs us knows how to wait for the variables; an older one gets the call when they are there.
  const token = decided.reading.readBy === 'dialplan' && parts.pbx.canWrite ? newToken() : undefined
  const writing = write(call, decided, token, parts)
  const [{ place, fault }] = await Promise.all([
    way(call, decided, parts, token === undefined ? undefined : { token }),
    token ?? writing,
  ])
  if (fault !== undefined) call.fault(fault)
  return { place, outcome: fault === undefined ? outcomeOf(decided.choice, writing) : 'fallback_place' }
}

function way(call: CallInHand, { choice, target }: Decided, { pbx, places }: WriteParts, carried?: Carried) {
  return wayTo(choice.flow, target, (place) => places.has(place, asking(call, pbx)), carried)
}

/** Asks the dialplan on one call's channel. */
function asking({ arrival, budget }: CallInHand, pbx: Pbx) {
  return (place: Place) => pbx.hasPlace(arrival.channelId, place, budget.atMost(PLACE_MS))
}

async function outcomeOf({ failure }: Choice, writing: Promise<boolean>): Promise<Outcome> {
  const isWritten = await writing
  if (failure !== undefined) return 'fallback_function'
  return isWritten ? 'routed' : 'routed_without_state'
}

async function write(
  call: CallInHand,
  { choice, reading }: Decided,
  token: string | undefined,
  parts: WriteParts,
): Promise<boolean> {
  try {
    const variables = variablesOf(choice, call.revision, reading.facts.state, token)
    await call.stage('write', () =>
      parts.pbx.write(call.arrival.channel, variables, call.budget.atMost(WRITE_MS)),
    )
    return true
  } catch (error) {
    call.fault(error)
    return false
  }
}
