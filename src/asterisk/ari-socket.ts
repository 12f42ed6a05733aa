import { type AriAnswer, type AriRequest, type AriTransport, parsed } from './ari-transport.js'
import type { StasisEvent } from './stasis-event.js'

/** A WebSocket of the package `ws`, as far as it is used here. */
export interface RawSocket {
  send(text: string): void
  ping(): void
  /** Ends it without a word to the other side, which may be gone. */
  terminate(): void
  on(event: 'pong' | 'close', listener: () => void): unknown
  on(event: 'message', listener: (data: { toString(): string }) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  removeAllListeners(event: 'message' | 'close' | 'error'): unknown
}

/** How often the other side is asked for a sign of life, and how many may be missing. */
export const PING_MS = 5_000
const MOST_MISSED = 2

const PROBE_MS = 1_000
/** After so long nobody waits for an answer any more. */
const UNANSWERED_MS = 10_000

/** What Asterisk answers to a request over the WebSocket (20.14, 22.4 and later). */
interface RestResponse extends StasisEvent {
  readonly request_id?: unknown
  readonly status_code?: unknown
  readonly message_body?: unknown
}

/**
 * The event WebSocket that ari-client opened: its events, requests over it, and a watch on whether anybody is still
 * at the other end. After one slow write Asterisk drops all events and says nothing, and the socket looks open for
 * ever; only pings that are not answered tell (16, 22).
 *
 * ari-client's own handler of messages is taken off: it makes objects with a hundred methods of every event, and a
 * type that its description lacks leaves it deaf.
 */
export class AriSocket implements AriTransport {
  readonly #socket: RawSocket
  readonly #pending = new Map<
    string,
    { readonly sent: number; readonly resolve: (answer: AriAnswer) => void }
  >()
  readonly #watch: NodeJS.Timeout
  #requests = 0
  #missed = 0

  constructor(socket: RawSocket, hear: (event: StasisEvent) => void, pingMs = PING_MS) {
    this.#socket = socket
    socket.removeAllListeners('message')
    socket.on('message', (data) => this.#message(data.toString(), hear))
    socket.on('pong', () => {
      this.#missed = 0
    })
    this.#watch = setInterval(() => this.#look(), pingMs)
    this.#watch.unref()
    socket.on('close', () => this.stop())
  }

  send({ method, path, query = {} }: AriRequest): Promise<AriAnswer> {
    const request_id = String(this.#requests++)
    const query_strings = Object.entries(query).map(([name, value]) => ({ name, value }))
    const request = { type: 'RESTRequest', transaction_id: '', request_id, method, uri: path, query_strings }
    return new Promise((resolve) => {
      this.#pending.set(request_id, { sent: performance.now(), resolve })
      this.#socket.send(JSON.stringify(request))
    })
  }

  /** Whether this Asterisk answers requests over the WebSocket. Older ones pass them over in silence. */
  async answersRequests(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined
    const silence = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), PROBE_MS)
    })
    const answer = this.send({ method: 'GET', path: 'asterisk/ping' }).then(({ status }) => status === 200)
    return Promise.race([answer, silence]).finally(() => clearTimeout(timer))
  }

  stop(): void {
    clearInterval(this.#watch)
    this.#pending.clear()
  }

  #look(): void {
    const old = performance.now() - UNANSWERED_MS
    for (const [id, { sent }] of this.#pending) if (sent < old) this.#pending.delete(id)
    this.#missed += 1
    if (this.#missed > MOST_MISSED) this.#socket.terminate()
    else this.#socket.ping()
  }

  #message(text: string, hear: (event: StasisEvent) => void): void {
    const event = parsed(text)
    if (typeof event !== 'object' || event === null) return
    if ((event as StasisEvent).type === 'RESTResponse') this.#answered(event as RestResponse)
    else hear(event as StasisEvent)
  }

  #answered({ request_id, status_code, message_body }: RestResponse): void {
    const asked = this.#pending.get(String(request_id))
    this.#pending.delete(String(request_id))
    asked?.resolve({ status: Number(status_code), body: parsed(String(message_body ?? '')) })
  }
}
