import {
  type Dialogue,
  formatOk,
  formatRequest,
  offer,
  parseMessage,
} from '../../src/testcall/sip-message.js'

/** What one caller of many does. */
export interface RapidCallPlan {
  readonly from: string
  readonly to: string
  readonly headers?: readonly (readonly [name: string, value: string])[]
  /** How long the caller stays when answered, before it hangs up; 200 ms by default. */
  readonly holdMs?: number
  /** How long it waits for a final answer before it cancels; 10 s by default. */
  readonly limitMs?: number
}

/** What became of a call, as its caller saw it. */
export interface RapidCallReport {
  readonly callId: string
  /** When the first INVITE went out, by `performance.now()`. */
  readonly begunAt: number
  /** The final answer; undefined where none came within the limit. */
  readonly status: number | undefined
  /** Whether the PBX ever answered, if only by 100 Trying. */
  readonly isTaken: boolean
  /** From the INVITE that the PBX took to its final answer, or to the limit. */
  readonly waitMs: number
  /** The same from the first INVITE, which may have been lost on its way or thrown away by a busy PBX. */
  readonly waitFromFirstMs: number
  /** The PBX ended the answered call before the caller did. */
  readonly isCutShort: boolean
}

/** Timers T1 and T2 of RFC 3261 §17.1. */
const T1_MS = 500
const T2_MS = 4_000
const HOLD_MS = 200
const LIMIT_MS = 10_000
/** How long a BYE is repeated (64 × T1 would be 32 s). */
const BYE_MS = 4_000

/**
 * One call over UDP (RFC 3261), whole: INVITE again by timer A until anything answers, ACK for each final answer,
 * BYE until it is answered, CANCEL at the limit. The top Via of each INVITE says which one it is (`take`), and
 * answers repeat it (§8.2.6.2), so that the wait begins with the INVITE that the PBX took.
 */
export class RapidCall {
  readonly #plan: RapidCallPlan
  readonly #dialogue: Dialogue
  readonly #send: (text: string) => void
  readonly #branch: string
  readonly #invitedAt: number[] = []
  #again: NodeJS.Timeout | undefined
  #limit: NodeJS.Timeout | undefined
  #taken: number | undefined
  #final:
    | { readonly status: number; readonly at: number; readonly to: string; readonly contact: string }
    | undefined
  #isOver = false
  #isCutShort = false
  #resolve: (report: RapidCallReport) => void = () => undefined
  readonly report: Promise<RapidCallReport>

  constructor(plan: RapidCallPlan, dialogue: Dialogue, send: (text: string) => void) {
    this.#plan = plan
    this.#dialogue = dialogue
    this.#send = send
    this.#branch = `z9hG4bK${dialogue.fromTag}`
    this.report = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  begin(): void {
    this.#limit = setTimeout(() => this.#giveUp(), this.#plan.limitMs ?? LIMIT_MS)
    this.#invite(T1_MS)
  }

  hear(text: string, at: number): void {
    const message = parseMessage(text)
    if (message === undefined) return
    if (message.kind === 'request') {
      if (message.method !== 'ACK') this.#send(formatOk(message))
      if (message.method === 'BYE') this.#endedByPbx()
      return
    }
    if (message.method === 'BYE') this.#finish()
    if (message.method !== 'INVITE') return
    clearTimeout(this.#again)
    this.#taken ??= Number(/;take=(\d+)/.exec(text)?.[1] ?? 0)
    if (message.status < 200) return
    this.#acknowledge(message)
    if (this.#final !== undefined) return
    this.#final = { status: message.status, at, to: message.to, contact: message.contact }
    this.#concluded()
  }

  #invite(nextMs: number): void {
    this.#invitedAt.push(performance.now())
    const given = (this.#plan.headers ?? []).map(([name, value]) => `${name}: ${value}`)
    this.#send(
      formatRequest(this.#dialogue, {
        ...{ method: 'INVITE', uri: this.#uri, cseq: 1, body: offer(this.#dialogue.local) },
        branch: `${this.#branch};take=${this.#invitedAt.length - 1}`,
        extra: ['Allow: INVITE, ACK, CANCEL, BYE', ...given],
      }),
    )
    this.#again = setTimeout(() => this.#invite(nextMs * 2), nextMs)
  }

  get #uri(): string {
    return `sip:${this.#dialogue.to}@${this.#dialogue.target}`
  }

  /** The ACK of a 2xx is a request of its own, that of a refusal belongs to the INVITE (§13.2.2.4, §17.1.1.3). */
  #acknowledge({ status, to, contact }: { status: number; to: string; contact: string }): void {
    const isAnswered = status < 300
    const uri = isAnswered && contact !== '' ? contact : this.#uri
    const branch = isAnswered ? `${this.#branch}-ack` : this.#branch
    this.#send(formatRequest(this.#dialogue, { method: 'ACK', uri, cseq: 1, branch, to }))
  }

  #concluded(): void {
    clearTimeout(this.#limit)
    if ((this.#final?.status ?? 0) >= 300) this.#finish()
    else if (!this.#isOver) setTimeout(() => this.#hangUp(T1_MS), this.#plan.holdMs ?? HOLD_MS)
  }

  #hangUp(nextMs: number, spentMs = 0): void {
    if (this.#isOver || this.#final === undefined) return
    if (spentMs > BYE_MS) {
      this.#finish()
      return
    }
    const { to, contact } = this.#final
    const uri = contact === '' ? this.#uri : contact
    const branch = `${this.#branch}-bye`
    this.#send(formatRequest(this.#dialogue, { method: 'BYE', uri, cseq: 2, branch, to }))
    this.#again = setTimeout(() => this.#hangUp(Math.min(nextMs * 2, T2_MS), spentMs + nextMs), nextMs)
  }

  #endedByPbx(): void {
    this.#isCutShort = !this.#isOver
    this.#finish()
  }

  #giveUp(): void {
    if (this.#taken !== undefined) {
      const [uri, branch] = [this.#uri, this.#branch]
      this.#send(formatRequest(this.#dialogue, { method: 'CANCEL', uri, cseq: 1, branch }))
    }
    this.#finish()
  }

  #finish(): void {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#again)
    clearTimeout(this.#limit)
    const [first = 0] = this.#invitedAt
    const end = this.#final?.at ?? performance.now()
    this.#resolve({
      callId: this.#dialogue.callId,
      begunAt: first,
      status: this.#final?.status,
      isTaken: this.#taken !== undefined,
      waitMs: end - (this.#invitedAt[this.#taken ?? 0] ?? first),
      waitFromFirstMs: end - first,
      isCutShort: this.#isCutShort,
    })
  }
}
