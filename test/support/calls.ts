import type { InviteIds, InviteParts } from '../../src/testcall/sip-message.js'
import { type SipCall, type SipCallResult, SipUserAgent } from '../../src/testcall/user-agent.js'
import type { Asterisk } from './asterisk.js'

/** Where a caller sends from: the sample trunks know their carriers by these addresses. */
export const ADDRESS_OF: Readonly<Record<string, string>> = {
  'carrier-a': '127.0.0.2',
  'carrier-b': '127.0.0.3',
}

export interface Timing {
  /** How long the caller stays when answered; 200 ms by default. */
  readonly hold_ms?: number
  /** How long the caller waits for an answer before it cancels; 10 s by default. */
  readonly patience_ms?: number
}

export interface CallOptions extends InviteParts, Timing {
  /** `carrier-a` and `carrier-b` are known by their address; `1001` logs in as the sample softphone. */
  readonly trunk: string
}

/** How one call went, as the caller's side saw it. */
export interface PlacedCall {
  /** The same call has it on the PBX (`CHANNEL(pjsip,call-id)`). */
  readonly callId: string
  /** The final SIP status; undefined where the PBX never gave one. */
  readonly status: number | undefined
  /** From the INVITE to that answer. */
  readonly ms: number | undefined
  readonly hungUpBy: 'caller' | 'pbx' | undefined
}

/** Places one call and resolves when it is over. */
export async function placeCall(asterisk: Asterisk, options: CallOptions): Promise<PlacedCall> {
  const { trunk, hold_ms, patience_ms, ...parts } = options
  const credentials = trunk === asterisk.softphone.username ? asterisk.softphone : undefined
  const agent = await SipUserAgent.open(`127.0.0.1:${asterisk.ports.sip}`, ADDRESS_OF[trunk] ?? '127.0.0.1')
  try {
    const call = agent.call({ ...parts, credentials })
    const { answer, hungUpBy } = await runCall(call, options)
    return { callId: call.callId, status: answer?.status, ms: answer?.ms, hungUpBy }
  } finally {
    agent.close()
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
