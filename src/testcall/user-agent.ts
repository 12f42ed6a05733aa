import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import {
  answerChallenge,
  type Credentials,
  formatInvite,
  formatOk,
  formatRequest,
  type InviteIds,
  type InviteParts,
  SipMessage,
  sipUri,
  token,
} from './sip-message.js'

export interface SipCallOptions extends InviteParts {
  readonly credentials?: Credentials | undefined
  /** A Call-ID of the test's own; random by default. */
  readonly callId?: string
  /** Makes the bytes of the INVITE in place of the parts. */
  readonly invite?: (ids: InviteIds) => Buffer
}

/** The final response to the INVITE. Times are those of `performance.now()`. */
export interface SipAnswer {
  readonly status: number
  readonly reason: string
  readonly at: number
  /** Since the first INVITE. */
  readonly ms: number
  readonly message: SipMessage
}

/** What became of a call, as its caller saw it. */
export interface SipCallResult {
  /** When each INVITE was sent; more than one where there was no response in time, or a login. */
  readonly sentAt: readonly number[]
  /** Which of them the PBX responded to, if only by 100 Trying. */
  readonly taken: number | undefined
  /** The provisional responses after 100 Trying, in order: 180, 183 … */
  readonly progress: readonly number[]
  /** 487 after a CANCEL; undefined where none came. */
  readonly answer: SipAnswer | undefined
  readonly cancelledAt: number | undefined
  readonly endedAt: number
  /** Who sent BYE first; undefined where the call was not answered. */
  readonly hungUpBy: 'caller' | 'pbx' | undefined
}

/** Timer T1 of RFC 3261 §17.1: a request without a response is sent again after 0.5, 1, 2, 4 … s. */
const T1_MS = 500
/** The longest of these pauses for a BYE or CANCEL; then the call is over without its response. */
const LAST_PAUSE_MS = 2_000
/** As much as the system gives: the responses to a thousand calls may come at once. */
const BUFFER_BYTES = 4 * 1_048_576

/** A SIP user agent (RFC 3261) over UDP that places calls, any number at a time on one socket. */
export class SipUserAgent {
  readonly #calls = new Map<string, SipCall>()
  #isClosed = false
  /** `address:port` of the socket. */
  readonly local: string

  private constructor(
    readonly target: string,
    private readonly socket: Socket,
  ) {
    const { address, port } = socket.address()
    this.local = `${address}:${port}`
    socket.on('message', (bytes) => this.#receive(bytes, performance.now()))
    // A port without a listener answers by ICMP; the request is sent again all the same.
    socket.on('error', () => undefined)
  }

  /**
   * Opens a socket and sends nothing.
   * @param target `host:port` of the PBX
   * @param local the address to send from; by default the one that leads to the PBX
   */
  static async open(target: string, local?: string): Promise<SipUserAgent> {
    const [host = '', port = '5060'] = target.split(':')
    const address = local ?? (await addressTowards(host, Number(port)))
    const socket = createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES, sendBufferSize: BUFFER_BYTES })
    socket.bind(0, address)
    await once(socket, 'listening')
    return new SipUserAgent(target, socket)
  }

  /** A call that has not sent anything yet. */
  call(options: SipCallOptions): SipCall {
    const call = new SipCall(options, this)
    this.#calls.set(call.callId, call)
    void call.result.then(() => this.#calls.delete(call.callId))
    return call
  }

  /** Sends one datagram as it is. A final response to it is acknowledged. */
  send(bytes: Buffer): void {
    const [host, port] = this.target.split(':')
    if (!this.#isClosed) this.socket.send(bytes, Number(port), host, () => undefined)
  }

  close(): void {
    this.#isClosed = true
    this.socket.close()
  }

  #receive(bytes: Buffer, at: number): void {
    const message = SipMessage.parse(bytes)
    if (message === undefined) return
    const call = this.#calls.get(message.callId)
    if (call !== undefined) call.receive(message, at)
    else if (message.status === 0 && message.method !== 'ACK') this.send(formatOk(message))
    else if (message.status >= 200 && message.method === 'INVITE')
      this.send(formatRequest('ACK', `sip:${this.target}`, message))
  }
}

async function addressTowards(host: string, port: number): Promise<string> {
  const socket = createSocket('udp4')
  try {
    socket.connect(port, host)
    await once(socket, 'connect')
    return socket.address().address
  } finally {
    // Open, it would keep the process alive.
    socket.close()
  }
}

/**
 * One call: INVITE until anything answers, ACK for each final response, then BYE, or CANCEL before the answer. The
 * top Via of each INVITE says which one it is (`take`), and responses repeat it (§8.2.6.2).
 */
export class SipCall {
  readonly callId: string
  readonly #tag = token()
  readonly #answered = Promise.withResolvers<SipAnswer>()
  readonly #ended = Promise.withResolvers<SipCallResult>()
  /** Resolves with the final response; never where none comes. */
  readonly answer = this.#answered.promise
  /** Resolves when the call is over. */
  readonly result = this.#ended.promise
  readonly #sentAt: number[] = []
  readonly #uri: string
  #cseq = 1
  #branch = `z9hG4bK${token()}`
  #authorization: string | undefined
  #repeat: NodeJS.Timeout | undefined
  #taken: number | undefined
  readonly #progress: number[] = []
  #answer: SipAnswer | undefined
  #cancelledAt: number | undefined
  #hungUpBy: SipCallResult['hungUpBy']
  #isOver = false

