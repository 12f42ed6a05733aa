import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../lib/log.js'
import type { Ami } from '../ami/ami.js'
import { type DialplanLocation, type Pbx, PbxError, type PbxListener, type Variable } from '../pbx.js'
import { AriConnection } from './connection.js'
import { DeviceStates, DRAINED_TEXT } from './device-states.js'
import { type AriAccess, type AriAnswer, AriHttp, type AriRequest } from './http.js'
import { SharedVariableSets } from './shared-variables.js'
import { type AriEvent, StasisChannels } from './stasis-channels.js'

const ANSWER_MS = 3_000
const HEADER_FUNCTIONS = 'res_pjsip_header_funcs.so'
/** How often a missing permission or module is asked for again. */
const CHECK_MS = 5_000
const NOT_FOUND = 404
/** When Doorman stops: how long the last call may take to copy its variables, and their removal. */
const LAST_COPY_MS = 300
const REMOVE_MS = 1_000

/**
 * Events that Doorman handles. The filter also holds back `RESTResponse` (22.10), which would cost each call as much as
 * another event.
 */
const EVENTS = ['StasisStart', 'StasisEnd', 'ChannelHangupRequest', 'ApplicationReplaced', 'CallBroadcast']

/**
 * ARI: calls that arrive and depart, and requests about them. What every call needs goes over the event WebSocket where
 * this Asterisk takes requests there (20.14, 21.9, 22.4 and later), all else over HTTP. AMI sets the variables that
 * cannot be shared.
 */
export class Ari implements Pbx {
  readonly #http: AriHttp
  readonly #connection: AriConnection
  readonly #sets: SharedVariableSets
  /** Whether an override of the hours of this name is on, for lamps. */
  readonly deviceStates: DeviceStates
  #channels: StasisChannels | undefined
  #claims = true
  /** Asterisk refuses where it has not loaded res_ari_asterisk.so. */
  #maySetGlobals = true
  #refusal: string | undefined
  #missingModule: string | undefined
  #checking: NodeJS.Timeout | undefined

