/**
 * The life of a call:
 *
 *     receive ▶ read ▶ decide ▶ set variables ▶ continue ▶ record
 *               └───────┴──────────────┴────────────┘
 *                         anything fails ▶ fallback
 *
 * Where `continue` fails, too, the dialplan's time limit takes the call to the fallback. Each call ends in one outcome
 * and one record.
 */
import { type CallNumbers, encodeDestination, FALLBACK } from '../asterisk/dialplan/destination.js'
import { TIME_LIMIT_S } from '../asterisk/dialplan/generate.js'
import {
  type Arrival,
  type Departure,
  type DialplanLocation,
  type Pbx,
  PbxError,
  type PbxListener,
  type Variable,
} from '../asterisk/pbx.js'
import { type FinalDecision, type Functions, finalDecision, flowNamed } from '../flows/final-decision.js'
import type { FlowLogLine } from '../flows/functions/function-result.js'
import type { Revision } from '../flows/revision.js'
import type { Outcome } from '../history/decision-record.js'
import type { Flow } from '../routing/types.js'
import { ActiveCall } from './active-call.js'
import { type CallData, type ChannelReader, readCall } from './read.js'
import { type FinishedCall, RecordQueue } from './record.js'
import { variablesOf } from './variables.js'

/** Limits of a stage in milliseconds. A PBX under load answers in a few. */
const READ_MS = 800
const SET_MS = 400
const CONTINUE_MS = 350
const RETRY_MS = 50
/** How long StasisEnd may take after `continue` was accepted, and after it was not. */
const DEPART_MS = 1_000
const DEPART_ANYWAY_MS = 500
/** StasisStart comes a little after the dialplan has read what is left of its time limit, on a busy PBX above all. */
const ENTER_MS = 50

export interface HandlerParts {
  readonly pbx: Pbx
  readonly functions: Functions
  /** The Stasis application of this instance. */
  readonly instance: string
  /** The revision that decides calls which arrive now. */
  readonly revision: () => Revision
  /** A revision that decided calls before, if it is kept and at hand in time. Never rejects. */
  readonly earlierRevision: (id: string) => Promise<Revision | undefined>
  readonly now: () => Date
  /** Takes every finished call, a little after it has departed. */
  readonly finished: (finished: FinishedCall) => void
  readonly flowLog: (callId: string, line: FlowLogLine) => void
}

/** What `continue` came to. */
type Sent = 'refused' | 'unanswered' | 'accepted'

/** Where a call goes, and what its outcome is if it gets there. */
interface Destination {
  readonly location: DialplanLocation
  readonly outcome: Outcome
}

interface Decided extends Destination {
  readonly data?: CallData
  readonly final?: FinalDecision
}

/** Handles every call that arrives. */
export class CallHandler implements PbxListener {
  readonly #parts: HandlerParts
  readonly #active = new Set<ActiveCall>()
  /** By channel, the latest visit of each. */
  readonly #byChannel = new Map<string, ActiveCall>()
  readonly #records: RecordQueue
  readonly #idle: (() => void)[] = []
  #isAborting = false

  constructor(parts: HandlerParts) {
    this.#parts = parts
    this.#records = new RecordQueue(parts.finished)
  }

  get activeCalls(): number {
    return this.#active.size
  }

