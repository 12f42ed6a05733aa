import http from 'node:http'
import https from 'node:https'
import type { Client } from 'ari-client'
import type { AriAccess } from './ari-check.js'
import { connectAri, MOST_REQUESTS } from './ari-client.js'
import { pause, retryDelayMs } from './backoff.js'
import { Gate } from './gate.js'
import { DownReport, type LineLog } from './line-log.js'
import { type Departure, PbxError, type PbxFault, type PbxListener, type Place } from './pbx.js'
import { arrivalOf, type StasisEvent } from './stasis-event.js'
import { within } from './timeout.js'

const CONNECT_MS = 10_000

/** Events that Doorman hears. The rest (one for every variable set, say) stay with Asterisk. */
const EVENTS = ['StasisStart', 'StasisEnd', 'ChannelHangupRequest', 'ApplicationReplaced']

/**
 * The line to ARI: the event WebSocket, on which calls arrive, and the requests about them. Opened at the
 * start and again after every loss, for as long as Doorman runs.
 */
export class AriLine {
  readonly #access: AriAccess
  readonly #application: string
  readonly #log: LineLog
  readonly #report: DownReport
  readonly #stopped = new AbortController()
  readonly #hangingUp = new Set<string>()
  readonly #gate = new Gate(MOST_REQUESTS)
  #client: Client | undefined
  #isUp = false

  constructor(access: AriAccess, application: string, log: LineLog) {
    this.#access = access
    this.#application = application
    this.#log = log
    this.#report = new DownReport('ARI', log)
  }

  get isUp(): boolean {
    return this.#isUp
  }

  /** Connects, registers the application and hands its calls to `listener`, until `stop`. Returns at once. */
  start(listener: PbxListener): void {
    void this.#open(listener)
  }

  /** Leaves the application: new calls go on in the dialplan with STASISSTATUS=FAILED. */
  stop(): void {
    this.#stopped.abort()
    this.#client?.stop()
    this.#isUp = false
    // Keep-alive sockets would keep the process and one of Asterisk's HTTP sessions each.
    http.globalAgent.destroy()
    https.globalAgent.destroy()
  }

  async read(channelId: string, expression: string, timeoutMs: number): Promise<string> {
    const answer = await this.#ask('read', timeoutMs, (client) =>
      client.channels.getChannelVar({ channelId, variable: expression }),
    )
    return answer.value
  }

  async continueAt(channelId: string, place: Place, timeoutMs: number): Promise<void> {
    await this.#ask('continue', timeoutMs, (client) =>
      client.channels.continueInDialplan({ channelId, ...place }),
    )
  }

  async hasPlace(channelId: string, place: Place, timeoutMs: number): Promise<boolean> {
    const where = `${place.context},${place.extension},${place.priority}`
    return (await this.read(channelId, `DIALPLAN_EXISTS(${where})`, timeoutMs)) === '1'
  }

  /** Until the first connection stands: look who answers, load the API, listen, register. */
  async #open(listener: PbxListener): Promise<void> {
    for (let attempt = 0; !this.#stopped.signal.aborted; attempt += 1) {
      try {
        const client = await connectAri(this.#access, this.#stopped.signal)
        this.#client = client
        this.#hear(client, listener)
        await this.#register(client)
        return
      } catch (error) {
        if (!this.#stopped.signal.aborted) this.#report.down((error as Error).message)
      }
      await pause(retryDelayMs(attempt), this.#stopped.signal)
    }
  }

  async #register(client: Client): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      // ari-client gives up after ten tries, about 43 seconds; it is asked anew each time.
      const given = await client.start(this.#application).then(
        () => true,
        () => false,
      )
      if (given) return
    }
    client.stop()
  }

  #hear(client: Client, listener: PbxListener): void {
    const on = (event: string, handle: (event: StasisEvent) => void) =>
      // A throw in a handler would leave ari-client's socket deaf for good.
      (client as unknown as NodeJS.EventEmitter).on(event, (message: StasisEvent) => {
        try {
          handle(message)
        } catch (error) {
          this.#log.warn(`The ${event} event could not be handled: ${(error as Error).message}`)
        }
      })
    on('StasisStart', (event) => this.#arrived(event, listener))
    on('ChannelHangupRequest', (event) => this.#hangingUp.add(String(event.channel?.id)))
    on('StasisEnd', (event) => this.#left(String(event.channel?.id), listener))
    on('ApplicationReplaced', () => this.#replaced())
    on('WebSocketConnected', () => void this.#connected(client))
    on('WebSocketReconnecting', () => this.#lost('its WebSocket was closed'))
    on('WebSocketMaxRetries', () => {
      this.#lost('its WebSocket could not be opened again')
      if (!this.#stopped.signal.aborted) void this.#register(client)
    })
  }

  #arrived(event: StasisEvent, listener: PbxListener): void {
    const arrival = arrivalOf(event, this.#application)
    if ('notOurs' in arrival) this.#log.warn(`A StasisStart event was passed over: ${arrival.notOurs}.`)
    else listener.arrived(arrival)
  }

  #left(channelId: string, listener: PbxListener): void {
    const departure: Departure = this.#hangingUp.delete(channelId) ? 'hung-up' : 'went-on'
    listener.left(channelId, departure)
  }

  async #connected(client: Client): Promise<void> {
    // A try that ari-client had planned before the stop; a WebSocket that stood would take calls.
    if (this.#stopped.signal.aborted) return client.stop()
    this.#isUp = true
    this.#report.up(`${this.#access.url} as ${this.#access.username}, application ${this.#application}`)
    const allowed = EVENTS.map((type) => ({ type }))
    const filter = client.applications.filter({
      applicationName: this.#application,
      filter: { allowed } as unknown as Record<string, never>,
    })
    // Without the filter (before 16.3) Doorman works the same and only hears more than it needs.
    await within(CONNECT_MS, 'the event filter', filter).catch(() => undefined)
  }

  #lost(reason: string): void {
    this.#isUp = false
    this.#hangingUp.clear()
    if (!this.#stopped.signal.aborted) this.#report.down(`ARI at ${this.#access.url} was lost: ${reason}.`)
  }

  #replaced(): void {
    this.#log.warn(
      `Another program has registered the ARI application "${this.#application}" and gets its calls now. ` +
        'Stop one of the two, or give this one another name with DOORMAN_APP.',
      { event: 'application_replaced' },
    )
  }

  async #ask<T>(what: string, timeoutMs: number, request: (client: Client) => Promise<T>): Promise<T> {
    const client = this.#client
    if (client === undefined) throw new PbxError('unreachable', `ARI ${what}: not connected`)
    try {
      const answer = this.#gate.pass(`ARI ${what}`, timeoutMs, () => request(client))
      return await within(timeoutMs, `ARI ${what}`, answer)
    } catch (error) {
      throw error instanceof PbxError ? error : refusal(what, error)
    }
  }
}

/** ari-client rejects with an `Error` whose message is the JSON body and has no status, or with a bare text. */
function refusal(what: string, error: unknown): PbxError {
  const body = error instanceof Error ? error.message : String(error)
  const isGone = /channel not found|not in stasis/i.test(body)
  const fault: PbxFault = isGone ? 'gone' : 'refused'
  return new PbxError(fault, `ARI ${what}: ${body.trim()}`)
}
