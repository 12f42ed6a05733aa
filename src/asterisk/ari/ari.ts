import { setTimeout as sleep } from 'node:timers/promises'
import { pause } from '../../lib/backoff.js'
import { within } from '../../lib/timeout.js'
import type { LineLog } from '../line-log.js'
import { type Note, PbxError, type PbxListener, type Place, type Variable } from '../pbx.js'
import type { AriAccess } from './check.js'
import { AriConnection } from './connection.js'
import { AriEvents } from './events.js'
import { Gate } from './gate.js'
import { Notes, withNote, withoutNote } from './notes.js'
import type { AriSocket } from './socket.js'
import { type AriAnswer, AriHttp, type AriRequest, MOST_REQUESTS } from './transport.js'
import { isRegistered } from './waiting-channels.js'

const ANSWER_MS = 3_000

/** How often a Doorman that was replaced looks whether the other one is still there. */
const STANDBY_MS = 2_000

/** How often notes are taken away that no call has had for a while. */
const TIDY_MS = 5_000
/** When Doorman stops: how long the last call may take to find its note, and all of this together. */
const LAST_READ_MS = 300
const LAST_TIDY_MS = 1_000

/** Events that Doorman hears. The rest (one for every variable set, say) stay with Asterisk. */
const EVENTS = ['StasisStart', 'StasisEnd', 'ChannelHangupRequest', 'ApplicationReplaced', 'CallBroadcast']
/** The filter also holds back the answers to requests over the WebSocket, where it does not name them (22.10). */
const EVENTS_AND_ANSWERS = [...EVENTS, 'RESTResponse']

/**
 * The line to ARI: calls that arrive and leave, and the requests about them. What is asked goes over a few HTTP
 * connections. That a call goes on is told over the event WebSocket where this Asterisk takes requests there; the
 * StasisEnd that follows says more than an answer would.
 */
export class AriLine {
  readonly #application: string
  readonly #log: LineLog
  readonly #gate = new Gate(MOST_REQUESTS)
  readonly #http: AriHttp
  readonly #connection: AriConnection
  #events: AriEvents | undefined
  readonly #notes: Notes
  readonly #tidying: NodeJS.Timeout
  /** The WebSocket, where it takes requests. */
  #talking: AriSocket | undefined

  constructor(access: AriAccess, application: string, log: LineLog) {
    this.#application = application
    this.#notes = new Notes(application)
    this.#tidying = setInterval(() => this.#tidy(), TIDY_MS).unref()
    this.#log = log
    this.#http = new AriHttp(access)
    const listener = {
      up: (socket: AriSocket) => void this.#settle(socket),
      down: () => this.#deaf(),
      event: (event: Parameters<AriEvents['hear']>[0]) => this.#events?.hear(event),
      vacant: (stopped: AbortSignal) => this.#vacant(stopped),
    }
    this.#connection = new AriConnection(access, application, listener, log)
  }

  /** Whether calls arrive here. */
  get isUp(): boolean {
    return this.#connection.socket !== undefined
  }

  /** Connects, registers the application and hands its calls to `listener`, until `stop`. Returns at once. */
  start(listener: PbxListener): void {
    const replaced = () => this.#replaced()
    this.#events = new AriEvents(this.#application, this.#http, listener, this.#log, replaced)
    void this.#connection.keepOpen()
  }

  /** Whether many calls come, and go on with a note. */
  get isBusyWithNotes(): boolean {
    return this.#talking !== undefined && this.#notes.areBusy
  }

  /** Resolves as soon as what we do holds up no call, and at the latest after the time. */
  async lull(withinMs: number): Promise<void> {
    await this.#events?.lull(withinMs)
  }

  /** Claims none of the calls any more that are offered to several Doormen. */
  claimNoMore(): void {
    this.#events?.claimNoMore()
  }

  /**
   * Leaves the application: new calls go on in the dialplan with STASISSTATUS=FAILED. Those that came in this very
   * moment are handed to the listener as found. Requests work until `stop`.
   */
  async leave(): Promise<void> {
    this.#connection.stop()
    this.#deaf()
    await this.#events?.adoptAll().catch(() => undefined)
  }