  constructor(
    access: AriAccess,
    private readonly application: string,
    private readonly ami: Pick<Ami, 'setVariables' | 'probe'>,
    private readonly log: Log,
  ) {
    this.#http = new AriHttp(access)
    this.#sets = new SharedVariableSets(application)
    this.deviceStates = new DeviceStates(this.#http, log)
    const listener = {
      onUp: () => void this.#onUp(),
      onDown: (standsBy: boolean) => {
        if (standsBy) this.#channels?.stop()
        ami.probe()
      },
      onEvent: (event: AriEvent) => this.#onEvent(event),
    }
    this.#connection = new AriConnection(access, application, this.#http, listener, log)
  }

  /** Whether calls arrive, and may be continued. */
  get isUp(): boolean {
    return this.#connection.isUp && this.#refusal === undefined
  }

  /** What keeps calls from being continued, from being decided on all their facts, or from coming; in sentences. */
  get problems(): readonly string[] {
    const drained = this.deviceStates.isDrained ? DRAINED_TEXT : undefined
    const all = [this.#connection.standbyReason, this.#refusal, this.#missingModule, drained]
    return all.filter((problem) => problem !== undefined)
  }

  /** Connects, registers the application and hands its calls to `listener`, until `stop`. Returns at once. */
  start(listener: PbxListener): void {
    this.#channels = new StasisChannels(this.application, this.#http, listener, this.log)
    void this.#connection.keepOpen()
  }

  /** Claims no more of the calls that are offered to several instances. */
  stopClaiming(): void {
    this.#claims = false
  }

  /**
   * Unregisters the application: new calls go on in the dialplan with STASISSTATUS=FAILED. Those that came in this very
   * moment are handed to the listener, and none after them: another instance may register under the same name. Requests
   * work until `stop`.
   */
  async leave(): Promise<void> {
    const standsBy = this.#connection.standbyReason !== undefined
    this.#connection.stop()
    if (!standsBy) await this.#channels?.reconcile(true)
    this.#channels?.takeNoMore()
  }

  /** Removes the shared variables and ends every connection. */
  async stop(): Promise<void> {
    clearTimeout(this.#checking)
    this.deviceStates.stop()
    this.#connection.stop()
    this.#channels?.stop()
    const removals = this.#sets.removals()
    if (removals.length > 0) await sleep(LAST_COPY_MS)
    await Promise.allSettled(removals.map((request) => this.#http.send(request, REMOVE_MS)))
    this.#http.stop()
  }

  async readVariable(channelId: string, name: string, timeoutMs: number): Promise<string> {
    return (await this.#read(channelId, name, timeoutMs)) ?? ''
  }

  readHeader(channelId: string, name: string, timeoutMs: number): Promise<string | undefined> {
    return this.#read(channelId, `PJSIP_HEADER(read,${name},1)`, timeoutMs)
  }

  setVariables(channel: string, variables: readonly Variable[], timeoutMs: number): Promise<void> {
    return this.ami.setVariables(channel, variables, timeoutMs)
  }

  shareVariables(variables: readonly Variable[]): string | undefined {
    const socket = this.#maySetGlobals ? this.#connection.requestSocket : undefined
    if (socket === undefined) return undefined
    const shared = this.#sets.share(variables)
    if (shared?.publish !== undefined) socket.post(shared.publish)
    return shared?.name
  }

  forgetSharedVariables(): void {
    this.#sets.forget()
  }

  postContinue(channelId: string, location: DialplanLocation): boolean {
    const socket = this.#connection.requestSocket
    socket?.post(continueRequest(channelId, location))
    return socket !== undefined
  }

  async continueInDialplan(channelId: string, location: DialplanLocation, timeoutMs: number): Promise<void> {
    const request = continueRequest(channelId, location)
    const answer = await this.#http.send(request, timeoutMs)
    if (answer.status < 300) return
    if (answer.status === 401 || answer.status === 403) this.#onRefused(answer)
    throw refused(request, answer)
  }

  async #read(channelId: string, name: string, timeoutMs: number): Promise<string | undefined> {
    const request: AriRequest = {
      method: 'GET',
      path: pathOf(channelId, 'variable'),
      query: { variable: name },
    }
    const answer = await this.#http.send(request, timeoutMs)
    if (answer.status < 300) return String((answer.body as { value?: unknown } | undefined)?.value ?? '')
    // A variable that is not set is answered with 404, as a channel that is gone; a header that is missing with 500.
    const said = message(answer)
    if (/variable was not found|unable to read provided function/i.test(said)) return undefined
    throw refused(request, answer)
  }

  async #onUp(): Promise<void> {
    // A new Asterisk, or one that was restarted, has no global variables.
    this.#sets.forget()
    this.#maySetGlobals = true
    this.deviceStates.publish()
    this.#channels?.start()
    const body = { allowed: EVENTS.map((type) => ({ type })) }
    const own = `applications/${this.application}`
    // Before 16.3 there is no filter, and Doorman only receives more than it needs.
    const filter = { method: 'PUT', path: `${own}/eventFilter`, body } as const
    const filtered = this.#http.send(filter, ANSWER_MS).catch(() => undefined)
    await Promise.all([filtered, this.#channels?.reconcile(true), this.#check(), this.#checkSharing()])
  }

  #onEvent(event: AriEvent): void {
    if (event.type === 'CallBroadcast') this.#claim(String(event.channel?.id))
    else this.#channels?.onEvent(event)
  }

  /** Whether the call is ours shows in StasisStart; 409 means that another instance was faster. */
  #claim(channelId: string): void {
    if (!this.#claims) return
    const query = { channelId, application: this.application }
    this.#http.send({ method: 'POST', path: 'events/claim', query }, ANSWER_MS).catch(() => undefined)
  }

  /** Finds what keeps calls from being continued or decided on all their facts, and asks again while it lasts. */
  async #check(): Promise<void> {
    await Promise.all([this.#checkPermission(), this.#checkHeaderFunctions()])
    if (this.#refusal !== undefined || this.#missingModule !== undefined) this.#checkLater()
  }

  /** Without its set a call is decided again. Where Asterisk takes no requests over the WebSocket, there are no sets. */
  async #checkSharing(): Promise<void> {
    if (this.#connection.requestSocket === undefined) return
    const answer = await this.#http.send(this.#sets.probe, ANSWER_MS).catch(() => undefined)
    if (answer === undefined || answer.status < 300) return
    this.#maySetGlobals = false
    this.log.warn(
      `ARI answers ${answer.status} ${message(answer)} where Doorman sets a global variable. Until it connects again, ` +
        'the variables of calls are set over AMI, which is slower.',
      { event: 'sharing_refused' },
    )
  }

  #checkLater(): void {
    clearTimeout(this.#checking)
    this.#checking = setTimeout(() => void this.#check(), CHECK_MS).unref()
  }

  /** A read-only user hears of calls and can continue none. A channel that is not there is refused with 404 instead. */
  async #checkPermission(): Promise<void> {
    const request: AriRequest = { method: 'POST', path: pathOf('doorman-permission-check', 'continue') }
    const answer = await this.#http.send(request, ANSWER_MS).catch(() => undefined)
    if (answer?.status === 401 || answer?.status === 403) this.#onRefused(answer)
    if (answer?.status !== NOT_FOUND || this.#refusal === undefined) return
    this.#refusal = undefined
    this.log.info('ARI accepts requests again.', { event: 'ari_accepted' })
  }

  /** Without them the dialplan passes no header. Asterisk answers 404 for a module that is not loaded. */
  async #checkHeaderFunctions(): Promise<void> {
    const path = `asterisk/modules/${HEADER_FUNCTIONS}`
    const answer = await this.#http.send({ method: 'GET', path }, ANSWER_MS).catch(() => undefined)
    const isNews = this.#missingModule === undefined
    this.#missingModule =
      answer?.status === NOT_FOUND
        ? `Asterisk has not loaded ${HEADER_FUNCTIONS}: calls are decided without their SIP headers.`
        : undefined
    if (this.#missingModule === undefined || !isNews) return
    const remedy = `Run  asterisk -rx "module load ${HEADER_FUNCTIONS}",  and load it in modules.conf.`
    this.log.error(`${this.#missingModule} ${remedy}`, { event: 'headers_unavailable' })
  }

  #onRefused(answer: AriAnswer): void {
    if (this.#refusal !== undefined) return
    this.#refusal = `ARI answers ${answer.status} ${message(answer)}`.trim()
    this.log.error(
      `${this.#refusal}: no call can be continued, and each takes the fallback after a second. Check the password ` +
        'and read_only=no of the user in ari.conf.',
      { event: 'ari_refused' },
    )
    this.#checkLater()
  }
}

function continueRequest(channelId: string, { context, extension, priority }: DialplanLocation): AriRequest {
  const query = { context, extension, priority: String(priority) }
  return { method: 'POST', path: pathOf(channelId, 'continue'), query }
}

function pathOf(channelId: string, resource: string): string {
  return `channels/${encodeURIComponent(channelId)}/${resource}`
}

/** Asterisk's web server answers in HTML where a request does not get as far as ARI. */
function message({ body }: AriAnswer): string {
  const said = (body as { message?: unknown } | undefined)?.message ?? body ?? ''
  const text = typeof said === 'string' ? said : JSON.stringify(said)
  return text
    .replace(/<[^>]*>|\s+/g, ' ')
    .slice(0, 200)
    .trim()
}

/** 404: there is no such channel. 409: it is not in our application. */
function refused({ method, path }: AriRequest, answer: AriAnswer): PbxError {
  const isGone = answer.status === 404 || answer.status === 409
  return new PbxError(
    isGone ? 'gone' : 'refused',
    `ARI ${method} ${path}: ${answer.status} ${message(answer)}`,
  )
}
