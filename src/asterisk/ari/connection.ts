import http from 'node:http'
import https from 'node:https'
import type { Client } from 'ari-client'
import { pause, retryDelayMs } from '../../lib/backoff.js'
import { withinUnless } from '../../lib/timeout.js'
import { DownReport, type LineLog } from '../line-log.js'
import { type AriAccess, askWhoAnswers } from './check.js'
import { connectAri } from './client.js'
import { AriSocket, type RawSocket } from './socket.js'
import type { StasisEvent } from './stasis-event.js'

const START_MS = 3_000

/** Who hears of a connection. */
export interface ConnectionListener {
  /** The application is registered, perhaps again. */
  up(socket: AriSocket): void
  /** No events come for now. */
  down(): void
  event(event: StasisEvent): void
  /** Resolves when nobody else has the application registered. */
  vacant(stopped: AbortSignal): Promise<void>
}

/**
 * The event WebSocket, opened again after every loss for as long as Doorman runs:
 *
 *     connect ──▶ register ──▶ up ──▶ closed, or no pong twice ──▶ connect again, for ever
 *                              │
 *                              └──▶ replaced by another program ──▶ stand by until it has gone ──▶ register
 */
export class AriConnection {
  readonly #access: AriAccess
  readonly #application: string
  readonly #listener: ConnectionListener
  readonly #report: DownReport
  readonly #stopped = new AbortController()
  #client: Client | undefined
  #raw: RawSocket | undefined
  #socket: AriSocket | undefined
  #isReplaced = false
  #closed: () => void = () => undefined

  constructor(access: AriAccess, application: string, listener: ConnectionListener, log: LineLog) {
    this.#access = access
    this.#application = application
    this.#listener = listener
    this.#report = new DownReport('ARI', log)
  }

  /** The WebSocket on which calls arrive, if it stands. */
  get socket(): AriSocket | undefined {
    return this.#socket
  }

  /** Until `stop`. */
  async keepOpen(): Promise<void> {
    for (let attempt = 0; !this.#stopped.signal.aborted; attempt += 1) {
      try {
        const closed = new Promise<void>((resolve) => {
          this.#closed = resolve
        })
        await this.#register()
        attempt = 0
        await closed
        if (this.#isReplaced) await this.#standBy()
      } catch (error) {
        if (!this.#stopped.signal.aborted) this.#report.down((error as Error).message)
      }
      await pause(retryDelayMs(attempt), this.#stopped.signal)
    }
  }

  /** Another program has the application now. Two that register against each other would lose calls for ever. */
  replaced(): void {
    this.#isReplaced = true
    this.#raw?.terminate()
  }

  stop(): void {
    this.#stopped.abort()
    this.#socket?.stop()
    this.#socket = undefined
    this.#raw?.terminate()
    // Keep-alive sockets of ari-client would keep the process and one of Asterisk's HTTP sessions each.
    http.globalAgent.destroy()
    https.globalAgent.destroy()
  }

  /** Looks who answers, loads ari-client's description the first time, and opens the WebSocket. */
  async #register(): Promise<void> {
    const { signal } = this.#stopped
    if (this.#client === undefined) await this.#connect()
    else await askWhoAnswers(this.#access, signal)
    const client = this.#client
    if (client === undefined) return
    const start = client.start(this.#application)
    try {
      await withinUnless(signal, START_MS, `ARI at ${this.#access.url}, its WebSocket`, start)
    } catch (error) {
      // It goes on trying by itself; what it opens then is ended, and the next try has a client of its own.
      if (this.#client === client) this.#client = undefined
      throw error
    }
  }

  async #connect(): Promise<void> {
    const client = await connectAri(this.#access, this.#stopped.signal)
    client.on('WebSocketConnected', () => this.#opened(client))
    this.#client = client
  }

  #opened(client: Client): void {
    const raw = (client as unknown as { readonly _ws: RawSocket })._ws
    // ari-client opens it again by itself, ten times and no more; here it is done for ever, and by one of the two.
    raw.removeAllListeners('close')
    raw.removeAllListeners('error')
    raw.on('error', () => raw.terminate())
    if (this.#stopped.signal.aborted || client !== this.#client) raw.terminate()
    else this.#isUp(raw)
  }

  #isUp(raw: RawSocket): void {
    const socket = new AriSocket(raw, (event) => this.#listener.event(event))
    this.#raw = raw
    this.#socket = socket
    raw.on('close', () => this.#lost(socket))
    const { url, username } = this.#access
    this.#report.up(`${url} as ${username}, application ${this.#application}`)
    this.#listener.up(socket)
  }

  #lost(socket: AriSocket): void {
    if (this.#socket !== socket) return
    this.#socket = undefined
    this.#listener.down()
    this.#closed()
    if (!this.#isReplaced) this.#report.down(`ARI at ${this.#access.url} was lost: its WebSocket was closed.`)
  }

  async #standBy(): Promise<void> {
    await this.#listener.vacant(this.#stopped.signal)
    this.#isReplaced = false
  }
}
