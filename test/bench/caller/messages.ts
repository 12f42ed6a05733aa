import type { OfferedCall } from '../calls.js'

/** Everything that the requests of one call have in common. */
export interface Dialogue {
  readonly callId: string
  /** Address and port of the caller's socket. */
  readonly local: string
  readonly host: string
  readonly sipPort: number
  readonly call: OfferedCall
}

const BODY = ['v=0', 'o=bench 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0']
  .concat(['m=audio 9 RTP/AVP 0', 'a=inactive', ''])
  .join('\r\n')

/** An INVITE with an offer of one stream that sends nothing (RFC 3261 §13.2.1, RFC 3264). */
export function invite(dialogue: Dialogue): Buffer {
  const { call, host, local, sipPort } = dialogue
  return request(dialogue, 'INVITE', {
    uri: `sip:${call.callee}@127.0.0.1:${sipPort}`,
    to: `<sip:${call.callee}@127.0.0.1>`,
    branch: 'i',
    extra: [
      `Contact: <sip:bench@${local}>`,
      `P-Asserted-Identity: <sip:${call.caller}@${host}>`,
      `Diversion: <sip:${call.diversion}@${host}>;reason=unconditional`,
      `X-VIP: ${call.xVip}`,
      `X-Account: ${call.xAccount}`,
      'Content-Type: application/sdp',
    ],
    body: BODY,
  })
}

/** The ACK of a final answer: of a refusal it is part of the INVITE's transaction (RFC 3261 §17.1.1.3). */
export function ack(dialogue: Dialogue, to: string, isRefused: boolean): Buffer {
  return request(dialogue, 'ACK', { uri: contactOf(dialogue), to, branch: isRefused ? 'i' : 'a' })
}

export function bye(dialogue: Dialogue, to: string): Buffer {
  return request(dialogue, 'BYE', { uri: contactOf(dialogue), to, branch: 'b' })
}

/** Where the PBX says it is; on loopback it is where we sent the call. */
function contactOf({ sipPort }: Dialogue): string {
  return `sip:127.0.0.1:${sipPort}`
}

interface RequestParts {
  readonly uri: string
  readonly to: string
  readonly branch: string
  readonly extra?: readonly string[]
  readonly body?: string
}

const CSEQ = { INVITE: 1, ACK: 1, BYE: 2 } as const

function request(
  { callId, local, host, call }: Dialogue,
  method: keyof typeof CSEQ,
  { uri, to, branch, extra = [], body = '' }: RequestParts,
): Buffer {
  const lines = [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${local};branch=z9hG4bK${branch}-${callId}`,
    'Max-Forwards: 70',
    `From: "Bench" <sip:${call.caller}@${host}>;tag=${callId}`,
    `To: ${to}`,
    `Call-ID: ${callId}`,
    `CSeq: ${CSEQ[method]} ${method}`,
    ...extra,
    `Content-Length: ${body.length}`,
    '',
    body,
  ]
  return Buffer.from(lines.join('\r\n'))
}

/** As much of a message from the PBX as the caller needs. */
export interface Heard {
  /** 0 for a request. */
  readonly status: number
  readonly method: string
  readonly callId: string
  readonly to: string
  readonly text: string
}

export function hear(bytes: Buffer): Heard {
  const text = bytes.toString('latin1')
  return {
    status: text.startsWith('SIP/2.0 ') ? Number(text.slice(8, 11)) : 0,
    method: header(text, 'CSeq').split(' ')[1] ?? '',
    callId: header(text, 'Call-ID'),
    to: header(text, 'To'),
    text,
  }
}

/** The value of the first header line of this name; PJSIP writes names out in this case. */
export function header(text: string, name: string): string {
  const at = text.indexOf(`\r\n${name}: `)
  if (at < 0) return ''
  const start = at + name.length + 4
  return text.slice(start, text.indexOf('\r\n', start))
}

/** What the flow's context says: it makes it the name of the connected line, which the PBX writes into the 200. */
export function landingIn(text: string): string {
  return /^"([^"]*)"/.exec(header(text, 'P-Asserted-Identity'))?.[1] ?? ''
}

/** The answer to a request of the PBX: its BYE, above all. */
export function okTo(text: string): Buffer {
  const repeated = text.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq): /.test(line))
  return Buffer.from(['SIP/2.0 200 OK', ...repeated, 'Content-Length: 0', '', ''].join('\r\n'))
}
