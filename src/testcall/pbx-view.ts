import type { Client } from 'ari-client'
import type { AriAccess } from '../asterisk/ari/check.js'
import { connectAri } from '../asterisk/ari/client.js'
import { within } from '../lib/timeout.js'
import { type Landing, landingOf } from './landing.js'

/** An ARI event, as far as we read it. */
interface ChannelEvent {
  readonly type?: string
  readonly variable?: string
  readonly value?: string
  readonly channel?: {
    readonly id?: string
    readonly protocol_id?: string
    readonly dialplan?: { readonly context?: string }
  }
}

const CONNECT_MS = 10_000
const EVENTS = ['ChannelCreated', 'ChannelDialplan', 'ChannelVarset', 'ChannelDestroyed', 'StasisEnd']

/**
 * Watches one call from the PBX's side. While it is open, an ARI application of its own hears of all channels; on
 * a busy PBX that is a lot to send, so it lasts as long as one test call and no longer.
 */
export class PbxView {
  readonly #client: Client
  readonly #callId: string
  readonly #contexts: string[] = []
  readonly #variables = new Map<string, string>()
  #channelId: string | undefined
  #land: (landing: Landing | undefined) => void = () => undefined
  /** Where the call landed; undefined where it ended on its way. */
  readonly landing: Promise<Landing | undefined>

  private constructor(client: Client, callId: string) {
    this.#client = client
    this.#callId = callId
    this.landing = new Promise((resolve) => {
      this.#land = resolve
    })
    const events = client as unknown as NodeJS.EventEmitter
    for (const type of EVENTS) events.on(type, (event: ChannelEvent) => this.#hear(event))
  }

  /** @throws Error with one sentence where ARI does not answer. */
  static async open(access: AriAccess, callId: string): Promise<PbxView> {
    const client = await connectAri(access)
    const view = new PbxView(client, callId)
    const application = `doorman-call-${process.pid}`
    await within(CONNECT_MS, `ARI at ${access.url}`, client.start(application, true))
    return view
  }

  close(): void {
    this.#client.stop()
  }

  #hear({ type, channel, variable, value }: ChannelEvent): void {
    if (channel?.protocol_id === this.#callId) this.#channelId = channel.id
    if (channel?.id === undefined || channel.id !== this.#channelId) return
    if (type === 'ChannelVarset' && variable !== undefined) {
      // Underscores before a name are for inheritance and no part of it.
      this.#variables.set(variable.replace(/^_{1,2}/, ''), value ?? '')
    }
    this.#enter(channel.dialplan?.context)
    const landing = landingOf({ contexts: this.#contexts, variables: this.#variables })
    if (landing !== undefined || type === 'ChannelDestroyed') this.#land(landing)
  }

  #enter(context: string | undefined): void {
    if (context !== undefined && context !== '' && context !== this.#contexts.at(-1))
      this.#contexts.push(context)
  }
}
