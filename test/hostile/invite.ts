import type { Random } from './random.js'

/** An INVITE in parts that a mutation may change: lines in bytes, without their line end. */
export interface Draft {
  requestUser: Buffer
  from: Buffer
  callId: Buffer
  headers: Buffer[]
  /** What stands between the lines. */
  lineEnd: string
  /** Of the body if not given. */
  contentLength: string | undefined
}

export interface Origin {
  readonly address: string
  readonly port: number
}

const SDP = [
  ...['v=0', 'o=lab 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
  ...['m=audio 9 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', ''],
].join('\r\n')

/** An ordinary call: one that is decided and refused by its flow, as long as nobody changes it. */
export function draft(random: Random, id: string): Draft {
  return {
    requestUser: Buffer.from(random.pick(['1000', '2000', '+15557654321', 'sales'])),
    from: Buffer.from(
      `"Ada" <sip:+1555${String(random.below(10_000_000)).padStart(7, '0')}@carrier.example>`,
    ),
    callId: Buffer.from(`${id}@hostile`),
    headers: ['X-Note: hello', 'X-VIP: gold', 'User-Agent: lab'].map((line) => Buffer.from(line)),
    lineEnd: '\r\n',
    contentLength: String(SDP.length),
  }
}

/** The bytes of a draft (RFC 3261 §13.2.1); `rport` brings the answers back. */
export function bytesOf(draft: Draft, id: string, { address, port }: Origin): Buffer {
  const { requestUser, from, callId, headers, lineEnd, contentLength } = draft
  const lines: readonly (readonly (string | Buffer)[])[] = [
    ['INVITE sip:', requestUser, '@127.0.0.1 SIP/2.0'],
    [`Via: SIP/2.0/UDP ${address}:${port};rport;branch=z9hG4bK${id}`],
    ['From: ', from, `;tag=${id}`],
    ['To: <sip:', requestUser, '@127.0.0.1>'],
    ['Call-ID: ', callId],
    ['CSeq: 1 INVITE'],
    [`Contact: <sip:lab@${address}:${port}>`],
    ['Max-Forwards: 70'],
    ...headers.map((header) => [header]),
    ['Content-Type: application/sdp'],
    [`Content-Length: ${contentLength ?? SDP.length}`],
    [],
    [SDP],
  ]
  return Buffer.concat(
    lines.flatMap((line, at) => [
      Buffer.from(at === 0 ? '' : lineEnd),
      ...line.map((part) => Buffer.from(part)),
    ]),
  )
}
