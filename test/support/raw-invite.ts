import { randomBytes } from 'node:crypto'

/** An INVITE of which every byte is the test's own. */
export interface RawInviteOptions {
  /** The whole value of From, without the tag. */
  readonly from: string | Uint8Array
  /** The user part of the request's URI, as it shall stand on the wire. */
  readonly to: string
  /** Whole header lines, without their line end: folded, in bytes that are no text, or however long. */
  readonly headers: readonly (string | Uint8Array)[]
  /** The address it is sent from. */
  readonly address: string
}

export interface RawInvite {
  readonly callId: string
  readonly bytes: Uint8Array
}

/** SDP without media that anybody sends: port 9 is discard. */
const SDP = [
  ...['v=0', 'o=lab 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
  ...['m=audio 9 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', ''],
].join('\r\n')

/** Builds an INVITE (RFC 3261 §13.2.1) with an id of its own; `rport` brings the answers back to any port. */
export function rawInvite({ from, to, headers, address }: RawInviteOptions): RawInvite {
  const id = randomBytes(8).toString('hex')
  const callId = `${id}@raw`
  const lines = [
    `INVITE sip:${to}@127.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/UDP ${address};rport;branch=z9hG4bK${id}`,
    Buffer.concat([Buffer.from('From: '), Buffer.from(from), Buffer.from(`;tag=${id}`)]),
    `To: <sip:${to}@127.0.0.1>`,
    `Call-ID: ${callId}`,
    'CSeq: 1 INVITE',
    `Contact: <sip:lab@${address}>`,
    'Max-Forwards: 70',
    ...headers,
    'Content-Type: application/sdp',
    `Content-Length: ${SDP.length}`,
    '',
    SDP,
  ]
  const bytes = Buffer.concat(
    lines.flatMap((line, at) => [Buffer.from(at === 0 ? '' : '\r\n'), Buffer.from(line)]),
  )
  return { callId, bytes }
}
