import nodeHttp from 'node:http'
import nodeHttps from 'node:https'
import type { Client } from 'ari-client'
import { ConnectionLog, type Log } from '../../lib/log.js'
import { pause, retryDelayMs, within } from '../../lib/waiting.js'
import { hasFeature, parseVersion, REST_OVER_WEBSOCKET } from '../version.js'
import { type AriAccess, AriHttp, MOST_REQUESTS } from './http.js'
import type { AriEvent } from './stasis-channels.js'
import { AriSocket, type RawSocket } from './web-socket.js'

const CHECK_MS = 3_000
const CONNECT_MS = 10_000
const REGISTER_MS = 3_000
/** A socket is not replaced more often than that: a PBX under load may be slow to answer pings. */
const RENEW_MS = 2_000
/** A socket that has been silent for so long is disconnected, whether a new one is there or not. */
const DISCONNECTED_MS = 2_000
const STANDBY_MS = 2_000

// ari-client loads ARI's description through Node's global agent, which has no limit of its own.
nodeHttp.globalAgent.maxSockets = MOST_REQUESTS
nodeHttps.globalAgent.maxSockets = MOST_REQUESTS

export interface ConnectionListener {
  /** The application is registered, perhaps again. */
  onUp(): void
  /** `standsBy`: another program has registered the application, and its calls are that program's. */
  onDown(standsBy: boolean): void
  onEvent(event: AriEvent): void
}

/**
 * The event WebSocket, for as long as Doorman runs:
 *
 *     check ▶ register ▶ up ─┬▶ closed ─────────────────────────────▶ check …
 *                            ├▶ silent: a new socket takes its place ▶ up
 *                            └▶ another program registers the application ▶ stand by until it is gone ▶ check …
 */
export class AriConnection {
  readonly #report: ConnectionLog
  readonly #stopped = new AbortController()
  /** It loads while Asterisk is asked for its version. */
  readonly #library = import('ari-client')
  #client: Client | undefined
  #socket: AriSocket | undefined
  #takesRequests = false
  /** Why another program gets the calls, and what to do; undefined while this instance gets them. */
  standbyReason: string | undefined
  #openedAt = 0
  /** Resolves when the current socket is of no more use. */
  #end = Promise.withResolvers<'closed' | 'silent' | 'replaced'>()
  /** Whether a new socket is to take the place of a silent one. */
  #isReplacing = false

  constructor(
    private readonly access: AriAccess,
    private readonly application: string,
    private readonly http: AriHttp,
    private readonly listener: ConnectionListener,
    private readonly log: Log,
  ) {
    this.#report = new ConnectionLog('ARI', log)
  }

  get isUp(): boolean {
    return this.#socket !== undefined
  }

  /** The WebSocket, where it takes requests. While it is silent, and so perhaps half open, HTTP has to do. */
  get requestSocket(): AriSocket | undefined {
    return this.#takesRequests && this.#socket?.isSilent === false ? this.#socket : undefined
  }

  /** Until `stop`. */
  async keepOpen(): Promise<void> {
    const { signal } = this.#stopped
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        await this.#open()
        attempt = 0
        const why = await this.#end.promise
        if (why === 'silent') continue
        if (why === 'replaced') await this.#standBy()
      } catch (error) {
        if (!signal.aborted) this.#report.down((error as Error).message)
      }
      await pause(retryDelayMs(attempt), signal)
    }
  }

  stop(): void {
    this.#stopped.abort()
    const socket = this.#socket
    this.#socket = undefined
    socket?.terminate()
    this.#end.resolve('closed')
    // Keep-alive sockets of ari-client would keep the process, and one of Asterisk's HTTP sessions each.
    nodeHttp.globalAgent.destroy()
    nodeHttps.globalAgent.destroy()
  }

  async #open(): Promise<void> {
    const { signal } = this.#stopped
    const { url } = this.access
    const version = await askVersion(this.http, url)
    this.#takesRequests = hasFeature(parseVersion(version), REST_OVER_WEBSOCKET)
    signal.throwIfAborted()
    this.#client ??= await loadClient(this.#library, this.http, this.access, signal)
    void this.#client.start(this.application)
    const { _ws: raw } = this.#client as unknown as { readonly _ws: RawSocket }
    // Without these, ari-client does not try again by itself: ten times and no more, beside the tries made here.
    for (const event of ['message', 'close', 'error'] as const) raw.removeAllListeners(event)
    const what = `ARI at ${url}, its WebSocket`
    const opened = new Promise<void>((resolve, reject) => {
      // Used in the handler, as the first event may be there already.
      raw.on('open', () => resolve(this.#use(raw, version)))
      raw.on('error', (error) => {
        reject(new Error(`${what}: ${error.message}`))
        raw.terminate()
      })
    })
    await within(REGISTER_MS, what, opened, signal).catch((error: Error) => {
      raw.terminate()
      throw error
    })
  }

  #use(raw: RawSocket, version: string): void {
    const before = this.#socket
    const socket: AriSocket = new AriSocket(raw, {
      onEvent: (event) => {
        if (event.type !== 'ApplicationReplaced') this.listener.onEvent(event)
        else if (socket === this.#socket && !this.#isReplacing) this.#onReplaced()
      },
      onSilence: (silentMs) => this.#onSilence(socket, silentMs),
      onClose: () => this.#onClose(socket),
    })
    this.#socket = socket
    this.#end = Promise.withResolvers()
    this.#openedAt = performance.now()
    this.#isReplacing = false
    this.standbyReason = undefined
    before?.terminate()
    const { url, username } = this.access
    this.#report.up(`${url} as ${username}, application ${this.application}, Asterisk ${version}`)
    this.listener.onUp()
  }

  /** Its HTTP connections have gone the same way. */
  #onSilence(socket: AriSocket, silentMs: number): void {
    if (socket !== this.#socket) return
    if (silentMs >= DISCONNECTED_MS) socket.terminate()
    const isNew = performance.now() - this.#openedAt < RENEW_MS
    if (this.#isReplacing || this.#socket === undefined || isNew) return
    this.#isReplacing = true
    this.log.warn('The ARI WebSocket answers no ping; Doorman opens another one.', { event: 'ari_silent' })
    this.http.reset()
    // The silent one stays until then: without a socket, Asterisk would give the application up.
    this.#end.resolve('silent')
  }

  #onClose(socket: AriSocket): void {
    if (this.#socket !== socket) return
    this.#lose('closed')
    this.#report.down(`ARI at ${this.access.url}: the WebSocket was closed.`)
  }

  #lose(why: 'closed' | 'replaced'): void {
    this.#socket = undefined
    this.listener.onDown(why === 'replaced')
    this.#end.resolve(why)
  }

  /** Two programs that register against each other would lose calls for ever. */
  #onReplaced(): void {
    this.standbyReason =
      `Another program has registered the ARI application "${this.application}" and gets its calls now. This ` +
      'instance stands by, and takes over when the other is gone. Stop one of the two, or give this one another ' +
      'name with DOORMAN_APP.'
    this.log.warn(this.standbyReason, { event: 'application_replaced' })
    const socket = this.#socket
    this.#lose('replaced')
    socket?.terminate()
  }

  async #standBy(): Promise<void> {
    const { signal } = this.#stopped
    const path = `applications/${this.application}`
    let isTaken = true
    while (isTaken && !signal.aborted) {
      await pause(STANDBY_MS, signal)
      // Where there is no answer, the connection is opened again as after any loss.
      const answer = await this.http.send({ method: 'GET', path }, CHECK_MS).catch(() => undefined)
      isTaken = answer?.status === 200
    }
  }
}

