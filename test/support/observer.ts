import type { DialplanStep } from '../../src/asterisk/dialplan/steps.js'
import { type AmiAccess, AmiConnection, type AmiMessage } from './ami-connection.js'
import { Changes } from './changes.js'
import { decodeState } from './channel-state.js'

/** What the PBX has told of one channel so far. */
export interface Trace {
  readonly channel: string
  readonly uniqueId: string
  readonly linkedId: string
  /** The SIP Call-ID; undefined on a channel that is not PJSIP. */
  readonly callId: string | undefined
  /** Caller number as Asterisk has it. */
  readonly caller: string
  /** As the PBX executed them (AMI event Newexten): arguments after substitution of variables. */
  readonly steps: readonly DialplanStep[]
  /** Last value of each variable that was set on the channel, names without the `_` of inheritance. */
  readonly variables: Readonly<Record<string, string>>
  readonly hungUp: boolean
}

/** Where a call ended up, by the PBX's own account. */
export interface CallResult extends Trace {
  readonly context: string
  readonly extension: string
  /** Contexts in the order in which they were entered, this one and what came after it included. */
  readonly path: readonly string[]
  /** What the applications of the context were given, so far. */
  readonly appData: readonly string[]
}

/** Which call: by its SIP Call-ID, or by whatever its trace shows. */
export type Which = string | ((trace: Trace) => boolean)

export interface ObserverAccess {
  readonly ami: AmiAccess
  readonly ari: { readonly url: string; readonly username: string; readonly password: string }
}

const ARI_APP = 'observer'

/**
 * Watches a PBX and tells where it executed a call's dialplan: the PBX's own account, which owes nothing to what
 * Doorman claims. Open it before the call is placed. AMI's events tell the steps and ARI's, from the first step on,
 * the SIP Call-ID: asking for it would come too late for a short call on a busy machine.
 */
export class Observer {
  readonly #traces = new Map<string, Trace>()
  readonly #callIds = new Map<string, string>()
  readonly #changes = new Changes<Trace>()
  #ami: AmiConnection | undefined
  #ari: WebSocket | undefined

  static async open({ ami, ari }: ObserverAccess): Promise<Observer> {
    const observer = new Observer()
    observer.#ari = await channelEvents(ari, (id, callId) => observer.#identify(id, callId))
    observer.#ami = await AmiConnection.open(ami, (event) => observer.#onEvent(event))
    return observer
  }

  close(): void {
    this.#ami?.close()
    this.#ari?.close()
  }

  /** All channels seen so far, oldest first. */
  traces(): readonly Trace[] {
    return [...this.#traces.values()]
  }

  /** Resolves as soon as the call reaches its flow's context; rejects when it hangs up before, or in time. */
  result(which: Which, limit_ms: number): Promise<CallResult> {
    return this.#wait(which, limit_ms, 'reach a flow', callResultOf, (trace) => trace.hungUp)
  }

  /** Resolves when the call has hung up, with everything that happened on it. */
  ended(which: Which, limit_ms: number): Promise<Trace> {
    const ifEnded = (trace: Trace) => (trace.hungUp ? trace : undefined)
    return this.#wait(which, limit_ms, 'end', ifEnded, () => false)
  }

  /** Resolves as soon as the call executes this application (`Stasis`, say), with everything that happened so far. */
  executes(which: Which, application: string, limit_ms: number): Promise<Trace> {
    const ifExecuted = (trace: Trace) =>
      trace.steps.some((step) => step.application === application) ? trace : undefined
    return this.#wait(which, limit_ms, `execute ${application}`, ifExecuted, (trace) => trace.hungUp)
  }

  /** The state on a channel that is up, straight from the PBX; undefined where there is none. */
  state(channel: string): Promise<unknown> {
    return decodeState(async (name) => {
      const answer = await this.#ami?.send({ Action: 'Getvar', Channel: channel, Variable: name })
      if (answer?.Response === 'Success') return answer.Value ?? ''
      throw new Error(`Getvar ${name} on ${channel}: ${answer?.Message ?? 'no answer'}`)
    })
  }

  #onEvent(event: AmiMessage): void {
    const id = event.Uniqueid
    if (id === undefined) return
    const before = this.#traces.get(id) ?? newTrace(id, event, this.#callIds.get(id))
    this.#changed({ ...before, ...changeBy(event, before) })
  }