  constructor(
    private readonly options: SipCallOptions,
    private readonly agent: SipUserAgent,
  ) {
    this.callId = options.callId ?? `${token()}@doorman`
    this.#uri = sipUri(options.to, agent.target)
  }

  /** Sends the INVITE. */
  start(): this {
    this.#transmit(() => this.#invite())
    return this
  }

  /** Sends BYE or, before the answer, CANCEL. Without any response (§9.1) the call is over soon. */
  hangUp(): void {
    if (this.#isOver || this.#hungUpBy !== undefined || this.#cancelledAt !== undefined) return
    clearTimeout(this.#repeat)
    if (this.#answer !== undefined) this.#sendBye(this.#answer.message)
    else {
      this.#cancelledAt = performance.now()
      if (this.#taken !== undefined) this.#cancel()
      // One may be on its way.
      else this.#repeat = setTimeout(() => this.#end(), T1_MS)
    }
  }

  /** @param at when the message came, by `performance.now()` */
  receive(message: SipMessage, at: number): void {
    if (message.status === 0) {
      if (message.method !== 'ACK') this.agent.send(formatOk(message))
      if (message.method !== 'BYE') return
      this.#hungUpBy ??= 'pbx'
      this.#end()
    } else if (message.method === 'INVITE') this.#onResponse(message, at)
    else if (message.method === 'BYE') this.#end()
  }

  /** Sends a request again and again until a response clears the timer. */
  #transmit(request: () => Buffer, pauseMs = T1_MS): void {
    const isInvite = this.#hungUpBy === undefined && this.#cancelledAt === undefined
    if (!isInvite && pauseMs > LAST_PAUSE_MS) this.#end()
    else {
      this.agent.send(request())
      this.#repeat = setTimeout(() => this.#transmit(request, pauseMs * 2), pauseMs)
    }
  }

  #invite(take?: number): Buffer {
    const ids: InviteIds = {
      ...{ callId: this.callId, tag: this.#tag, cseq: this.#cseq },
      ...{ branch: `${this.#branch};take=${take ?? this.#sentAt.length}` },
      ...{ target: this.agent.target, local: this.agent.local },
    }
    const bytes = this.options.invite?.(ids) ?? formatInvite(this.options, ids, this.#authorization)
    if (take === undefined) this.#sentAt.push(performance.now())
    return bytes
  }

  #cancel(): void {
    const invite = SipMessage.parse(this.#invite(this.#taken))
    if (invite === undefined) this.#end()
    else this.#transmit(() => formatRequest('CANCEL', this.#uri, invite))
  }

  #onResponse(message: SipMessage, at: number): void {
    const { status, reason } = message
    const isFirst = this.#taken === undefined
    if (isFirst || (this.#answer === undefined && this.#cancelledAt === undefined)) clearTimeout(this.#repeat)
    this.#taken ??= Number(/;take=(\d+)/.exec(message.header('via'))?.[1] ?? 0)
    if (isFirst && this.#cancelledAt !== undefined && status < 200) this.#cancel()
    if (message.body !== '' && status < 300) this.options.media?.connect(message.body)
    if (status > 100 && status < 200) this.#progress.push(status)
    if (status < 200) return
    this.#acknowledge(message)
    if (this.#answer !== undefined || this.#authenticates(message)) return
    clearTimeout(this.#repeat)
    this.#answer = { status, reason, at, ms: at - (this.#sentAt[0] ?? at), message }
    this.#answered.resolve(this.#answer)
    if (status >= 300) this.#end()
    else if (this.#cancelledAt !== undefined) this.#sendBye(message)
  }

  /** The ACK of a 2xx is a request of its own, that of a refusal belongs to the INVITE (§13.2.2.4, §17.1.1.3). */
  #acknowledge(message: SipMessage): void {
    const isAnswered = message.status < 300
    const uri = (isAnswered ? message.contact : undefined) ?? this.#uri
    const via = isAnswered ? this.#via('ack') : undefined
    this.agent.send(formatRequest('ACK', uri, message, { via }))
  }

  /** Sends the INVITE again with the answer to its challenge, once (§22.2). */
  #authenticates(message: SipMessage): boolean {
    const { credentials } = this.options
    const header = { 401: 'www-authenticate', 407: 'proxy-authenticate' }[message.status]
    if (header === undefined || credentials === undefined || this.#authorization !== undefined) return false
    const challenge = { header, value: message.header(header) }
    this.#authorization = answerChallenge(challenge, credentials, 'INVITE', this.#uri)
    this.#cseq += 1
    this.#branch = `z9hG4bK${token()}`
    if (this.#authorization !== undefined) this.start()
    return this.#authorization !== undefined
  }

  #sendBye(answer: SipMessage): void {
    this.#hungUpBy ??= 'caller'
    const own = { via: this.#via('bye'), cseq: this.#cseq + 1 }
    this.#transmit(() => formatRequest('BYE', answer.contact ?? this.#uri, answer, own))
  }

  #via(suffix: string): string {
    return `SIP/2.0/UDP ${this.agent.local};rport;branch=${this.#branch}-${suffix}`
  }

  #end(): void {
    this.#isOver = true
    clearTimeout(this.#repeat)
    this.#ended.resolve({
      ...{ sentAt: this.#sentAt, taken: this.#taken, answer: this.#answer, progress: this.#progress },
      ...{ cancelledAt: this.#cancelledAt, endedAt: performance.now(), hungUpBy: this.#hungUpBy },
    })
  }
}
