import { endIn, type StasisEvent, startIn } from './stasis-event.js'
import { type AriRequest, parsed } from './transport.js'

/** A WebSocket of the package `ws`, as far as it is used here. */
export interface RawSocket {
  send(text: string): void
  /** The connection below it (`ws` has it for everybody to see), to send several messages in one packet. */
  readonly _socket?: { cork(): void; uncork(): void }
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

/** How long Asterisk may take to answer the first request over the WebSocket, and the number of that request. */
const PROBE_MS = 1_000
const PROBE = 'probe'
const OK = 200

/** What Asterisk answers to a request over the WebSocket (20.14, 22.4 and later). */
interface RestResponse extends StasisEvent {
  readonly request_id?: unknown
  readonly status_code?: unknown
}

/**
 * The event WebSocket that ari-client opened: its events, requests over it, and a watch on whether anybody is still
 * at the other end. After one slow write Asterisk drops all events and says nothing, and the socket looks open for
 * ever; only pings that are not answered tell (16, 22).
 *
 * ari-client's own handler of messages is taken off: it makes objects with a hundred methods of every event, and a
 * type that its description lacks leaves it deaf.
 */
export class AriSocket {
  readonly #socket: RawSocket
  readonly #watch: NodeJS.Timeout
  #probed: (isAnswered: boolean) => void = () => undefined
  #missed = 0
  #heard = 0

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

  /** How many messages have come, whatever of. */
  get heard(): number {
    return this.#heard
  }

  /**
   * Requests whose answers are not waited for, and not sent where the event filter leaves answers out: what they do
   * shows in the events. Asterisk does one after the other.
   */
  tell(requests: readonly AriRequest[]): void {
    this.#socket._socket?.cork()
    for (const request of requests) this.#send(request, '')
    this.#socket._socket?.uncork()
  }

  /**
   * Whether this Asterisk takes requests over the WebSocket. Older ones pass them over in silence, and so it looks
   * where the event filter leaves answers (RESTResponse) out.
   */
  async takesRequests(): Promise<boolean> {
    const answered = new Promise<boolean>((resolve) => {
      this.#probed = resolve
    })
    const late = setTimeout(() => this.#probed(false), PROBE_MS)
    this.#send({ method: 'GET', path: 'asterisk/ping' }, PROBE)
    return answered.finally(() => clearTimeout(late))
  }

  stop(): void {
    clearInterval(this.#watch)
    this.#probed(false)
  }

  #send({ method, path, query = {} }: AriRequest, request_id: string): void {
    const query_strings = Object.entries(query).map(([name, value]) => ({ name, value }))
    const request = { type: 'RESTRequest', transaction_id: '', request_id, method, uri: path, query_strings }
    this.#socket.send(JSON.stringify(request))
  }

  #look(): void {
    this.#missed += 1
    if (this.#missed > MOST_MISSED) this.#socket.terminate()
    else this.#socket.ping()
  }

  #message(text: string, hear: (event: StasisEvent) => void): void {
    const event = startIn(text) ?? endIn(text) ?? parsed(text)
    if (typeof event !== 'object' || event === null) return
    this.#heard += 1
    if ((event as StasisEvent).type === 'RESTResponse') this.#answered(event as RestResponse)
    else hear(event as StasisEvent)
  }

  #answered({ request_id, status_code }: RestResponse): void {
    if (request_id === PROBE) this.#probed(status_code === OK)
  }
}
