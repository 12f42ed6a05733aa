import { once } from 'node:events'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

interface Pair {
  readonly near: Socket
  readonly far: Socket
  isSilent: boolean
  /** Undefined before the first request. */
  isWebSocket: boolean | undefined
}

/** A TCP proxy that fails on demand. */
export class FaultyProxy {
  readonly #server: Server
  readonly #target: number
  readonly #pairs = new Set<Pair>()
  #isCut = false
  #isHttpSilent = false
  #delayMs = 0

  private constructor(server: Server, target: number) {
    this.#server = server
    this.#target = target
    server.on('connection', (near) => this.#connect(near))
  }

  /** Listens on a port of its own on loopback and passes on to `target`. */
  static async open(target: number): Promise<FaultyProxy> {
    const server = createServer({ noDelay: true })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new FaultyProxy(server, target)
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** Resets all connections, and refuses new ones until `mend`. */
  cut(): void {
    this.#isCut = true
    for (const { near, far } of this.#pairs) {
      near.resetAndDestroy()
      far.resetAndDestroy()
    }
  }

  /**
   * The connections of this moment stay open and nothing arrives any more, in neither direction, as where a firewall
   * has forgotten them. New ones pass. Those that are silent stay so, also after `mend`.
   */
  silence(): void {
    for (const pair of this.#pairs) pair.isSilent = true
  }

  /** The same for every connection that is no WebSocket, and for new ones, too, until `mend`. */
  silenceHttp(): void {
    this.#isHttpSilent = true
    for (const pair of this.#pairs) pair.isSilent ||= pair.isWebSocket === false
  }

  /** Each packet arrives so much later, in both directions. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs
  }

  mend(): void {
    this.#isCut = false
    this.#isHttpSilent = false
    this.#delayMs = 0
  }

  close(): void {
    this.#server.close()
    for (const { near, far } of this.#pairs) {
      near.destroy()
      far.destroy()
    }
  }

  #connect(near: Socket): void {
    near.on('error', ignore)
    if (this.#isCut) {
      near.resetAndDestroy()
      return
    }
    const far = createConnection({ port: this.#target, host: '127.0.0.1', noDelay: true })
    far.on('error', ignore)
    const pair: Pair = { near, far, isSilent: false, isWebSocket: undefined }
    this.#pairs.add(pair)
    near.once('data', (bytes) => {
      pair.isWebSocket = /^upgrade: *websocket/im.test(bytes.toString('latin1'))
      pair.isSilent ||= this.#isHttpSilent && !pair.isWebSocket
    })
    this.#carry(pair, near, far)
    this.#carry(pair, far, near)
  }

  #carry(pair: Pair, from: Socket, to: Socket): void {
    // What is late stays in its order: nothing overtakes what waits, also when the delay has just ended.
    let tail = Promise.resolve()
    let waiting = 0
    const later = (act: () => void) => {
      if (this.#delayMs === 0 && waiting === 0) return act()
      waiting += 1
      const due = sleep(this.#delayMs)
      tail = tail
        .then(() => due)
        .then(() => {
          waiting -= 1
          act()
        })
    }
    from.on('data', (bytes) => later(() => void (pair.isSilent || to.destroyed || to.write(bytes))))
    from.on('close', () => {
      later(() => {
        // The other side of a silent connection is not told that it has ended.
        if (pair.isSilent) return
        to.destroy()
        this.#pairs.delete(pair)
      })
    })
  }
}

const ignore = () => undefined
