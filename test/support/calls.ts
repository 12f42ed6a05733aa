import { setTimeout as sleep } from 'node:timers/promises'
import type { InviteIds, InviteParts } from '../../src/testcall/sip-message.js'
import { type SipCall, type SipCallResult, SipUserAgent } from '../../src/testcall/user-agent.js'
import type { Asterisk } from './asterisk.js'

/** Where a caller sends from: the sample trunks know their carriers by these addresses, and no trunk the last one. */
export const ADDRESS_OF: Readonly<Record<string, string>> = {
  'carrier-a': '127.0.0.2',
  'carrier-b': '127.0.0.3',
  anonymous: '127.0.0.4',
}

interface Timing {
  /** How long the caller stays when answered; 200 ms by default. */
  readonly hold_ms?: number
  /** How long the caller waits for an answer before it cancels; 10 s by default. */
  readonly patience_ms?: number
}

export interface CallPlan extends InviteParts, Timing {
  /** Made up unless given. */
  readonly callId?: string
}

export interface CallOptions extends CallPlan {
  /** `carrier-a` and `carrier-b` are known by their address; `1001` logs in as the sample softphone. */
  readonly trunk: string
}

/** How one call went, as the caller's side saw it. */
export interface PlacedCall {
  /** The same call has it on the PBX (`CHANNEL(pjsip,call-id)`). */
  readonly callId: string
  /** When the first INVITE went out, by `performance.now()`. */
  readonly begunAt: number
  /** The final SIP status; undefined where the PBX gave none, or accepted the call after the caller had given it up. */
  readonly status: number | undefined
  /** Whether the PBX ever responded, if only by 100 Trying. */
  readonly isTaken: boolean
  /** From the INVITE that the PBX took to its final answer, or until the caller gave up. */
  readonly wait_ms: number
  /** The same from the first INVITE, which may have been lost on its way or thrown away by a busy PBX. */
  readonly waitFromFirst_ms: number
  readonly hungUpBy: SipCallResult['hungUpBy']
}

export function userAgent(asterisk: Pick<Asterisk, 'ports'>, trunk: string): Promise<SipUserAgent> {
  return SipUserAgent.open(`127.0.0.1:${asterisk.ports.sip}`, ADDRESS_OF[trunk] ?? '127.0.0.1')
}

/** Places one call and resolves when it is over. */
export async function placeCall(asterisk: Asterisk, options: CallOptions): Promise<PlacedCall> {
  const { trunk, ...plan } = options
  const credentials = trunk === asterisk.softphone.username ? asterisk.softphone : undefined
  const agent = await userAgent(asterisk, trunk)
  return placed(agent.call({ ...plan, credentials }), plan).finally(() => agent.close())
}

/** Places so many calls at a rate; one result each, in the order in which they began. */
export async function placeCalls(
  asterisk: Asterisk,
  { trunk, calls, perSecond, ...plan }: CallOptions & { readonly calls: number; readonly perSecond: number },
): Promise<readonly PlacedCall[]> {
  const agent = await userAgent(asterisk, trunk)
  const load = new Load(() => placed(agent.call(plan), plan), perSecond, calls)
  return load.start().finally(() => agent.close())
}

/** Places a call that has not been sent yet, and resolves when it is over, at the latest a little after its limit. */
export async function placed(call: SipCall, timing: Timing): Promise<PlacedCall> {
  const { sentAt, taken, answer, cancelledAt, endedAt, hungUpBy } = await runCall(call, timing)
  const [begunAt = 0] = sentAt
  const until = cancelledAt ?? answer?.at ?? endedAt
  const isTooLate = cancelledAt !== undefined && (answer?.status ?? 0) < 300
  return {
    ...{ callId: call.callId, begunAt, status: isTooLate ? undefined : answer?.status },
    ...{ isTaken: taken !== undefined, hungUpBy },
    wait_ms: until - (sentAt[taken ?? 0] ?? begunAt),
    waitFromFirst_ms: until - begunAt,
  }
}

