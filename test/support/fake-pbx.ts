import { Notes } from '../../src/asterisk/ari/notes.js'
import type {
  Arrival,
  Departure,
  Note,
  Pbx,
  PbxFault,
  PbxListener,
  Place,
  Variable,
} from '../../src/asterisk/pbx.js'
import { PbxError } from '../../src/asterisk/pbx.js'
import { within } from '../../src/lib/timeout.js'
import { evaluate, keptHeaders } from './fake-expression.js'

/** A channel of the fake: as much of a PJSIP channel as Doorman ever asks about. */
export interface FakeChannel {
  readonly id: string
  readonly name: string
  /** The PJSIP endpoint, `carrier-a`. */
  readonly endpoint: string
  readonly sipCallId: string
  readonly callerId: { readonly number: string; readonly name: string }
  readonly extension: string
  /** In the order of the message; a `Buffer` for bytes that are no UTF-8. */
  readonly headers: readonly (readonly [name: string, value: string | Buffer])[]
  readonly variables: Map<string, string>
  /** What the entry context told of the call; by default nothing. */
  readonly briefing: readonly string[]
}

/** What Doorman can ask of a PBX. */
export type Step = keyof Pbx

/** A `PbxFault` is answered at once; `hang` never answers, so that the request runs into its time limit. */
export type Fault = PbxFault | 'hang'

/** One request that came in, failed ones included. */
export interface Request {
  readonly step: Step
  /** The channel's id or, for `write`, its name. */
  readonly channel: string
  readonly place?: Place
  readonly variables?: readonly Variable[]
  readonly timeoutMs: number
  /** When it came, by the clock of `performance`. */
  readonly atMs: number
}

/**
 * A PBX that answers the port `Pbx` by itself: reads from the channels that were put into it, writes onto them,
 * and sends them on. Each request can be made to fail, and something can be made to happen just before it.
 */
export class FakePbx implements Pbx {
  readonly requests: Request[] = []
  canWrite = true
  /** Whether this Asterisk can be brought notes. */
  takesNotes = false
  /** How often Doorman said that a note had been missing. */
  missingNotes = 0
  /** Places that are missing in the dialplan, as `context,extension,priority`; all others are there. */
  readonly missing = new Set<string>()
  /** Whether Asterisk says that a channel left (StasisEnd) once it was sent on. */
  confirmsLeaving = true
  readonly #notes = new Notes('fake')
  readonly #channels = new Map<string, FakeChannel>()
  readonly #faults = new Map<Step, (Fault | undefined)[]>()
  readonly #before = new Map<Step, () => void>()
  #count = 0
  #listener: PbxListener | undefined

  listen(listener: PbxListener): void {
    this.#listener = listener
  }

  /** A call enters Stasis: from +15551234567 to +15557654321 over carrier-a, unless told otherwise. */
  enter(parts: Partial<FakeChannel> = {}): FakeChannel {
    const id = parts.id ?? `1700000000.${++this.#count}`
    const endpoint = parts.endpoint ?? 'carrier-a'
    const channel: FakeChannel = {
      ...{
        id,
        endpoint,
        name: `PJSIP/${endpoint}-${id.split('.')[1]?.padStart(8, '0')}`,
        sipCallId: `${id}@test.invalid`,
      },
      ...{ callerId: { number: '+15551234567', name: '' }, extension: '+15557654321' },
      ...{ headers: [], variables: new Map(), briefing: [] },
      ...parts,
    }
    if (!channel.variables.has('DOORMAN_HEADERS')) {
      for (const [name, value] of keptHeaders(channel)) channel.variables.set(name, value)
    }
    this.#channels.set(id, channel)
    this.arrive(channel)
    return channel
  }

  /** A StasisStart for a channel that is there already. */
  arrive({ id, name, sipCallId, callerId, extension, briefing }: FakeChannel): void {
    const arrival: Arrival = { channelId: id, channel: name, sipCallId, callerId, extension, briefing }
    this.#listener?.arrived(arrival)
  }

  /** A StasisEnd. A channel that hung up is gone for every later request. */
  leave(id: string, departure: Departure): void {
    if (departure === 'hung-up') this.#channels.delete(id)
    this.#listener?.left(id, departure)
  }

  /** Lets the next requests of a step fail, one fault each; `undefined` and those after the last are answered. */
  fail(step: Step, ...faults: readonly (Fault | undefined)[]): void {
    this.#faults.set(step, [...faults])
  }

  /** Does something once, just before the next request of a step is answered. */
  before(step: Step, happening: () => void): void {
    this.#before.set(step, happening)
  }

  /** Where the calls were sent, in order: `doorman-go,=vip-support,s,1,1`. Refused requests are not among them. */
  readonly sentTo: string[] = []

  requestsOf(step: Step): readonly Request[] {
    return this.requests.filter((request) => request.step === step)
  }

  read(channelId: string, expression: string, timeoutMs: number): Promise<string> {
    return this.#answer({ step: 'read', channel: channelId, timeoutMs }, () =>
      evaluate(expression, this.#channel(channelId)),
    )
  }

  write(channel: string, variables: readonly Variable[], timeoutMs: number): Promise<void> {
    return this.#answer({ step: 'write', channel, variables, timeoutMs }, () => {
      const found = [...this.#channels.values()].find(({ name }) => name === channel)
      if (found === undefined) throw new PbxError('gone', 'AMI Setvar: No such channel')
      for (const { name, value } of variables) found.variables.set(name.replace(/^_{1,2}/, ''), value)
    })
  }

  noteOf(variables: readonly Variable[]): Note | undefined {
    return this.takesNotes ? this.#notes.of(variables) : undefined
  }

  noteWasMissing(): void {
    this.missingNotes += 1
  }

  continueAt(channelId: string, place: Place, timeoutMs: number, note?: Note): Promise<void> {
    return this.#answer({ step: 'continueAt', channel: channelId, place, timeoutMs }, () => {
      const { variables } = this.#channel(channelId)
      for (const [, name = '', value = ''] of note?.text.matchAll(/_*([^=,]+)=([^,]*)/g) ?? [])
        variables.set(name, value)
      this.sentTo.push(written(place))
      // Asterisk answers first; only afterwards the channel leaves, and says so.
      if (this.confirmsLeaving) setImmediate(() => this.leave(channelId, 'went-on'))
    })
  }

  hasPlace(channelId: string, place: Place, timeoutMs: number): Promise<boolean> {
    return this.#answer({ step: 'hasPlace', channel: channelId, place, timeoutMs }, () => {
      this.#channel(channelId)
      return !this.missing.has(written(place))
    })
  }

  async #answer<T>(request: Omit<Request, 'atMs'>, answer: () => T): Promise<T> {
    const { step, timeoutMs } = request
    this.requests.push({ ...request, atMs: performance.now() })
    const happening = this.#before.get(step)
    this.#before.delete(step)
    happening?.()
    // Nothing on a network is answered in the same turn of the event loop.
    await Promise.resolve()
    const fault = this.#faults.get(step)?.shift()
    if (fault === 'hang') return within(timeoutMs, `fake ${step}`, new Promise<never>(() => undefined))
    if (fault !== undefined) throw new PbxError(fault, `fake ${step}: ${fault}`)
    return answer()
  }

  #channel(id: string): FakeChannel {
    const channel = this.#channels.get(id)
    if (channel === undefined) throw new PbxError('gone', 'Channel not found')
    return channel
  }
}

function written({ context, extension, priority }: Place): string {
  return `${context},${extension},${priority}`
}