  onArrival(arrival: Arrival): void {
    const call = new ActiveCall(arrival, this.#parts.revision(), this.#parts.now())
    if (this.#isAborting) call.abort()
    this.#active.add(call)
    this.#byChannel.set(call.id, call)
    void this.#handle(call)
  }

  onDeparture(channelId: string, departure: Departure): void {
    this.#byChannel.get(channelId)?.depart(departure)
  }

  /** Sends the active calls to the fallback, and those that still arrive. */
  abort(): void {
    this.#isAborting = true
    for (const call of this.#active) call.abort()
  }

  /** Resolves when no call is active and every record is made. */
  async finish(): Promise<void> {
    while (this.#active.size > 0) await new Promise<void>((resolve) => void this.#idle.push(resolve))
    this.#records.finish()
  }

  async #handle(call: ActiveCall): Promise<void> {
    if (call.args?.isMissing) await this.#onMissingLocation(call)
    else await this.#route(call)
    this.#active.delete(call)
    if (this.#byChannel.get(call.id) === call) this.#byChannel.delete(call.id)
    if (this.#active.size === 0) for (const resolve of this.#idle.splice(0)) resolve()
  }

  async #route(call: ActiveCall): Promise<void> {
    let decided: Decided = { location: FALLBACK, outcome: 'fallback_error' }
    try {
      decided = (await call.unlessAborted(this.#decide(call))) ?? {
        location: FALLBACK,
        outcome: 'fallback_stopping',
      }
    } catch (error) {
      call.fault(error)
    }
    const outcome = await this.#send(call, decided)
    this.#records.add({ call, data: decided.data, final: decided.final, outcome })
  }

  async #decide(call: ActiveCall): Promise<Decided> {
    const data = await call
      .stage('read', () => this.#read(call))
      .catch((error: unknown) => void call.fault(error))
    if (data === undefined) return { location: FALLBACK, outcome: 'fallback_unread' }
    if (data.isOverLimit) {
      call.fault('The call has come back too often. Where the fallback leads here, too, Asterisk hangs up.')
      return { data, location: FALLBACK, outcome: 'fallback_visits' }
    }
    if (data.undecidable !== undefined) return { data, ...(await this.#toUndecidable(call, data)) }
    const { revision, at } = call
    const { functions, instance } = this.#parts
    const final = await call.stage('decide', () =>
      finalDecision(data.facts, { revision, functions, at, callId: call.id }),
    )
    if (final.failure !== undefined) call.fault(final.failure.message)
    for (const line of final.log) this.#parts.flowLog(call.id, line)
    const variables = () => variablesOf(final, revision, data, instance)
    const { callerNumber: caller, calleeNumber: callee } = final.decision
    const destination = await call.stage('write', () =>
      this.#destination(call, data, { flow: final.flow, numbers: { caller, callee }, variables }),
    )
    const failed = final.failure !== undefined && destination.location !== FALLBACK
    return { data, final, ...destination, ...(failed ? { outcome: 'fallback_function' as const } : {}) }
  }

  /** A call that was decided before ends on the revision that decided it, as long as that one is kept. */
  async #read(call: ActiveCall): Promise<CallData> {
    const reader = this.#reader(call)
    let data = await readCall(call, call.revision, reader)
    if (data.decidedBy !== '' && data.decidedBy !== call.revision.id) {
      const earlier = await this.#parts.earlierRevision(data.decidedBy)
      if (earlier === undefined) {
        call.fault(`Revision ${data.decidedBy}, which decided this call before, is not kept any more.`)
      } else {
        call.revision = earlier
        data = await readCall(call, earlier, reader)
      }
    }
    for (const fault of data.faults) call.fault(fault)
    return data
  }

  /** Does not ask once the channel has left: the answer would be of no use. */
  #reader(call: ActiveCall): ChannelReader {
    const { pbx } = this.#parts
    const ask = <T>(read: (timeoutMs: number) => Promise<T>): Promise<T> => {
      if (call.departure !== undefined) throw new PbxError('gone', 'The call has left')
      return read(call.atMost(READ_MS))
    }
    return {
      variable: async (name) => ask((timeoutMs) => pbx.readVariable(call.id, name, timeoutMs)),
      header: async (name) => ask((timeoutMs) => pbx.readHeader(call.id, name, timeoutMs)),
    }
  }

  async #toUndecidable(call: ActiveCall, data: CallData): Promise<Destination> {
    const { revision } = call
    const flow = flowNamed(revision.routing.undecidable, revision)
    const variables = () => [
      { name: '__DOORMAN_FLOW', value: flow.name },
      { name: '__DOORMAN_RULE', value: 'undecidable' },
      { name: '__DOORMAN_REVISION', value: revision.id },
      { name: '__DOORMAN_VIP', value: '0' },
      { name: 'DOORMAN_INSTANCE', value: this.#parts.instance },
    ]
    const destination = await this.#destination(call, data, { flow, numbers: NO_NUMBERS, variables })
    return destination.location === FALLBACK ? destination : { ...destination, outcome: 'undecidable' }
  }

  /** Sets the variables, and says how the call gets to its flow with them. */
  async #destination(call: ActiveCall, data: CallData, wanted: Wanted): Promise<Destination> {
    const { flow, numbers } = wanted
    const extension = flow.extension === 'dialled' ? data.facts.dialled : flow.extension
    const target = { context: flow.context, extension, priority: flow.priority }
    const location = encodeDestination(target, numbers)
    if (location === undefined) {
      call.fault(
        `The location of flow ${flow.name} (${flow.context},${extension}) is too long, or has other characters.`,
      )
      return { location: FALLBACK, outcome: 'fallback_place' }
    }
    try {
      const variables = wanted.variables()
      const shared = data.hasLostVariables
        ? this.#forgetShared(call)
        : this.#parts.pbx.shareVariables(variables)
      const withShared = shared && encodeDestination(target, numbers, shared)
      if (withShared !== undefined) return { location: withShared, outcome: 'routed' }
      await this.#parts.pbx.setVariables(call.arrival.channel, variables, call.atMost(SET_MS))
      return { location, outcome: 'routed' }
    } catch (error) {
      call.fault(error)
      return { location, outcome: 'routed_without_state' }
    }
  }

  #forgetShared(call: ActiveCall): undefined {
    call.fault(
      'Asterisk has lost its global variables, and with them those of this call. It is decided again.',
    )
    this.#parts.pbx.forgetSharedVariables()
  }

  /** The record of a call whose flow is not in the dialplan says so, also where it is the record of its last visit. */
  async #onMissingLocation(call: ActiveCall): Promise<void> {
    const outcome = await this.#send(call, { location: FALLBACK, outcome: 'fallback_place' })
    const last = this.#records.find(call.id) ?? { call, data: undefined, final: undefined, outcome }
    const flow = last.final?.flow
    const name =
      flow === undefined
        ? 'Its flow'
        : `Flow ${flow.name} (${flow.context},${flow.extension},${flow.priority})`
    last.call.fault(`${name} is not in the dialplan.`)
    last.outcome = 'fallback_place'
    if (last.call === call) this.#records.add(last)
  }

  async #send(call: ActiveCall, { location, outcome }: Destination): Promise<Outcome> {
    const sent = await call.stage('continue', () => this.#continue(call, location))
    await call.stage('leave', () => call.departs(sent === 'accepted' ? DEPART_MS : DEPART_ANYWAY_MS))
    const { departure, arrival } = call
    if (departure === undefined) return 'unconfirmed'
    if (departure.kind === 'hung_up') return 'hung_up'
    if (sent === 'refused') return 'taken_out'
    const isAccepted = sent === 'accepted'
    if (isAccepted && location === FALLBACK) return outcome
    // Where the request or its answer was lost, the time of the departure tells which.
    if (departure.at === undefined || arrival.at === undefined) return isAccepted ? outcome : 'unconfirmed'
    if (departure.at - arrival.at < (call.args?.leftMs ?? TIME_LIMIT_S * 1_000) - ENTER_MS) return outcome
    // Asterisk 16 accepts a request up to 200 ms before it carries it out: the time limit may come in between.
    return isAccepted ? 'unconfirmed' : 'taken_out'
  }

  /** Tries again for as long as the call has time, as an answer may be lost with a connection. */
  async #continue(call: ActiveCall, location: DialplanLocation): Promise<Sent> {
    let sent: Sent = 'refused'
    for (let refusals = 0; call.departure === undefined && refusals < 2; ) {
      const result = await this.#tryContinue(call, location)
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

  async #tryContinue(call: ActiveCall, location: DialplanLocation): Promise<Sent | 'gone'> {
    try {
      await this.#parts.pbx.continueInDialplan(call.id, location, call.atMost(CONTINUE_MS))
      return 'accepted'
    } catch (error) {
      const fault = error instanceof PbxError ? error.fault : 'refused'
      if (fault === 'gone') return fault
      call.fault(error)
      return fault === 'unreachable' ? 'unanswered' : 'refused'
    }
  }
}

/** The flow that a call is sent to, and what is set on its channel. */
interface Wanted {
  readonly flow: Flow
  readonly numbers: CallNumbers
  readonly variables: () => readonly Variable[]
}

const NO_NUMBERS: CallNumbers = { caller: '', callee: '' }