/** Starts a call, cancels it or hangs it up in time, and resolves when it is over. */
export function runCall(
  call: SipCall,
  { hold_ms = 200, patience_ms = 10_000 }: Timing,
): Promise<SipCallResult> {
  let timer = setTimeout(() => call.hangUp(), patience_ms)
  void call.answer.then(() => {
    clearTimeout(timer)
    timer = setTimeout(() => call.hangUp(), hold_ms)
  })
  return call.start().result.finally(() => clearTimeout(timer))
}

/** Places calls at a steady rate, an open loop: each when it is due, whether or not the earlier ones were answered. */
export class Load<T> {
  readonly #calls: Promise<T>[] = []
  #isStopped = false

  /**
   * @param place gets the number of the call, from 0 on, and when it was due by `performance.now()`
   * @param most how many calls there are; without it they come until `stop`
   */
  constructor(
    private readonly place: (at: number, due_ms: number) => Promise<T>,
    public perSecond: number,
    private readonly most = Number.POSITIVE_INFINITY,
  ) {}

  /** Resolves when the last call is over. */
  async start(): Promise<readonly T[]> {
    // By a clock and not by pauses: a late timer makes no call less.
    let due = performance.now()
    while (!this.#isStopped && this.#calls.length < this.most) {
      for (; due <= performance.now() && this.#calls.length < this.most; due += 1_000 / this.perSecond)
        this.#place(due)
      await sleep(Math.max(1, due - performance.now()))
    }
    return Promise.all(this.#calls)
  }

  /** So many calls at once, beside the others. */
  burst(calls: number): void {
    for (let at = 0; at < calls; at += 1) this.#place(performance.now())
  }

  /** No more calls. */
  stop(): void {
    this.#isStopped = true
  }

  get placed(): number {
    return this.#calls.length
  }

  #place(due_ms: number): void {
    this.#calls.push(this.place(this.#calls.length, due_ms))
  }
}

/** An INVITE of which every byte is the test's own. */
export interface RawInvite {
  /** The whole value of From, without the tag. */
  readonly from: string | Uint8Array
  /** The user part of the request's URI, as it shall stand on the wire. */
  readonly to: string | Uint8Array
  /** Whole header lines, without their line end: folded, in bytes that are no text, or however long. */
  readonly headers: readonly (string | Uint8Array)[]
  readonly callId?: string | Uint8Array
  /** What stands between the lines; CR LF by default. */
  readonly lineEnd?: string
  readonly contentLength?: string
}

/** SDP without media that anybody sends: port 9 is discard. */
const SDP = [
  ...['v=0', 'o=lab 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
  ...['m=audio 9 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', ''],
].join('\r\n')

/** The bytes of an INVITE (RFC 3261 §13.2.1). */
export function rawInvite(invite: RawInvite, ids: Omit<InviteIds, 'target'>): Buffer {
  const { from, to, headers, callId = ids.callId, lineEnd = '\r\n', contentLength = SDP.length } = invite
  const lines: readonly (readonly (string | Uint8Array)[])[] = [
    ['INVITE sip:', to, '@127.0.0.1 SIP/2.0'],
    [`Via: SIP/2.0/UDP ${ids.local};rport;branch=${ids.branch}`],
    ['From: ', from, `;tag=${ids.tag}`],
    ['To: <sip:', to, '@127.0.0.1>'],
    ['Call-ID: ', callId],
    [`CSeq: ${ids.cseq} INVITE`],
    [`Contact: <sip:lab@${ids.local}>`],
    ['Max-Forwards: 70'],
    ...headers.map((header) => [header]),
    ['Content-Type: application/sdp'],
    [`Content-Length: ${contentLength}`],
    [],
    [SDP],
  ]
  return Buffer.concat(
    lines.flatMap((line, at) => [at === 0 ? '' : lineEnd, ...line]).map((part) => Buffer.from(part)),
  )
}

/** Such an INVITE as a call of a user agent. */
export function rawCall(agent: SipUserAgent, invite: RawInvite): SipCall {
  return agent.call({ from: '', to: '', invite: (ids) => rawInvite(invite, ids) })
}
