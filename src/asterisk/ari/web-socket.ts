import { type AriRequest, parseJson } from './http.js'
import type { AriEvent } from './stasis-channels.js'

/** A WebSocket of the package `ws`, as far as it is used here. */
export interface RawSocket {
  send(text: string): void
  ping(): void
  /** Ends it without a word to the other side, which may be gone. */
  terminate(): void
  on(event: 'open' | 'pong' | 'close', listener: () => void): unknown
  on(event: 'message', listener: (data: { toString(): string }) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  removeAllListeners(event: 'message' | 'close' | 'error'): unknown
}

export interface SocketListener {
  onEvent(event: AriEvent): void
  /** Neither a message nor a pong has come for `SILENT_MS`; said again with each further ping. */
  onSilence(silentMs: number): void
  onClose(): void
}

const PING_MS = 200
/** Asterisk answers a ping in less than a millisecond, and within tens of them under load. */
export const SILENT_MS = 400

/**
 * The event WebSocket that ari-client opened: events, REST requests over it (20.14, 21.9, 22.4 and later), and a watch on
 * whether the other side is there. After one slow write Asterisk drops all events and keeps the socket open
 * (websocket_write_timeout; 16, 22); only pings tell.
 *
 * ari-client's own handler of messages is not on it: it makes objects with a hundred methods of every event, and a type
 * that its description lacks throws in it.
 */
export class AriSocket {
  readonly #watch: NodeJS.Timeout
  #heardAt = performance.now()
  #watchedAt = performance.now()
  #awakeSince = 0
  #isClosed = false

  constructor(
    private readonly socket: RawSocket,
    private readonly listener: SocketListener,
  ) {
    socket.on('message', (data) => this.#onMessage(data.toString()))
    socket.on('pong', () => {
      this.#heardAt = performance.now()
    })
    socket.on('close', () => this.#onClose())
    this.#watch = setInterval(() => this.#look(), PING_MS).unref()
  }

  /** Whether it has been silent for too long to be relied on. */
  get isSilent(): boolean {
    return performance.now() - this.#heardAt >= SILENT_MS
  }

  /** Asterisk carries out the requests of one socket in their order. What they do shows in the events. */
  post({ method, path, query = {} }: AriRequest): void {
    const query_strings = Object.entries(query).map(([name, value]) => ({ name, value }))
    const request = {
      type: 'RESTRequest',
      transaction_id: '',
      request_id: '',
      method,
      uri: path,
      query_strings,
    }
    this.socket.send(JSON.stringify(request))
  }

  terminate(): void {
    this.socket.terminate()
    this.#onClose()
  }

  #look(): void {
    const now = performance.now()
    // A process that was stopped, or busy, has not listened: silence counts from now on.
    if (now - this.#watchedAt > 2 * PING_MS) this.#awakeSince = now
    this.#watchedAt = now
    const silentMs = now - Math.max(this.#heardAt, this.#awakeSince)
    if (silentMs >= SILENT_MS) this.listener.onSilence(silentMs)
    this.socket.ping()
  }

  #onMessage(text: string): void {
    this.#heardAt = performance.now()
    const message = parseJson(text)
    if (typeof message === 'object' && message !== null) this.listener.onEvent(message as AriEvent)
  }

  #onClose(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    clearInterval(this.#watch)
    this.listener.onClose()
  }
}
