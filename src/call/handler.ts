/**
 * The life of one call, on one page:
 *
 *     arrive ──▶ read ──▶ decide ──▶ write ──▶ continue ──▶ leave ──▶ record
 *                 │          │         │          │           │
 *                 │ fails    │ fails   │ fails    │ fails     │ Asterisk says nothing
 *                 ▼          ▼         ▼          ▼           ▼
 *              fallback   fallback   goes on    tried once   the dialplan's time limit
 *                                    without    more, then   takes the caller to the
 *                                    state      ──────────▶  fallback in time
 *
 * `write` is as a rule a note that the dialplan reads (steps/write.ts), and AMI where that does not do.
 * Whatever goes wrong in here, the caller goes on. A flow function that fails is part of `decide` and leads to
 * `otherwise`. Every call ends in one outcome and one decision record.
 */
import { TIME_LIMIT_S } from '../asterisk/dialplan/dialplan-entry.js'
import { FALLBACK_PLACE } from '../asterisk/dialplan/hand-over.js'
import { type Arrival, type Pbx, PbxError, type PbxListener } from '../asterisk/pbx.js'
import type { FlowLogLine } from '../flows/functions/function-result.js'
import type { Revision } from '../flows/revision.js'
import type { DecisionRecord, Outcome } from '../history/decision-record.js'
import type { CallFacts } from '../routing/types.js'
import type { SipHeaders } from '../sip/headers.js'
import { CallInHand, msSince } from './call-in-hand.js'
import { choose, chooseAtOnce, type Functions } from './choose.js'
import { CONTINUE_MS, LEAVE_MS, targetOf } from './continue.js'
import type { KnownPlaces } from './known-places.js'
import { type Ask, asker, type Reading, readAtOnce, readCall } from './read.js'
import { readAllHeaders } from './read-headers.js'
import { recordOf, type Understood } from './record.js'
import { leaveOn, type Plan } from './write.js'

/** What the calls need around them. */
export interface CallParts {
  readonly pbx: Pbx
  readonly functions: Functions
  readonly places: KnownPlaces
  /** The revision that decides calls which arrive now. */
  readonly revision: () => Revision
  /** A revision that decided calls before, if it is still kept and at hand in time. Never rejects. */
  readonly earlierRevision: (id: string) => Promise<Revision | undefined>
  readonly now: () => Date
  /** Hears of every call that has left. Whoever wants its record makes it, when nobody waits for that. */
  readonly left: (makeRecord: () => DecisionRecord, facts: CallFacts | undefined) => void
  /** Hears what a flow function wrote with `conv.log` or `console`. */
  readonly flowSaid: (callId: string, line: FlowLogLine) => void
  /** Hears of a defect in Doorman itself, after the call has left. */
  readonly defect: (error: unknown) => void
}

export interface Calls extends PbxListener {
  /** Sends those in hand to the fallback as they are, and those that still come. */
  letGo(): void
  /** Resolves when no call is in hand. */
  done(): Promise<void>
}

/** Takes every call that arrives through its life. */
export function answerCalls(parts: CallParts): Calls {
  const inHand = new Map<string, CallInHand>()
  /** Those in hand, and those that were but whose channel has come back since. */
  let lives = 0
  const waiting: (() => void)[] = []
  let isLettingGo = false
  const over = (call: CallInHand) => {
    lives -= 1
    if (inHand.get(call.arrival.channelId) === call) inHand.delete(call.arrival.channelId)
    if (lives === 0 && waiting.length > 0) for (const go of waiting.splice(0)) go()
  }
  return {
    arrived(arrival: Arrival) {
      const call = new CallInHand(arrival, parts.revision(), parts.now())
      if (isLettingGo) call.letGo()
      inHand.set(arrival.channelId, call)
      lives += 1
      void live(call, parts, over)
    },
    left(channelId, departure) {
      inHand.get(channelId)?.left(departure)
    },
    letGo() {
      isLettingGo = true
      for (const call of inHand.values()) call.letGo()
    },
    async done() {
      while (lives > 0) await new Promise<void>((resolve) => void waiting.push(resolve))
    },
  }
}

async function live(call: CallInHand, parts: CallParts, over: (call: CallInHand) => void): Promise<void> {
  try {
    const understood = understandAtOnce(call) ?? (await call.unlessLetGo(understand(call, parts))) ?? NOTHING
    const prepared = prepare(call, understood, parts)
    const plan = prepared instanceof Promise ? await prepared : prepared
    const outcome = await sendOn(call, plan, parts)
    parts.left(() => recordOf(call, understood, outcome), understood.reading?.facts)
  } catch (error) {
    parts.defect(error)
  } finally {
    over(call)
  }
}

const NOTHING: Understood = { reading: undefined, choice: undefined }

/**
 * Of most calls the entry context has told all, and rules decide them: they are sent on within the very event that
 * brought them. What cannot be done so, be it for an error, is left to `understand`.
 */