  /** Takes away every note, once no call is in hand any more. Where that fails, they stay until Asterisk restarts. */
  async tidyUp(): Promise<void> {
    clearInterval(this.#tidying)
    await sleep(LAST_READ_MS)
    const taken = this.#notes.all().map((note) => this.#ask('note', LAST_TIDY_MS, withoutNote(note)))
    await Promise.allSettled(taken)
  }

  /** Leaves, and ends every connection. */
  stop(): void {
    clearInterval(this.#tidying)
    this.#connection.stop()
    this.#quiet()
    this.#events?.stop()
    this.#http.stop()
  }

  async read(channelId: string, expression: string, timeoutMs: number): Promise<string> {
    const path = of(channelId, 'variable')
    const body = await this.#ask('read', timeoutMs, { method: 'GET', path, query: { variable: expression } })
    return String((body as { value?: unknown } | undefined)?.value ?? '')
  }

  /** Only where requests go over the WebSocket, one after the other: a note has to be there before its call is. */
  noteOf(variables: readonly Variable[]): Note | undefined {
    return this.#talking === undefined ? undefined : this.#notes.of(variables)
  }

  noteWasMissing(): void {
    this.#notes.doubt()
  }

  continueAt(channelId: string, place: Place, timeoutMs: number, note?: Note): Promise<void> {
    const { context, extension, priority } = place
    const query = { context, extension, priority: String(priority) }
    const request: AriRequest = { method: 'POST', path: of(channelId, 'continue'), query }
    const requests = [...this.#bringing(note), request]
    const [socket, events] = [this.#talking, this.#events]
    if (socket === undefined || events === undefined) return this.#askInTurn(timeoutMs, requests)
    return this.#tell(socket, requests, () => events.leaves(channelId, timeoutMs))
  }

  async hasPlace(channelId: string, place: Place, timeoutMs: number): Promise<boolean> {
    const where = `${place.context},${place.extension},${place.priority}`
    return (await this.read(channelId, `DIALPLAN_EXISTS(${where})`, timeoutMs)) === '1'
  }

  /** What comes after the registration; without any of it Doorman works, if less well. */
  async #settle(socket: AriSocket): Promise<void> {
    await Promise.all([this.#filter(EVENTS_AND_ANSWERS), this.#events?.registered()])
    if (!(await socket.takesRequests())) return
    await this.#filter(EVENTS)
    if (this.#connection.socket === socket) this.#talking = socket
  }

  /** Before 16.3 there is none, and Doorman only hears more than it needs; so too where it is not answered. */
  async #filter(events: readonly string[]): Promise<void> {
    const allowed = events.map((type) => ({ type }))
    const path = `applications/${this.#application}/eventFilter`
    const filtered = this.#http.send({ method: 'PUT', path, body: { allowed } })
    await within(ANSWER_MS, 'the event filter', filtered).catch(() => undefined)
  }

  #deaf(): void {
    this.#quiet()
    this.#events?.deaf()
  }

  /** What was told over the WebSocket of late may not have arrived. */
  #quiet(): void {
    this.#talking = undefined
    this.#notes.doubt()
  }

  /** What brings a note to the PBX that is not there yet. */
  #bringing(note: Note | undefined): readonly AriRequest[] {
    if (note === undefined) return []
    const stands = this.#notes.stands(note)
    this.#notes.used(note)
    return stands ? [] : [withNote(note)]
  }

  #tidy(): void {
    this.#notes.count(TIDY_MS)
    const socket = this.#talking
    if (socket !== undefined) socket.tell(this.#notes.unused().map(withoutNote))
  }

  #replaced(): void {
    this.#log.warn(
      `Another program has registered the ARI application "${this.#application}" and gets its calls now. This ` +
        'Doorman stands by, and takes over when the other has gone. Stop one of the two, or give this one another ' +
        'name with DOORMAN_APP.',
      { event: 'application_replaced' },
    )
    this.#connection.replaced()
  }

  async #vacant(stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      await pause(STANDBY_MS, stopped)
      const isTaken = within(ANSWER_MS, 'ARI', isRegistered(this.#application, this.#http))
      // Where nobody answers, the connection is opened again as after any loss.
      if (!(await isTaken.catch(() => false))) return
    }
  }

  /**
   * Asks for things, and only then sees to it that the last is waited for: the caller waits for every microsecond
   * before. Where it does not happen in time but other events come, Asterisk has the request and is slow; where none
   * come, the socket may be dead, and HTTP may not.
   */
  async #tell(socket: AriSocket, requests: readonly AriRequest[], happens: () => Promise<boolean>) {
    const { heard } = socket
    socket.tell(requests)
    if ((await happens()) || socket.heard > heard) return
    if (this.#talking === socket) this.#quiet()
    throw new PbxError('unreachable', `ARI ${requests.at(-1)?.path}: nothing was heard in time`)
  }

  async #askInTurn(timeoutMs: number, requests: readonly AriRequest[]): Promise<void> {
    for (const request of requests) await this.#ask('continue', timeoutMs, request)
  }

  async #ask(what: string, timeoutMs: number, request: AriRequest): Promise<unknown> {
    const sent = this.#gate.pass(`ARI ${what}`, timeoutMs, () => this.#http.send(request))
    const answer = await within(timeoutMs, `ARI ${what}`, sent).catch((error: Error) => {
      throw error instanceof PbxError ? error : new PbxError('unreachable', `ARI ${what}: ${error.message}`)
    })
    if (answer.status >= 200 && answer.status < 300) return answer.body
    throw refusal(what, answer)
  }
}

function of(channelId: string, resource: string): string {
  return `channels/${encodeURIComponent(channelId)}/${resource}`
}

/** 404: there is no such channel. 409: it is not in our application. */
function refusal(what: string, { status, body }: AriAnswer): PbxError {
  const said = (body as { message?: unknown } | undefined)?.message ?? body ?? ''
  // Asterisk's web server answers in HTML by itself, where a request does not get as far as ARI.
  const text = (typeof said === 'string' ? said : JSON.stringify(said))
    .replace(/<[^>]*>|\s+/g, ' ')
    .slice(0, 200)
  return new PbxError(
    status === 404 || status === 409 ? 'gone' : 'refused',
    `ARI ${what}: ${status} ${text.trim()}`,
  )
}
