/**
 * The life of a call:
 *
 *     receive ▶ read ▶ look up ▶ decide ▶ greet ▶ set variables ▶ continue ▶ record
 *               └────────┴─────────┴────────┴──────────┴────────────┘
 *                         a defect ▶ fallback
 *
 * docs/how-it-works.md says what becomes of every other failure: a late lookup, a code flow that throws.
 * Where `continue` fails, too, the dialplan's time limit takes the call to the fallback. Each call ends in one outcome
 * and one record. A channel that brings a message is no call: it is continued at once, without a record.
 */
import { type Message, type MessageResult, resultLocation } from '../asterisk/dialplan/messages.js'
import type { Arrival, Departure, Pbx, PbxListener } from '../asterisk/pbx.js'
import { type FinalDecision, type Functions, finalDecision } from '../flows/final-decision.js'
import type { FlowLogLine } from '../flows/functions/function-thread.js'
import type { Revision } from '../flows/revision.js'
import type { RecordedGreeting } from '../history/decision-record.js'
import { ActiveCall } from './active-call.js'
import { continueCall } from './continue.js'
import { type Destination, setVariables, toFallback } from './destination.js'
import { findGreeting, type GreetingFiles, greetingFor } from './greet.js'
import { messageOf } from './messages.js'
import type { ContextSource } from './outside.js'
import { type CallData, channelReader, readCall } from './read.js'
import { type FinishedCall, RecordQueue } from './record.js'

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
  /** What is known of a call when it is decided. Takes no longer than the call has time. */
  readonly context: ContextSource
  readonly greetings: GreetingFiles
  /** Takes every finished call, a little after it has departed. */
  readonly finished: (finished: FinishedCall) => void
  readonly flowLog: (callId: string, line: FlowLogLine) => void
  readonly takeMessage: (message: Message, from: Arrival) => MessageResult
}

/** Where a call goes, and what was read and decided before. */
interface Decided extends Destination {
  readonly data?: CallData
  readonly final?: FinalDecision | undefined
  readonly greeting?: RecordedGreeting | undefined
}

/** Handles every call that arrives. */
export class CallHandler implements PbxListener {
  readonly #active = new Set<ActiveCall>()
  /** By channel, the latest visit of each. */
  readonly #byChannel = new Map<string, ActiveCall>()
  readonly #records: RecordQueue
  readonly #idle: (() => void)[] = []
  #isAborting = false

  constructor(private readonly parts: HandlerParts) {
    this.#records = new RecordQueue(parts.finished)
  }

  get activeCalls(): number {
    return this.#active.size
  }

  onArrival(arrival: Arrival): void {
    const call = new ActiveCall(arrival, this.parts.revision(), this.parts.now())
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
    const message = await messageOf(call.arrival, this.parts.pbx)
    if (message !== undefined) await this.#onMessage(call, message)
    else if (call.args.isMissing) await this.#onMissingLocation(call)
    else await this.#route(call)
    call.finish()
    this.#active.delete(call)
    if (this.#byChannel.get(call.id) === call) this.#byChannel.delete(call.id)
    if (this.#active.size === 0) for (const resolve of this.#idle.splice(0)) resolve()
  }

  async #onMessage(call: ActiveCall, message: Message): Promise<void> {
    const { pbx, takeMessage } = this.parts
    const location = resultLocation(takeMessage(message, call.arrival))
    await continueCall(call, { location, outcome: 'routed' }, pbx)
  }

  async #route(call: ActiveCall): Promise<void> {
    const work = this.#decide(call).catch((error: unknown): Decided => {
      call.fault(error)
      return toFallback('fallback_error')
    })
    const decided: Decided = (await call.unlessAborted(work)) ?? toFallback('fallback_stopping')
    const outcome = await continueCall(call, decided, this.parts.pbx)
    const { data, final, greeting } = decided
    this.#records.add({ call, data, final, greeting, outcome })
  }

  /** Reads and decides the call, and sets its variables. */
  async #decide(call: ActiveCall): Promise<Decided> {
    const data = await call
      .stage('read', () => this.#read(call))
      .catch((error: unknown) => void call.fault(error))
    if (data === undefined) return toFallback('fallback_unread')
    if (call.args.isOverLimit) {
      call.fault('The call has come back too often. Where the fallback leads here, too, Asterisk hangs up.')
      return { data, ...toFallback('fallback_visits') }
    }
    const final = data.undecidable === undefined ? await this.#finalDecision(call, data) : undefined
    const greeting = await this.#greet(call, final)
    const destination = await call.stage('write', () => setVariables(call, data, final, greeting, this.parts))
    return { data, final, greeting, ...destination }
  }

  /** A call that was decided before ends on the revision that decided it, as long as that one is kept. */
  async #read(call: ActiveCall): Promise<CallData> {
    const { decidedBy } = call.args
    if (decidedBy !== '' && decidedBy !== call.revision.id) {
      const earlier = await this.parts.earlierRevision(decidedBy)
      if (earlier !== undefined) call.revision = earlier
      else call.fault(`Revision ${decidedBy}, which decided this call before, is not kept any more.`)
    }
    const data = await readCall(call, channelReader(call, this.parts.pbx))
    for (const fault of data.faults) call.fault(fault)
    return data
  }

  async #finalDecision(call: ActiveCall, { facts }: CallData): Promise<FinalDecision> {
    const { functions, flowLog } = this.parts
    const { revision, id: callId } = call
    const context = await call.stage('look_up', () => this.parts.context(facts, call))
    const final = await call.stage('decide', () => finalDecision(context, { revision, functions, callId }))
    if (final.failure !== undefined) call.fault(final.failure.message)
    for (const line of final.log) flowLog(call.id, line)
    return final
  }

  /** A call without a greeting takes no time here. */
  async #greet(call: ActiveCall, final: FinalDecision | undefined): Promise<RecordedGreeting | undefined> {
    const greeting = greetingFor(call.revision, final)
    if (greeting === undefined) return undefined
    return call.stage('greet', () => findGreeting(call, greeting, this.parts.greetings))
  }

  /** The record of a call whose flow is not in the dialplan says so, also where it is the record of its last visit. */
  async #onMissingLocation(call: ActiveCall): Promise<void> {
    const outcome = await continueCall(call, toFallback('fallback_place'), this.parts.pbx)
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
}
