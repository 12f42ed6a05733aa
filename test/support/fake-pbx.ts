import type {
  Arrival,
  Departure,
  DialplanLocation,
  Pbx,
  PbxFault,
  PbxListener,
  Variable,
} from '../../src/asterisk/pbx.js'
import { PbxError } from '../../src/asterisk/pbx.js'
import { type PassedCall, stasisArguments } from './stasis-arguments.js'

/** A channel of the fake. */
interface FakeChannel {
  readonly id: string
  readonly name: string
  readonly callerId: { readonly number: string; readonly name: string }
  readonly passed: PassedCall
  /** The arguments of Stasis(), where they are not those of `passed`. */
  readonly args?: string
  /** Whether Asterisk cannot put it into JSON. */
  readonly isUndescribed?: boolean
  /** Headers that can be read by ARI. */
  readonly headers: ReadonlyMap<string, string>
  readonly variables: Map<string, string>
}

export type Step = 'readVariable' | 'readHeader' | 'setVariables' | 'postContinue' | 'continueInDialplan'

/** A `PbxFault` is answered at once; `hang` never answers, so that the request runs into its time limit. */
export type Fault = PbxFault | 'hang'

interface Request {
  readonly step: Step
  readonly timeoutMs: number
  /** By the clock of `performance`. */
  readonly atMs: number
}

/** A PBX that answers the port `Pbx` by itself. Each request can be made to fail. */
export class FakePbx implements Pbx {
  readonly requests: Request[] = []
  /** Whether this Asterisk takes shared variables. */
  sharesVariables = false
  /** Whether it continues calls over the WebSocket. */
  takesPosts = false
  forgotten = 0
  /** Whether a StasisEnd follows `continue`. */
  confirmsLeaving = true
  /** Where the calls were sent, in order: `doorman-go,=^^vip-support,s,1,1`. */
  readonly sentTo: string[] = []
  readonly #channels = new Map<string, FakeChannel>()
  readonly #faults = new Map<Step, (Fault | undefined)[]>()
  readonly #before = new Map<Step, () => void>()
  readonly #sets: (readonly Variable[])[] = []
  #count = 0
  #listener: PbxListener | undefined

  listen(listener: PbxListener): void {
    this.#listener = listener
  }

  /** A call from +15551234567 to +15557654321 over carrier-a, unless told otherwise. */
  enter(parts: Partial<FakeChannel> = {}): FakeChannel {
    const id = parts.id ?? `1700000000.${++this.#count}`
    const { passed = {}, ...others } = parts
    const channel: FakeChannel = {
      id,
      name: `PJSIP/carrier-a-${(id.split('.')[1] ?? '').padStart(8, '0')}`,
      callerId: { number: '+15551234567', name: '' },
      passed: { dialled: '+15557654321', named: [['x-vip', '']], ...passed },
      headers: new Map(),
      variables: new Map(),
      ...others,
    }
    this.#channels.set(id, channel)
    this.arrive(channel)
    return channel
  }

  /** A StasisStart for a channel, `elapsedMs` after the beginning of the test. */
  arrive(channel: FakeChannel): void {
    const { id, name, callerId } = channel
    const { text, variables } = stasisArguments(channel.passed)
    for (const [key, value] of variables) channel.variables.set(key, value)
    const arrival: Arrival = {
      ...{ channelId: id, channel: name, sipCallId: `${id}@test.invalid`, callerId },
      ...{ extension: 's', args: channel.args ?? text, at: performance.now(), isUndescribed: false },
    }
    const undescribed = { channel: '', args: '', extension: '', at: undefined, isUndescribed: true }
    this.#listener?.onArrival(channel.isUndescribed === true ? { ...arrival, ...undescribed } : arrival)
  }

  /** A StasisEnd. A channel that hung up is gone for every later request. */
  leave(id: string, kind: Departure['kind'], at: number | undefined = performance.now()): void {
    if (kind === 'hung_up') this.#channels.delete(id)
    this.#listener?.onDeparture(id, { kind, at })
  }

  /** Lets the next requests of a step fail, one fault each; `undefined` and those after the last are answered. */
  fail(step: Step, ...faults: readonly (Fault | undefined)[]): void {
    this.#faults.set(step, [...faults])
  }

  /** Does something once, just before the next request of a step is answered. */
  before(step: Step, happening: () => void): void {
    this.#before.set(step, happening)
  }

  requestsOf(step: Step): readonly Request[] {
    return this.requests.filter((request) => request.step === step)
  }

  readVariable(channelId: string, name: string, timeoutMs: number): Promise<string> {
    return this.#answer('readVariable', timeoutMs, () => {
      const channel = this.#channel(channelId)
      return name === 'CHANNEL(name)' ? channel.name : (channel.variables.get(name) ?? '')
    })
  }

  readHeader(channelId: string, name: string, timeoutMs: number): Promise<string | undefined> {
    return this.#answer('readHeader', timeoutMs, () => this.#channel(channelId).headers.get(name))
  }

  setVariables(channel: string, variables: readonly Variable[], timeoutMs: number): Promise<void> {
    return this.#answer('setVariables', timeoutMs, () => {
      const found = [...this.#channels.values()].find(({ name }) => name === channel)
      if (found === undefined) throw new PbxError('gone', 'AMI Setvar: No such channel')
      assign(found, variables)
    })
  }

  shareVariables(variables: readonly Variable[]): string | undefined {
    if (!this.sharesVariables) return undefined
    this.#sets.push(variables)
    return String(this.#sets.length - 1).padStart(7, '0')
  }

  forgetSharedVariables(): void {
    this.forgotten += 1
  }

  postContinue(channelId: string, location: DialplanLocation): boolean {
    if (!this.takesPosts) return false
    // A fault shows in that the channel stays.
    this.#answer('postContinue', 0, () => this.#continue(channelId, location)).catch(() => undefined)
    return true
  }

  continueInDialplan(channelId: string, location: DialplanLocation, timeoutMs: number): Promise<void> {
    return this.#answer('continueInDialplan', timeoutMs, () => this.#continue(channelId, location))
  }

  #continue(channelId: string, { context, extension, priority }: DialplanLocation): void {
    const channel = this.#channel(channelId)
    if (extension.startsWith('*')) assign(channel, this.#sets[Number(extension.slice(1, 8))] ?? [])
    this.sentTo.push(`${context},${extension},${priority}`)
    // Asterisk answers first; then the channel leaves.
    if (this.confirmsLeaving) setImmediate(() => this.leave(channelId, 'continued'))
  }

  async #answer<T>(step: Step, timeoutMs: number, answer: () => T): Promise<T> {
    this.requests.push({ step, timeoutMs, atMs: performance.now() })
    const happening = this.#before.get(step)
    this.#before.delete(step)
    happening?.()
    // Nothing on a network is answered in the same turn of the event loop.
    await Promise.resolve()
    const fault = this.#faults.get(step)?.shift()
    if (fault === undefined) return answer()
    if (fault === 'hang') await new Promise((resolve) => setTimeout(resolve, timeoutMs))
    throw new PbxError(fault === 'hang' ? 'unreachable' : fault, `fake ${step}: ${fault}`)
  }

  #channel(id: string): FakeChannel {
    const channel = this.#channels.get(id)
    if (channel === undefined) throw new PbxError('gone', 'Channel not found')
    return channel
  }
}

function assign({ variables }: FakeChannel, set: readonly Variable[]): void {
  for (const { name, value } of set) variables.set(name.replace(/^_{1,2}/, ''), value)
}
