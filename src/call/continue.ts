import { FALLBACK } from '../asterisk/dialplan/destination.js'
import { TIME_LIMIT_S } from '../asterisk/dialplan/messages.js'
import { type DialplanLocation, type Pbx, PbxError } from '../asterisk/pbx.js'
import type { Outcome } from '../history/decision-record.js'
import type { ActiveCall } from './active-call.js'
import type { Destination } from './destination.js'

/** Milliseconds that one request may take, and the pause before the next. A PBX under load answers in a few. */
const CONTINUE_MS = 350
const RETRY_MS = 50
/** How long StasisEnd may take after `continue` was accepted, and after it was not. */
const DEPART_MS = 1_000
const DEPART_ANYWAY_MS = 500
/**
 * A channel that leaves with less than this left may have met the time limit: StasisStart comes after the dialplan has
 * read what is left, and the channel goes on after StasisEnd. Of 1,000 calls at once some took 72 ms for both (16.28).
 */
const MARGIN_MS = 200

/** What `continue` came to. */
type Sent = 'refused' | 'unanswered' | 'accepted'

/** Continues a call in the dialplan and waits until it has left. @returns how it left. */
export async function continueCall(
  call: ActiveCall,
  { location, outcome }: Destination,
  pbx: Pbx,
): Promise<Outcome> {
  const sent = await call.stage('continue', () => send(call, location, pbx))
  await call.stage('leave', () => call.departs(sent === 'accepted' ? DEPART_MS : DEPART_ANYWAY_MS))
  const { departure, arrival } = call
  if (departure === undefined) return 'unconfirmed'
  if (departure.kind === 'hung_up') return 'hung_up'
  if (sent === 'refused') return 'taken_out'
  const isAccepted = sent === 'accepted'
  if (isAccepted && location === FALLBACK) return outcome
  // Where the request or its answer was lost, the time of the departure tells which.
  if (departure.at === undefined || arrival.at === undefined) return isAccepted ? outcome : 'unconfirmed'
  if (departure.at - arrival.at < (call.args.leftMs ?? TIME_LIMIT_S * 1_000) - MARGIN_MS) return outcome
  // Asterisk 16 accepts a request up to 200 ms before it carries it out: the time limit may come in between.
  return isAccepted ? 'unconfirmed' : 'taken_out'
}

/** Tries again for as long as the call has time, as an answer may be lost with a connection. */
async function send(call: ActiveCall, location: DialplanLocation, pbx: Pbx): Promise<Sent> {
  let sent: Sent = 'refused'
  // Without the time of its StasisStart, that of its StasisEnd would not tell whether the time limit was first.
  const tellsByEvents = call.departure === undefined && call.arrival.at !== undefined
  if (tellsByEvents && pbx.postContinue(call.id, location)) {
    await call.departs(call.atMost(CONTINUE_MS))
    sent = call.departure?.at === undefined ? 'unanswered' : 'accepted'
  }
  for (let refusals = 0; call.departure === undefined && refusals < 2; ) {
    const result = await trySending(call, location, pbx)
    if (result === 'accepted') return result
    if (result === 'gone') break
    if (result === 'refused') refusals += 1
    else sent = result
    if (call.leftMs <= 0) break
    // A connection that is refused fails at once, and goes on failing.
    await call.departs(call.atMost(RETRY_MS))
  }
  return sent
}

async function trySending(call: ActiveCall, location: DialplanLocation, pbx: Pbx): Promise<Sent | 'gone'> {
  try {
    await pbx.continueInDialplan(call.id, location, call.atMost(CONTINUE_MS))
    return 'accepted'
  } catch (error) {
    const fault = error instanceof PbxError ? error.fault : 'refused'
    if (fault === 'gone') return fault
    call.fault(error)
    return fault === 'unreachable' ? 'unanswered' : 'refused'
  }
}
