import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { freePort } from '../support/free-ports.js'

/** A TCP server on 127.0.0.1 that does with its connections what a test wants. */
export class TcpPeer {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** How many connections there have been. */
  accepted = 0

  private constructor(handle: (socket: Socket) => void) {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.accepted += 1
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
      socket.on('error', () => socket.destroy())
      handle(socket)
    })
  }

  static async open(handle: (socket: Socket) => void): Promise<TcpPeer> {
    const peer = new TcpPeer(handle)
    await new Promise<void>((resolve) => peer.#server.listen(0, '127.0.0.1', resolve))
    return peer
  }

  /** How many connections are open. */
  get open(): number {
    return this.#sockets.size
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** To every connection. */
  write(text: string): void {
    for (const socket of this.#sockets) socket.write(text)
  }

  /** Ends the connections, as a PBX that is stopped does; the port stays. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    // First no more are accepted: one that came in between would keep the server open.
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.drop()
    await closed
  }
}

/**
 * A port of 127.0.0.1 on which no process listens, below those that the system gives away: a port that was open a moment
 * ago might belong to another test by now.
 */
export function deadPort(): Promise<number> {
  return freePort('tcp')
}
