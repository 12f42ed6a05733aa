import { setTimeout as sleep } from 'node:timers/promises'
import { AmiLine, type AmiLogin, type AmiMessage } from './ami-line.js'
import { decodeState } from './channel-state.js'
import { type Landing, landingOf, pathOf, type Trace } from './trace.js'
import { TraceBook } from './trace-book.js'

/**
 * Which call: by its SIP Call-ID, or by whatever its trace shows. The Call-ID has to be asked for while the channel
 * is up, so a call that the dialplan hangs up within a few milliseconds may be over before its answer: look for such
 * a call by a caller number that only it has.
 */
export type Which = string | ((trace: Trace) => boolean)

const ASK_AGAIN_MS = 10

interface Waiting {
  /** Looks at a trace that changed; true when it is satisfied (or has given up) and may be forgotten. */
  readonly look: (trace: Trace) => boolean
}

/**
 * Watches a PBX over AMI and tells where it executed a call's dialplan: the PBX's own account, which owes nothing
 * to what Doorman claims. Open it before the call is placed.
 */
export class Witness {
  readonly #book = new TraceBook()
  readonly #waiting = new Set<Waiting>()
  readonly #asking = new Set<string>()
  readonly userEvents: AmiMessage[] = []
  #line: AmiLine | undefined
  #isClosed = false

  static async open(login: AmiLogin): Promise<Witness> {
    const witness = new Witness()
    witness.#line = await AmiLine.open(login, (event) => witness.#take(event))
    return witness
  }

  close(): void {
    this.#isClosed = true
    this.#line?.close()
  }

  /** All channels seen so far, oldest first. */
  traces(): readonly Trace[] {
    return this.#book.all()
  }

  /** Resolves as soon as the call reaches its flow's context; rejects when it hangs up before, or in time. */
  landing(which: Which, limit_ms: number): Promise<Landing> {
    return this.#wait(which, limit_ms, 'land in a flow', landingOf, (trace) => trace.hungUp)
  }

  /** Resolves when the call has hung up, with everything that happened on it. */
  ended(which: Which, limit_ms: number): Promise<Trace> {
    return this.#wait(
      which,
      limit_ms,
      'end',
      (trace) => (trace.hungUp ? trace : undefined),
      () => false,
    )
  }

  /** Resolves as soon as the call executes this application (`Stasis`, say), with everything that happened so far. */
  executes(which: Which, application: string, limit_ms: number): Promise<Trace> {
    const hasExecuted = (trace: Trace) => trace.steps.some((step) => step.application === application)
    return this.#wait(
      which,
      limit_ms,
      `execute ${application}`,
      (trace) => (hasExecuted(trace) ? trace : undefined),
      (trace) => trace.hungUp,
    )
  }

  /** A variable or function as the PBX sees it now; empty where it is not set; rejects without such a channel. */
  async getVariable(channel: string, name: string): Promise<string> {
    const answer = await this.#send({ Action: 'Getvar', Channel: channel, Variable: name })
    if (answer.Response === 'Success') return answer.Value ?? ''
    throw new Error(`Getvar ${name} on ${channel}: ${answer.Message ?? 'no answer'}`)
  }

  /** The state on a channel that is up, straight from the PBX; undefined where there is none. */
  state(channel: string): Promise<unknown> {
    return decodeState((name) => this.getVariable(channel, name))
  }

  #send(action: AmiMessage): Promise<AmiMessage> {
    if (this.#line === undefined) throw new Error('This witness is not connected.')
    return this.#line.send(action)
  }

  #take(event: AmiMessage): void {
    if (event.Event === 'UserEvent') this.userEvents.push(event)
    const trace = this.#book.take(event)
    if (trace === undefined) return
    this.#changed(trace)
    if (trace.callId === undefined && !trace.hungUp && trace.channel.startsWith('PJSIP/'))
      void this.#identify(trace)
  }

  #changed(trace: Trace): void {
    for (const waiting of this.#waiting) if (waiting.look(trace)) this.#waiting.delete(waiting)
  }

  /** Asks which SIP call a channel is: at its first event it may be too early, then it is asked again. */
  async #identify({ channel, uniqueId }: Trace): Promise<void> {
    if (this.#asking.has(uniqueId)) return
    this.#asking.add(uniqueId)
    let callId = ''
    while (callId === '' && this.#isUp(uniqueId)) {
      callId = await this.getVariable(channel, 'CHANNEL(pjsip,call-id)').catch(() => '')
      if (callId === '') await sleep(ASK_AGAIN_MS, undefined, { ref: false })
    }
    this.#asking.delete(uniqueId)
    const trace = callId === '' ? undefined : this.#book.identify(uniqueId, callId)
    if (trace !== undefined) this.#changed(trace)
  }

  #isUp(uniqueId: string): boolean {
    const trace = this.#book.all().find((one) => one.uniqueId === uniqueId)
    return !this.#isClosed && trace?.hungUp === false
  }

  #wait<T>(
    which: Which,
    limit_ms: number,
    what: string,
    result: (trace: Trace) => T | undefined,
    hopeless: (trace: Trace) => boolean,
  ): Promise<T> {
    const isIt = typeof which === 'string' ? (trace: Trace) => trace.callId === which : which
    return new Promise((resolve, reject) => {
      const name = typeof which === 'string' ? `call ${which}` : 'call asked for'
      const fail = (why: string): void =>
        reject(new Error(`The ${name} did not ${what}: ${why}\n${this.#account()}`))
      const timer = setTimeout(() => {
        this.#waiting.delete(waiting)
        fail(`${limit_ms} ms are over.`)
      }, limit_ms)
      const look = (trace: Trace): boolean => {
        if (!isIt(trace)) return false
        const found = result(trace)
        if (found === undefined && !hopeless(trace)) return false
        clearTimeout(timer)
        if (found === undefined) fail('it hung up before.')
        else resolve(found)
        return true
      }
      const waiting: Waiting = { look }
      if (!this.#book.all().some(look)) this.#waiting.add(waiting)
    })
  }

  /** What was seen, for the message of a failure. */
  #account(): string {
    const lines = this.#book
      .all()
      .map((trace) => `  ${trace.channel} (${trace.callId ?? '?'}): ${pathOf(trace).join(' > ')}`)
    return lines.length === 0 ? 'The PBX saw no call at all.' : `The PBX saw:\n${lines.slice(-10).join('\n')}`
  }
}