function understandAtOnce(call: CallInHand): Understood | undefined {
  const { arrival, revision, at } = call
  try {
    const start = performance.now()
    const reading = readAtOnce(arrival, revision)
    call.ms.read = msSince(start)
    if (reading === undefined || !isOf(revision, reading) || reading.stateFault !== undefined)
      return undefined
    const read = performance.now()
    const choice = chooseAtOnce(reading.facts, { revision, at })
    call.ms.decide = msSince(read)
    return choice && { reading, choice }
  } catch {
    return undefined
  }
}

async function understand(call: CallInHand, parts: CallParts): Promise<Understood> {
  const ask = asker(parts.pbx, call.arrival.channelId, call.budget, () => call.departure !== undefined)
  let reading: Reading | undefined
  try {
    reading = await call.stage('read', () => readOnItsRevision(call, ask, parts))
    if (reading.stateFault !== undefined) call.fault(reading.stateFault)
    const { facts } = reading
    const { revision, at, arrival } = call
    const allHeaders = () => everyHeader(call, facts.headers, ask)
    const choice = await call.stage('decide', () =>
      choose(facts, { revision, at, allHeaders, functions: parts.functions, callId: arrival.channelId }),
    )
    if (choice.failure !== undefined) call.fault(choice.failure.message)
    for (const line of choice.log) parts.flowSaid(arrival.channelId, line)
    return { reading, choice }
  } catch (error) {
    call.fault(error)
    return { reading, choice: undefined }
  }
}

/**
 * All headers, for a flow function that may ask for any. Where they cannot be read, those that its revision names are
 * there already, and a function with these is better than none. Channels that are not PJSIP have none to ask for.
 */
async function everyHeader(call: CallInHand, known: SipHeaders, ask: Ask): Promise<SipHeaders> {
  const { arrival, revision } = call
  if (!revision.needsAllHeaders || !arrival.channel.startsWith('PJSIP/')) return known
  return readAllHeaders(known, ask).catch((error: unknown) => {
    call.fault(error)
    return known
  })
}

/** A call that was decided before ends on the revision that decided it, as long as that one is kept. */
async function readOnItsRevision(call: CallInHand, ask: Ask, parts: CallParts): Promise<Reading> {
  const reading = await readCall(call.arrival, call.revision, ask)
  if (isOf(call.revision, reading)) return reading
  const earlier = await parts.earlierRevision(reading.decidedBy)
  if (earlier === undefined) {
    call.fault(`Revision ${reading.decidedBy}, which decided this call before, is not kept any more.`)
    return reading
  }
  call.revision = earlier
  return readCall(call.arrival, earlier, ask)
}

/** Whether the call is on its first visit, or on a further one under the same revision. */
function isOf(revision: Revision, { decidedBy }: Reading): boolean {
  return decidedBy === '' || decidedBy === revision.id
}

/** Leaves the decision on the channel, and says where the channel goes. */
function prepare(call: CallInHand, { reading, choice }: Understood, parts: CallParts): Plan | Promise<Plan> {
  if (call.isLetGo) return { place: FALLBACK_PLACE, outcome: 'fallback_stopping' }
  if (reading === undefined) return { place: FALLBACK_PLACE, outcome: 'fallback_unread' }
  if (choice === undefined) return { place: FALLBACK_PLACE, outcome: 'fallback_error' }
  const target = targetOf(choice.flow, reading.facts.dialled)
  return leaveOn(call, { reading, choice, target }, parts)
}

async function sendOn(call: CallInHand, plan: Plan, parts: CallParts): Promise<Outcome> {
  const start = performance.now()
  let sent = await tryContinue(call, plan, parts)
  if (sent !== 'accepted') sent = strongest(sent, await tryContinue(call, plan, parts))
  call.ms.continue = msSince(start)
  const end = performance.now()
  const departure = call.departure ?? (await call.leaves(sent === 'accepted' ? LEAVE_MS : CONTINUE_MS))
  call.ms.leave = msSince(end)
  if (departure === 'hung-up') return 'hung_up'
  if (departure === undefined) return 'unconfirmed'
  // An answer that was lost is no request that was lost, as long as the dialplan's time limit has not struck.
  const wasSentOn =
    sent === 'accepted' || (sent === 'unanswered' && call.budget.spentMs < TIME_LIMIT_S * 1_000)
  return wasSentOn ? plan.outcome : 'taken_out'
}

/** What became of a `continue`, the strongest first. */
const SENT = ['accepted', 'unanswered', 'not-sent'] as const
type Sent = (typeof SENT)[number]

function strongest(...all: readonly Sent[]): Sent {
  return SENT.find((sent) => all.includes(sent)) ?? 'not-sent'
}

async function tryContinue(call: CallInHand, { place, note }: Plan, { pbx }: CallParts): Promise<Sent> {
  if (call.departure !== undefined) return 'not-sent'
  try {
    await pbx.continueAt(call.arrival.channelId, place, call.budget.atMost(CONTINUE_MS), note)
    return 'accepted'
  } catch (error) {
    const reason = error instanceof PbxError ? error.fault : 'refused'
    if (reason !== 'gone') call.fault(error)
    return reason === 'unreachable' ? 'unanswered' : 'not-sent'
  }
}