/**
 * Loads ARI's description; no WebSocket is open yet.
 * @param library ari-client: loading it takes a sixth of a second, which commands that need no ARI save
 */
async function loadClient(
  library: Promise<typeof import('ari-client')>,
  http: AriHttp,
  { url, username, password }: AriAccess,
  stopped: AbortSignal,
): Promise<Client> {
  const { status } = await http.send({ method: 'GET', path: 'api-docs/resources.json' }, CHECK_MS)
  // ari-client throws uncaught.
  if (status !== 200)
    throw new Error(
      `ARI at ${url} answered ${status} for its description, api-docs/resources.json. Check that the folder rest-api ` +
        "of Asterisk's data folder is there and that Asterisk may read it.",
    )
  const { connect } = await library
  // Its swagger library prints a banner through a global `log` unless there is one.
  Object.assign(globalThis, { log: () => undefined })
  return within(CONNECT_MS, `ARI at ${url}`, connect(url, username, password), stopped)
}

/** A client for a command. @throws Error with one sentence: what was tried, what answered, what to change. */
export async function connectAri(access: AriAccess): Promise<Client> {
  const http = new AriHttp(access)
  try {
    await askVersion(http, access.url)
    return await loadClient(import('ari-client'), http, access, new AbortController().signal)
  } finally {
    http.stop()
  }
}

/** What an HTTP status of `GET /ari/asterisk/info` says, and what to do about it. */
const MEANING: Readonly<Record<number, string>> = {
  401: 'the user or the password is wrong. Check DOORMAN_ARI_USERNAME and DOORMAN_ARI_PASSWORD against ari.conf.',
  403: 'the user may not do this. Check the user in ari.conf (read_only=no).',
  404: 'there is a web server, but no ARI. Check enabled=yes in ari.conf, and that http.conf sets no prefix.',
  503: 'Asterisk is still starting.',
}

/**
 * The version of Asterisk. ari-client throws uncaught on a refusal or another program's page, and never settles on
 * silence, so this asks first. @throws Error that says what was tried, what answered and what to change.
 */
export async function askVersion(http: AriHttp, url: string): Promise<string> {
  const answer = await http.send({ method: 'GET', path: 'asterisk/info' }, CHECK_MS).catch((error: Error) => {
    const hint =
      'Check that Asterisk runs, enabled=yes, bindaddr and bindport in http.conf, and DOORMAN_ARI_URL.'
    throw new Error(`ARI at ${url} did not answer (${error.message.replace(/^ARI GET \S+: /, '')}). ${hint}`)
  })
  if (answer.status !== 200) {
    const meaning = MEANING[answer.status] ?? 'an unexpected status. Check DOORMAN_ARI_URL.'
    throw new Error(`ARI at ${url} answered ${answer.status}: ${meaning}`)
  }
  const { version } = (answer.body as { system?: { version?: unknown } } | undefined)?.system ?? {}
  if (typeof version === 'string') return version
  throw new Error(`ARI at ${url} answered, but not as ARI does. Check DOORMAN_ARI_URL.`)
}
