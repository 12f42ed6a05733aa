import { type Carried, handOver, newToken } from '../asterisk/hand-over.js'
import type { Note, Pbx, Place } from '../asterisk/pbx.js'
import type { CallInHand } from './call-in-hand.js'
import type { Choice } from './choose.js'
import { PLACE_MS, placeAsker, wayTo } from './continue.js'
import type { KnownPlaces } from './known-places.js'
import type { Outcome } from './outcome.js'
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

/** Leaves the decision on the channel, or in a note for it, and says where the channel goes. */
export async function leaveOn(call: CallInHand, decided: Decided, parts: WriteParts): Promise<Plan> {
  return (await inNote(call, decided, parts)) ?? onChannel(call, decided, parts)
}

/** A call that was read and decided, and the place that its flow means. */
export interface Decided {
  readonly reading: Reading
  readonly choice: Choice
  readonly target: Place
}

/** The dialplan sets the variables by itself; it has to be one that briefs us, and so knows notes. */
async function inNote(call: CallInHand, decided: Decided, parts: WriteParts): Promise<Plan | undefined> {
  const { reading, choice } = decided
  if (reading.noteWasMissing) {
    call.fault(
      'The note of this call was not at the PBX: global variables were cleared. It is decided again.',
    )
    parts.pbx.noteWasMissing()
    return undefined
  }
  if (reading.readBy !== 'dialplan' || !parts.pbx.canWrite) return undefined
  const note = await call.stage('write', async () => noteFor(call, decided, parts))
  if (note === undefined) return undefined
  const { place, fault } = await way(call, decided, parts, { note: note.name })
  // The fallback knows no notes.
  if (fault !== undefined) return undefined
  return { place, note, outcome: choice.failure === undefined ? 'routed' : 'fallback_function' }
}

/**
 * The note by which the hand-over context leaves all this on the channel; undefined where the PBX or the variables do
 * not allow one, or its name and the place are too long together.
 */
function noteFor(call: CallInHand, { choice, reading, target }: Decided, { pbx }: WriteParts) {
  try {
    const note = pbx.noteOf(variablesOf(choice, call.revision, reading.facts.state))
    return note !== undefined && handOver(target, { note: note.name }) !== undefined ? note : undefined
  } catch {
    // What is wrong with the state shows when it is written.
    return undefined
  }
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
  const ask = placeAsker(pbx, places, call.arrival.channelId, call.budget.atMost(PLACE_MS))
  return wayTo(choice.flow, target, ask, carried)
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
