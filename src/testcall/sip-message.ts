import { randomBytes } from 'node:crypto'

/** A SIP response, as far as a caller needs to read it. */
export interface SipResponse {
  readonly kind: 'response'
  readonly status: number
  readonly reason: string
  readonly callId: string
  readonly method: string
  /** The To header with the callee's tag, which later requests of the dialog repeat (RFC 3261 §12.1.2). */
  readonly to: string
  /** Where later requests of the dialog go; empty where the response names no contact. */
  readonly contact: string
  readonly challenge: { readonly header: string; readonly value: string } | undefined
}

/** A request that the PBX sends us within the call: its BYE, above all. */
export interface SipRequest {
  readonly kind: 'request'
  readonly method: string
  readonly callId: string
  /** The headers that a response must repeat as they came (RFC 3261 §8.2.6.2). */
  readonly repeated: readonly string[]
}

/** Everything that the requests of one call have in common. */
export interface Dialogue {
  readonly callId: string
  readonly fromTag: string
  readonly from: string
  readonly to: string
  readonly name: string
  /** `host:port` of the PBX and of ourselves. */
  readonly target: string
  readonly local: string
  readonly headers: readonly (readonly [name: string, value: string])[]
}

export const token = (): string => randomBytes(8).toString('hex')

const HEADER_LINE = /^([^\s:]+)\s*:\s*(.*)$/

/** Reads one datagram; undefined for what is no SIP message. */
export function parseMessage(text: string): SipResponse | SipRequest | undefined {
  const [head = ''] = text.split('\r\n\r\n', 1)
  const [start = '', ...lines] = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')
  const all = (...names: string[]) => lines.filter((line) => names.includes(nameOf(line)))
  const one = (...names: string[]) => textOf(all(...names)[0] ?? '')
  const callId = one('call-id', 'i')
  const response = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(start)
  const method = one('cseq').split(/\s+/)[1] ?? ''
  if (response === null) {
    const request = /^([A-Z]+) \S+ SIP\/2\.0$/.exec(start)
    if (request === null) return undefined
    const repeated = all('via', 'v', 'from', 'f', 'to', 't', 'call-id', 'i', 'cseq')
    return { kind: 'request', method: request[1] ?? '', callId, repeated }
  }
  const challenge = all('www-authenticate', 'proxy-authenticate')[0]
  return {
    kind: 'response',
    status: Number(response[1]),
    reason: response[2] ?? '',
    callId,
    method,
    to: one('to', 't'),
    contact: /<([^>]+)>/.exec(one('contact', 'm'))?.[1] ?? '',
    challenge: challenge === undefined ? undefined : { header: nameOf(challenge), value: textOf(challenge) },
  }
}

const nameOf = (line: string): string => (HEADER_LINE.exec(line)?.[1] ?? '').toLowerCase()
const textOf = (line: string): string => (HEADER_LINE.exec(line)?.[2] ?? '').trim()

/** What differs between the requests of a call. */
export interface RequestParts {
  readonly method: 'INVITE' | 'ACK' | 'CANCEL' | 'BYE'
  readonly uri: string
  readonly cseq: number
  readonly branch: string
  /** The To header of the answer, once there is one. */
  readonly to?: string | undefined
  readonly extra?: readonly string[]
  readonly body?: string
}

export function formatRequest(dialogue: Dialogue, parts: RequestParts): string {
  const { method, uri, cseq, branch, to, extra = [], body = '' } = parts
  const display = dialogue.name === '' ? '' : `"${dialogue.name.replace(/["\\]/g, '\\$&')}" `
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${dialogue.local};rport;branch=${branch}`,
    'Max-Forwards: 70',
    `From: ${display}<sip:${dialogue.from}@${dialogue.local}>;tag=${dialogue.fromTag}`,
    `To: ${to ?? `<sip:${dialogue.to}@${dialogue.target}>`}`,
    `Call-ID: ${dialogue.callId}`,
    `CSeq: ${cseq} ${method}`,
    `Contact: <sip:${dialogue.from}@${dialogue.local}>`,
    ...extra,
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n')
}

export function formatOk({ repeated }: SipRequest): string {
  return ['SIP/2.0 200 OK', ...repeated, 'Content-Length: 0', '', ''].join('\r\n')
}

/** An offer of one G.711 stream that sends nothing (RFC 3264): enough to be answered. */
export function offer(local: string): string {
  const [host = ''] = local.split(':')
  const lines = [
    'v=0',
    `o=doorman 1 1 IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    'm=audio 9 RTP/AVP 0',
    'a=inactive',
  ]
  return `${lines.join('\r\n')}\r\n`
}
