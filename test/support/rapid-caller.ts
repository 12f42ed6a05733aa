import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { token } from '../../src/testcall/sip-message.js'
import { RapidCall, type RapidCallPlan, type RapidCallReport } from './rapid-call.js'

export interface RapidCallerOptions {
  /** The address to send from: `127.0.0.2` is carrier-a of the sample trunks. */
  readonly from: string
  /** The SIP port of the PBX on this machine. */
  readonly port: number
}

/** As much as the system gives: the answers to a thousand calls may come at once. */
const BUFFER_BYTES = 4 * 1_048_576

/**
 * Thousands of callers on one UDP socket, each with a clock and a report of its own: so it can be said of every
 * single call what its caller saw, and when.
 */
export class RapidCaller {
  readonly #socket: Socket
  readonly #options: RapidCallerOptions
  readonly #local: string
  readonly #calls = new Map<string, RapidCall>()
  #isClosed = false

  private constructor(socket: Socket, options: RapidCallerOptions) {
    this.#socket = socket
    this.#options = options
    this.#local = `${options.from}:${socket.address().port}`
    // A PBX that is down answers by ICMP; the callers try again, as RFC 3261 has it.
    socket.on('error', () => undefined)
    socket.on('message', (bytes) => this.#hear(bytes.toString('latin1'), performance.now()))
  }

  static async open(options: RapidCallerOptions): Promise<RapidCaller> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES, sendBufferSize: BUFFER_BYTES })
    socket.bind(0, options.from)
    await once(socket, 'listening')
    return new RapidCaller(socket, options)
  }

  /** Places a call and resolves when it is over, at the latest a little after its limit. Never rejects. */
  call(plan: RapidCallPlan): Promise<RapidCallReport> {
    const { port } = this.#options
    const callId = `${token()}@rapid`
    const dialogue = {
      ...{ callId, fromTag: token(), from: plan.from, to: plan.to, name: '' },
      ...{ target: `127.0.0.1:${port}`, local: this.#local, headers: [] },
    }
    const call = new RapidCall(plan, dialogue, (text) => {
      if (!this.#isClosed) this.#socket.send(text, port, '127.0.0.1', ignore)
    })
    this.#calls.set(callId, call)
    call.begin()
    // The answer to an answer may be lost: the call is known a little longer, so that it can say it again.
    void call.report.then(() => setTimeout(() => this.#calls.delete(callId), 2_000).unref())
    return call.report
  }

  /** Whoever still has a call goes unheard from now on. */
  close(): void {
    this.#isClosed = true
    this.#socket.close()
  }

  #hear(text: string, at: number): void {
    const callId = /^Call-ID: *(\S+)/im.exec(text)?.[1]
    if (callId !== undefined) this.#calls.get(callId)?.hear(text, at)
  }
}

const ignore = () => undefined
