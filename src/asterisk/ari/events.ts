import { within } from '../../lib/timeout.js'
import type { LineLog } from '../line-log.js'
import type { PbxListener } from '../pbx.js'
import { Leavings } from './leavings.js'
import { Presence } from './presence.js'
import { arrivalOf, type StasisEvent } from './stasis-event.js'
import type { AriTransport } from './transport.js'
import { callOn, channelsIn } from './waiting-channels.js'

/** How often channels are looked for that wait without our having heard of them. The dialplan waits 1.1 seconds. */
const LOOK_MS = 350
/** So long a look waits for a moment in which it holds up no call. */
const LULL_MS = 50
/** How often calls in hand are looked for while no events come. */
const CONFIRM_MS = 100
const ANSWER_MS = 2_000

/**
 * What becomes of the events of our application: calls that arrive, claimed where they are offered to several
 * Doormen, and calls that leave; and the search for those whose event was lost. Each call is told once.
 */
export class AriEvents {
  readonly #application: string
  readonly #ari: AriTransport
  readonly #listener: PbxListener
  readonly #log: LineLog
  readonly #replaced: () => void
  readonly #presence = new Presence()
  readonly #leavings = new Leavings()
  #looking: NodeJS.Timeout | undefined
  #confirming: NodeJS.Timeout | undefined
  #isLooking = false
  /** Whether anything was heard since the last look. */
  #hasHeard = false
  #claims = true

  constructor(
    application: string,
    ari: AriTransport,
    listener: PbxListener,
    log: LineLog,
    replaced: () => void,
  ) {
    this.#application = application
    this.#ari = ari
    this.#listener = listener
    this.#log = log
    this.#replaced = replaced
  }

  /** Never throws: one event that cannot be handled must not take the others with it. */
  hear(event: StasisEvent): void {
    this.#hasHeard = true
    try {
      this.#handle(event)
    } catch (error) {
      this.#log.warn(`The ${event.type} event could not be handled: ${(error as Error).message}`)
    }
  }

  /** The application was registered, perhaps again: calls may have come and gone unheard. */
  async registered(): Promise<void> {
    clearInterval(this.#confirming)
    this.#looking ??= setInterval(() => void this.#look(), LOOK_MS).unref()
    await this.adoptAll().catch(() => undefined)
  }

  /** Tells the listener of every call that waits and that it was not told of. */
  async adoptAll(): Promise<void> {
    // A call that comes while the question is on its way is in no answer to it, and has not left.
    const before = this.#presence.all
    const found = await this.#found()
    const waiting = new Set(found)
    for (const id of before) if (!waiting.has(id)) this.#left(id)
    await this.#adopt(this.#presence.unheard(found))
  }

  /** Whether a channel leaves within the time; true at once for one that is not here. */
  leaves(channelId: string, withinMs: number): Promise<boolean> {
    return this.#presence.has(channelId) ? this.#leavings.wait(channelId, withinMs) : Promise.resolve(true)
  }

  /** Resolves as soon as no call is here and the last one has been answered, and at the latest after the time. */
  lull(withinMs: number): Promise<void> {
    return this.#presence.lull(withinMs)
  }

  /** No events come for now: whether the calls in hand have left has to be asked. */
  deaf(): void {
    clearInterval(this.#confirming)
    this.#confirming = setInterval(() => void this.#confirm(), CONFIRM_MS).unref()
  }

  claimNoMore(): void {
    this.#claims = false
  }

  stop(): void {
    clearInterval(this.#looking)
    clearInterval(this.#confirming)
  }

  #handle(event: StasisEvent): void {
    const channelId = String(event.channel?.id)
    if (event.type === 'StasisStart') this.#arrived(event)
    else if (event.type === 'ChannelHangupRequest') this.#presence.hangsUp(channelId)
    else if (event.type === 'StasisEnd') this.#left(channelId)
    else if (event.type === 'CallBroadcast') this.#claim(channelId)
    else if (event.type === 'ApplicationReplaced') this.#replaced()
  }

  #arrived(event: StasisEvent): void {
    const arrival = arrivalOf(event, this.#application)
    if ('notOurs' in arrival) this.#log.warn(`A StasisStart event was passed over: ${arrival.notOurs}.`)
    // One that was found waiting before its event came is in hand already.
    else if (this.#presence.enters(arrival.channelId)) this.#listener.arrived(arrival)
  }

  #left(channelId: string): void {
    this.#listener.left(channelId, this.#presence.leaves(channelId))
    this.#leavings.left(channelId)
  }

  /** Whether it is ours shows in StasisStart; 409 means that another one was faster. */
  #claim(channelId: string): void {
    if (!this.#claims) return
    const query = { channelId, application: this.#application }
    this.#ari.send({ method: 'POST', path: 'events/claim', query }).catch(() => undefined)
  }

  async #confirm(): Promise<void> {
    for (const id of this.#presence.all) {
      const call = await within(ANSWER_MS, 'ARI channels', callOn(id, this.#ari)).catch(() => 'unknown')
      if (call === undefined) this.#left(id)
    }
  }

  /**
   * One look at a time: with a slow ARI the answers would come to wait for each other. And none while events come: where
   * Asterisk loses one it loses all, until the application is registered again (websocket_write_timeout; 16, 22).
   */
  async #look(): Promise<void> {
    const hasHeard = this.#hasHeard
    this.#hasHeard = false
    if (this.#isLooking || hasHeard) return
    this.#isLooking = true
    await this.#presence.lull(LULL_MS)
    const found = await this.#found().catch(() => [])
    await this.#adopt(this.#presence.lost(found)).catch(() => undefined)
    this.#isLooking = false
  }

  #found(): Promise<readonly string[]> {
    return within(ANSWER_MS, 'ARI applications', channelsIn(this.#application, this.#ari))
  }

  async #adopt(ids: readonly string[]): Promise<void> {
    await Promise.all(
      ids.map(async (id) => {
        const call = await within(ANSWER_MS, 'ARI channels', callOn(id, this.#ari))
        if (call === undefined || !this.#presence.enters(id)) return
        this.#log.warn('A call was found waiting, of which no event had come. It is decided now.', {
          event: 'call_adopted',
          call: id,
        })
        this.#listener.arrived(call)
      }),
    )
  }
}
