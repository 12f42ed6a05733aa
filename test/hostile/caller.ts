import { createSocket, type Socket } from 'node:dgram'
import type { Origin } from './invite.js'

/** Sends messages from the address of a trunk, and acknowledges whatever final answer comes, so that no call is left. */
export class HostileCaller {
  readonly #socket: Socket
  readonly #pbxPort: number
  readonly #waiting = new Map<string, (status: number) => void>()

  private constructor(socket: Socket, pbxPort: number) {
    this.#socket = socket
    this.#pbxPort = pbxPort
    socket.on('message', (message) => this.#hear(message.toString('latin1')))
  }

  static open(address: string, pbxPort: number): Promise<HostileCaller> {
    const socket = createSocket({ type: 'udp4', sendBufferSize: 1_048_576 })
    return new Promise((resolve, reject) => {
      socket.once('error', reject)
      socket.bind(0, address, () => {
        // From here on a failed send is a lost datagram, as any other.
        socket.on('error', () => undefined)
        resolve(new HostileCaller(socket, pbxPort))
      })
    })
  }

  get origin(): Origin {
    return this.#socket.address()
  }

  send(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => this.#socket.send(bytes, this.#pbxPort, '127.0.0.1', () => resolve()))
  }

  /** Sends one message and resolves with the status of its final answer; undefined where none came in time. */
  async call(bytes: Uint8Array, callId: string, limitMs: number): Promise<number | undefined> {
    const answer = new Promise<number | undefined>((resolve) => {
      const timer = setTimeout(resolve, limitMs, undefined)
      this.#waiting.set(callId, (status) => {
        clearTimeout(timer)
        resolve(status)
      })
    })
    await this.send(bytes)
    return answer.finally(() => this.#waiting.delete(callId))
  }

  close(): void {
    this.#socket.close()
  }

  #hear(message: string): void {
    const status = Number(/^SIP\/2\.0 ([2-6]\d\d) /.exec(message)?.[1])
    if (Number.isNaN(status)) return
    void this.send(acknowledgement(message))
    this.#waiting.get(/^Call-ID: (.*)\r$/m.exec(message)?.[1] ?? '')?.(status)
  }
}

/** RFC 3261 §17.1.1.3: the ACK of a refusal has the answer's Via, From, To and Call-ID. */
function acknowledgement(answer: string): Buffer {
  const header = (name: string) =>
    new RegExp(`^${name}: .*$`, 'mi').exec(answer)?.[0].trimEnd() ?? `${name}: x`
  const cseq = header('CSeq').replace(/INVITE/, 'ACK')
  const lines = [header('Via'), header('From'), header('To'), header('Call-ID'), cseq, 'Max-Forwards: 70']
  const text = ['ACK sip:lab@127.0.0.1 SIP/2.0', ...lines, 'Content-Length: 0', '', ''].join('\r\n')
  return Buffer.from(text, 'latin1')
}
