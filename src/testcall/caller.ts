import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { answerChallenge, type Credentials } from './digest.js'
import {
  type Dialogue,
  formatOk,
  formatRequest,
  offer,
  parseMessage,
  type RequestParts,
  type SipResponse,
  token,
} from './sip-message.js'

export interface CallPlan {
  readonly from: string
  readonly to: string
  readonly name: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** `host:port` of the PBX. */
  readonly target: string
  /** Our own address; where it is missing, the one from which the PBX is reached. */
  readonly local: string | undefined
  readonly credentials: Credentials | undefined
}

/** The final answer to the INVITE. */
export interface CallAnswer {
  readonly status: number
  readonly reason: string
  readonly ms: number
}

/** Timer T1 of RFC 3261 §17.1.1.1: an INVITE that nobody answers is sent again after 0.5, 1, 2, 4 … s. */
const T1_MS = 500

/** Places one SIP call over UDP (RFC 3261): INVITE, ACK, and at the end BYE, or CANCEL before the answer. */
export class TestCaller {
  readonly #socket: Socket
  readonly #dialogue: Dialogue
  readonly #plan: CallPlan
  readonly #started = performance.now()
  #cseq = 1
  #branch = `z9hG4bK${token()}`
  #authorization: string | undefined
  #hasTried = false
  #again: NodeJS.Timeout | undefined
  #final: SipResponse | undefined
  #wasEnded = false
  #heardFinal: (answer: CallAnswer) => void = () => undefined
  /** Resolves with the final answer, which may never come: whoever waits sets the limit. */
  readonly answer: Promise<CallAnswer>

  private constructor(socket: Socket, plan: CallPlan, local: string) {
    this.#socket = socket
    this.#plan = plan
    const { from, to, name, headers, target } = plan
    this.#dialogue = {
      callId: `${token()}@doorman`,
      fromTag: token(),
      from,
      to,
      name,
      target,
      local,
      headers,
    }
    this.answer = new Promise((resolve) => {
      this.#heardFinal = resolve
    })
    socket.on('message', (data) => this.#hear(data.toString('utf8')))
    // A port that nobody listens on answers by ICMP; the limit of whoever waits says so in the end.
    socket.on('error', () => undefined)
  }

  /** Opens a socket; nothing is sent before `call`. */
  static async open(plan: CallPlan): Promise<TestCaller> {
    const [host = '', port = '5060'] = plan.target.split(':')
    const socket = createSocket('udp4')
    socket.bind(0, plan.local)
    await once(socket, 'listening')
    socket.connect(Number(port), host)
    await once(socket, 'connect')
    const { address, port: own } = socket.address()
    return new TestCaller(socket, plan, `${address}:${own}`)
  }

  get callId(): string {
    return this.#dialogue.callId
  }

  get local(): string {
    return this.#dialogue.local
  }

  call(): void {
    this.#sendInvite()
    this.#repeat(T1_MS)
  }

  /** Hangs up, or gives up waiting, and closes the socket. */
  async end(): Promise<void> {
    clearTimeout(this.#again)
    if (this.#final === undefined) this.#send({ method: 'CANCEL', ...this.#sameTransaction })
    else if (this.#final.status < 300 && !this.#wasEnded) this.#sendBye(this.#final)
    // The answer to it, and the ACK that a cancelled INVITE still needs, take a moment.
    await new Promise((resolve) => setTimeout(resolve, 200))
    this.#socket.close()
  }

  #sendInvite(): void {
    const { headers, local } = this.#dialogue
    const given = headers.map(([name, value]) => `${name}: ${value}`)
    const authorization = this.#authorization === undefined ? [] : [this.#authorization]
    const extra = ['Allow: INVITE, ACK, CANCEL, BYE', ...authorization, ...given]
    this.#send({ method: 'INVITE', ...this.#sameTransaction, extra, body: offer(local) })
  }

  get #uri(): string {
    return `sip:${this.#dialogue.to}@${this.#dialogue.target}`
  }

  get #sameTransaction() {
    return { uri: this.#uri, cseq: this.#cseq, branch: this.#branch }
  }

  #repeat(afterMs: number): void {
    this.#again = setTimeout(() => {
      this.#sendInvite()
      this.#repeat(afterMs * 2)
    }, afterMs)
  }

  #send(parts: RequestParts): void {
    this.#socket.send(formatRequest(this.#dialogue, parts))
  }

  #hear(text: string): void {
    const message = parseMessage(text)
    if (message?.callId !== this.callId) return
    if (message.kind === 'request') {
      if (message.method === 'BYE') this.#wasEnded = true
      if (message.method !== 'ACK') this.#socket.send(formatOk(message))
    } else if (message.method === 'INVITE') {
      clearTimeout(this.#again)
      if (message.status >= 200) this.#hearFinal(message)
    }
  }

  #hearFinal(response: SipResponse): void {
    this.#acknowledge(response)
    if (this.#canAuthenticate(response)) this.#authenticate(response)
    else if (this.#final === undefined) this.#conclude(response)
  }

  #conclude(response: SipResponse): void {
    this.#final = response
    const ms = Math.round(performance.now() - this.#started)
    this.#heardFinal({ status: response.status, reason: response.reason, ms })
  }

  /** The ACK of a 2xx is a request of its own, that of a refusal belongs to the INVITE (§13.2.2.4, §17.1.1.3). */
  #acknowledge({ status, to, contact }: SipResponse): void {
    const isAnswered = status < 300
    const uri = isAnswered && contact !== '' ? contact : this.#uri
    const branch = isAnswered ? `z9hG4bK${token()}` : this.#branch
    this.#send({ method: 'ACK', uri, cseq: this.#cseq, branch, to })
  }

  #canAuthenticate({ status, challenge }: SipResponse): boolean {
    const isAsked = (status === 401 || status === 407) && challenge !== undefined
    return isAsked && this.#plan.credentials !== undefined && !this.#hasTried
  }

  #authenticate({ challenge }: SipResponse): void {
    this.#hasTried = true
    const { credentials } = this.#plan
    if (challenge === undefined || credentials === undefined) return
    this.#authorization = answerChallenge(challenge, credentials, 'INVITE', this.#uri)
    this.#cseq += 1
    this.#branch = `z9hG4bK${token()}`
    this.#sendInvite()
  }

  #sendBye({ to, contact }: SipResponse): void {
    const uri = contact === '' ? this.#uri : contact
    this.#send({ method: 'BYE', uri, cseq: this.#cseq + 1, branch: `z9hG4bK${token()}`, to })
  }
}
