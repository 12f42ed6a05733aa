import type { Client } from 'ari-client'
import { connectAri } from '../asterisk/ari/connection.js'
import type { AriAccess } from '../asterisk/ari/http.js'
import { FALLBACK, GO_CONTEXT } from '../asterisk/dialplan/destination.js'
import { endpointOf } from '../asterisk/pbx.js'
import type { State } from '../conversation/state.js'
import { decodeState, partsIn } from '../conversation/state.js'
import { within } from '../lib/waiting.js'

/** Where the PBX put a call. */
export interface CallResult {
  readonly context: string
  readonly throughFallback: boolean
  /** The PJSIP endpoint that the PBX took the caller for. */
  readonly trunk: string | undefined
  readonly vip: boolean
  readonly flow: string
  readonly rule: string
  readonly revision: string
  readonly state: State
}

/** An ARI event, as far as it is read here. */
interface ChannelEvent {
  readonly type?: string
  readonly variable?: string
  readonly value?: string
  readonly channel?: {
    readonly id?: string
    readonly name?: string
    /** The SIP Call-ID. */
    readonly protocol_id?: string
    readonly dialplan?: { readonly context?: string }
  }
}

const CONNECT_MS = 10_000
const EVENTS = ['ChannelCreated', 'ChannelDialplan', 'ChannelVarset', 'ChannelDestroyed', 'StasisEnd']

/**
 * All PJSIP endpoints and their channels. An application that subscribes to everything also gets device states, and when
 * it ends while one changes, ARI hangs until Asterisk restarts (22.10; asterisk/asterisk#2170).
 */
const SOURCE = 'endpoint:PJSIP'

/**
 * Watches one call from the PBX's side. While it is open, Asterisk sends the events of all PJSIP channels to an ARI
 * application of its own, which is much on a busy PBX: it lasts as long as one test call.
 */
export class CallObserver {
  readonly #contexts: string[] = []
  readonly #variables = new Map<string, string>()
  readonly #landed = Promise.withResolvers<CallResult | undefined>()
  /** Resolves when the call enters its flow's context; with undefined where it ends before. */
  readonly result = this.#landed.promise
  #channelId: string | undefined

  private constructor(
    private readonly client: Client,
    private readonly callId: string,
  ) {
    const events = client as unknown as NodeJS.EventEmitter
    for (const type of EVENTS) events.on(type, (event: ChannelEvent) => this.#onEvent(event))
  }

  /** @throws Error with one sentence where ARI does not answer, or refuses. */
  static async open(access: AriAccess, callId: string): Promise<CallObserver> {
    const client = await connectAri(access)
    const observer = new CallObserver(client, callId)
    const application = `doorman-call-${process.pid}`
    const subscribe = async () => {
      await client.start(application)
      await client.applications.subscribe({ applicationName: application, eventSource: SOURCE })
    }
    await within(CONNECT_MS, `ARI at ${access.url}`, subscribe()).catch((error: Error) => {
      // On a PBX without any endpoint, which refuses the call as well.
      if (/source does not exist/i.test(error.message)) return
      // Its WebSocket would keep the process.
      observer.close()
      const [, answer] = /^\{"message":"(.*)"\}$/.exec(error.message) ?? []
      if (answer === undefined) throw error
      throw new Error(`ARI at ${access.url} answered "${answer}"; "doorman doctor" says more.`)
    })
    return observer
  }

  close(): void {
    this.client.stop()
  }

  #onEvent({ type, channel, variable, value }: ChannelEvent): void {
    if (channel?.protocol_id === this.callId) this.#channelId = channel.id
    if (channel?.id === undefined || channel.id !== this.#channelId) return
    if (type === 'ChannelVarset' && variable !== undefined) {
      // Underscores before a name are for inheritance and no part of it.
      this.#variables.set(variable.replace(/^_{1,2}/, ''), value ?? '')
    }
    const context = channel.dialplan?.context ?? ''
    if (context !== '' && context !== this.#contexts.at(-1)) this.#contexts.push(context)
    const landed = resultOf(this.#contexts, (name) => this.#variables.get(name) ?? '')
    const result = landed && { ...landed, trunk: endpointOf(channel.name ?? '') }
    if (result !== undefined || type === 'ChannelDestroyed') this.#landed.resolve(result)
  }
}

const OWN_CONTEXTS = [GO_CONTEXT, FALLBACK.context]

/** The flow's context is the first one after Doorman's own. */
function resultOf(
  contexts: readonly string[],
  value: (name: string) => string,
): Omit<CallResult, 'trunk'> | undefined {
  const start = contexts.findIndex((context) => OWN_CONTEXTS.includes(context))
  const context = contexts.slice(start).find((name) => !OWN_CONTEXTS.includes(name))
  if (start < 0 || context === undefined) return undefined
  const head = value('CONV_STATE')
  const parts = Array.from({ length: partsIn(head) }, (_, index) => value(`CONV_STATE_${index + 1}`))
  const decoded = decodeState(head, parts)
  return {
    context,
    throughFallback: contexts.includes(FALLBACK.context),
    vip: value('DOORMAN_VIP') === '1',
    flow: value('DOORMAN_FLOW'),
    rule: value('DOORMAN_RULE'),
    revision: value('DOORMAN_REVISION'),
    state: decoded.ok ? decoded.state : {},
  }
}