  #identify(uniqueId: string, callId: string): void {
    this.#callIds.set(uniqueId, callId)
    const trace = this.#traces.get(uniqueId)
    if (trace !== undefined) this.#changed({ ...trace, callId })
  }

  #changed(trace: Trace): void {
    this.#traces.set(trace.uniqueId, trace)
    this.#changes.changed(trace)
  }

  #wait<T>(
    which: Which,
    limit_ms: number,
    what: string,
    found: (trace: Trace) => T | undefined,
    isHopeless: (trace: Trace) => boolean,
  ): Promise<T> {
    const isIt = typeof which === 'string' ? (trace: Trace) => trace.callId === which : which
    const name = typeof which === 'string' ? `call ${which}` : 'call asked for'
    const failure = (why: string) => `The ${name} did not ${what}: ${why}\n${this.#account()}`
    const look = (trace: Trace) => {
      const result = isIt(trace) ? found(trace) : undefined
      if (result === undefined && isIt(trace) && isHopeless(trace))
        throw new Error(failure('it hung up before.'))
      return result
    }
    const limit = { ms: limit_ms, failure: () => failure(`${limit_ms} ms are over.`) }
    return this.#changes.first(this.#traces.values(), look, limit)
  }

  /** What was seen, for the message of a failure. */
  #account(): string {
    const lines = this.traces().map(
      (trace) => `  ${trace.channel} (${trace.callId ?? '?'}): ${pathOf(trace).join(' > ')}`,
    )
    return lines.length === 0 ? 'The PBX saw no call.' : `The PBX saw:\n${lines.slice(-10).join('\n')}`
  }
}

/** Calls `onChannel` with the id and SIP Call-ID of each channel in the dialplan; ChannelCreated has no Call-ID. */
async function channelEvents(
  { url, username, password }: ObserverAccess['ari'],
  onChannel: (id: string, callId: string) => void,
): Promise<WebSocket> {
  const query = new URLSearchParams({ app: ARI_APP, api_key: `${username}:${password}` })
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ari/events?${query}`)
  await new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = () => reject(new Error(`No ARI events for the observer at ${url}.`))
  })
  socket.onmessage = ({ data }) => {
    const { channel } = JSON.parse(String(data)) as { channel?: { id: string; protocol_id?: string } }
    if (channel?.protocol_id) onChannel(channel.id, channel.protocol_id)
  }
  const ask = async (method: string, resource: string, body?: unknown) => {
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    const answer = await fetch(`${url}/ari/applications/${ARI_APP}/${resource}`, {
      ...{ method, headers: { authorization, 'content-type': 'application/json' } },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`The observer’s ${resource} was refused: ${await answer.text()}`)
  }
  await ask('PUT', 'eventFilter', { allowed: [{ type: 'ChannelDialplan' }] })
  // Not subscribeAll, which ARI may hang after: see the observer of `doorman call`.
  await ask('POST', 'subscription?eventSource=endpoint:PJSIP')
  return socket
}

function newTrace(uniqueId: string, event: AmiMessage, callId: string | undefined): Trace {
  return {
    ...{ uniqueId, callId, channel: event.Channel ?? '', linkedId: event.Linkedid ?? uniqueId },
    ...{ caller: event.CallerIDNum ?? '', steps: [], variables: {}, hungUp: false },
  }
}

function changeBy(event: AmiMessage, { steps, variables }: Trace): Partial<Trace> {
  const { Context: context = '', Application: application = '', AppData: data = '' } = event
  switch (event.Event) {
    case 'Newexten': {
      const [extension, priority] = [event.Extension ?? event.Exten ?? '', Number(event.Priority)]
      return { steps: [...steps, { context, extension, priority, application, data }] }
    }
    case 'VarSet': {
      // `_X` and `__X` are X, inherited by one and by all further channels.
      const name = (event.Variable ?? '').replace(/^__?/, '')
      return { variables: { ...variables, [name]: unescaped(event.Value ?? '') } }
    }
    case 'Hangup':
      return { hungUp: true }
    default:
      return {}
  }
}

const ESCAPED: Readonly<Record<string, string>> = {
  ...{ a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
}

/** Asterisk writes a VarSet value with C escapes, so that a line end in it cannot end the event. */
function unescaped(value: string): string {
  return value.replace(/\\(.)/g, (_, letter: string) => ESCAPED[letter] ?? letter)
}

/**
 * The first flow context that the call entered after Doorman's hand-over or fallback context; or the fallback
 * context itself where the call hung up in it. Undefined while it is on its way, and for one that never got there.
 */
export function callResultOf(trace: Trace): CallResult | undefined {
  const start = trace.steps.findIndex(({ context }) => ['doorman-go', 'doorman-fallback'].includes(context))
  if (start < 0) return undefined
  const after = trace.steps.slice(start)
  const flow = after.find(({ context }) => context !== 'from-trunk' && !context.startsWith('doorman'))
  const fallback = trace.hungUp ? after.findLast(({ context }) => context === 'doorman-fallback') : undefined
  const at = flow ?? fallback
  if (at === undefined) return undefined
  const { context, extension } = at
  const appData = trace.steps.filter((step) => step.context === context).map(({ data }) => data)
  return { ...trace, context, extension, path: pathOf(trace), appData }
}

/** The contexts in order, each once for every time it was entered. */
function pathOf(trace: Trace): readonly string[] {
  return trace.steps.map((step) => step.context).filter((context, at, all) => context !== all[at - 1])
}
