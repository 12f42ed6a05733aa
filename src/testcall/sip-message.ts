import { hash, randomBytes } from 'node:crypto'
import type { RtpStream } from './rtp.js'

export const token = (): string => randomBytes(8).toString('hex')

/** Compact forms of header names (RFC 3261 §7.3.3). */
const COMPACT: Readonly<Record<string, string>> = {
  via: 'v',
  from: 'f',
  to: 't',
  'call-id': 'i',
  contact: 'm',
}

/** The lines of a header, folded ones included; the value is the first group. */
function patternOf(name: string, flags: string): RegExp {
  return new RegExp(`^(?:${name}|${COMPACT[name] ?? name})[ \\t]*:(.*(?:\\r\\n[ \\t].*)*)`, flags)
}

/** As much of a SIP message (RFC 3261 §7) as a caller reads, when it reads it. Bytes are kept as Latin-1. */
export class SipMessage {
  /** 0 for a request. */
  readonly status: number
  readonly reason: string
  /** The method of a request, or of the request that a response answers. */
  readonly method: string
  readonly callId: string
  /** SDP, where it has any. */
  readonly body: string
  readonly #head: string

  private constructor(text: string, [, method, status = '0', reason = '']: RegExpExecArray) {
    const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s)
    this.#head = head
    this.body = body
    this.status = Number(status)
    this.reason = reason
    this.method = method ?? this.header('cseq').split(/\s+/)[1] ?? ''
    this.callId = this.header('call-id')
  }

  /** Reads one datagram; undefined for what is no SIP message. */
  static parse(bytes: Buffer): SipMessage | undefined {
    const text = bytes.toString('latin1')
    const start = /^(?:([A-Z]+) .+ SIP\/2\.0|SIP\/2\.0 (\d{3}) ?(.*))\r\n/.exec(text)
    return start === null ? undefined : new SipMessage(text, start)
  }

  /** The value of the first header of this name, which is in lower case; empty where there is none. */
  header(name: string): string {
    return patternOf(name, 'im').exec(this.#head)?.[1]?.trim() ?? ''
  }

  /** The lines of these headers, which a request or response of the same call repeats. */
  lines(...names: readonly string[]): readonly string[] {
    return names.flatMap((name) => this.#head.match(patternOf(name, 'gim')) ?? [])
  }

  get cseq(): number {
    return Number.parseInt(this.header('cseq'), 10)
  }

  /** The URI of the Contact, to which later requests of the dialog go. */
  get contact(): string | undefined {
    return /<([^>]+)>/.exec(this.header('contact'))?.[1]
  }
}

export interface InviteParts {
  /** Caller and callee: a number, or a whole URI. */
  readonly from: string
  readonly to: string
  readonly displayName?: string
  /** `From` and `To` replace the headers made of the parts above. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  /** What it hears; without it the call offers a stream that sends and receives nothing. */
  readonly media?: RtpStream | undefined
}

/** What the user agent fills in; `target` and `local` are `host:port`. */
export interface InviteIds {
  readonly callId: string
  readonly tag: string
  readonly branch: string
  readonly cseq: number
  readonly target: string
  readonly local: string
}

export const sipUri = (numberOrUri: string, host: string): string =>
  /^(sips?|tel):/i.test(numberOrUri) ? numberOrUri : `sip:${numberOrUri}@${host}`

/** An INVITE (RFC 3261 §13.2.1) with an offer of one G.711 stream (RFC 3264). */
export function formatInvite(parts: InviteParts, ids: InviteIds, authorization?: string): Buffer {
  const { from, to, displayName = '', headers = [], media } = parts
  const [host = ''] = ids.local.split(':')
  const given = (name: string) => headers.find(([key]) => key.toLowerCase() === name)?.[1]
  const display = displayName === '' ? '' : `"${displayName.replace(/["\\]/g, '\\$&')}" `
  const sdp = ['v=0', `o=doorman 1 1 IN IP4 ${host}`, 's=-', `c=IN IP4 ${host}`, 't=0 0']
    .concat(media?.offer ?? ['m=audio 9 RTP/AVP 0', 'a=inactive'], '')
    .join('\r\n')
  return format(`INVITE ${sipUri(to, ids.target)} SIP/2.0`, [
    `Via: SIP/2.0/UDP ${ids.local};rport;branch=${ids.branch}`,
    'Max-Forwards: 70',
    `From: ${given('from') ?? `${display}<${sipUri(from, host)}>`};tag=${ids.tag}`,
    `To: ${given('to') ?? `<${sipUri(to, ids.target)}>`}`,
    `Call-ID: ${ids.callId}`,
    `CSeq: ${ids.cseq} INVITE`,
    `Contact: <sip:doorman@${ids.local}>`,
    'Allow: INVITE, ACK, CANCEL, BYE',
    ...(authorization === undefined ? [] : [authorization]),
    ...headers.filter(([name]) => !/^(from|to)$/i.test(name)).map(([name, value]) => `${name}: ${value}`),
    'Content-Type: application/sdp',
    ...[`Content-Length: ${sdp.length}`, '', sdp],
  ])
}

/**
 * A request of the same call as a message, whose From, To and Call-ID it repeats.
 * @param via the value of a Via of its own; without it that of the message, as its transaction demands
 */
export function formatRequest(
  method: 'ACK' | 'CANCEL' | 'BYE',
  uri: string,
  of: SipMessage,
  { via, cseq = of.cseq }: { readonly via?: string | undefined; readonly cseq?: number } = {},
): Buffer {
  // Requests of a dialog go by the proxies that recorded themselves, the nearest one first (RFC 3261 §12.1.2).
  const recorded = of.lines('record-route').toReversed()
  const routes = recorded.map((line) => line.replace(/^[^:]*/, 'Route'))
  const vias = via === undefined ? of.lines('via') : [`Via: ${via}`, ...routes]
  const own = ['Max-Forwards: 70', `CSeq: ${cseq} ${method}`, 'Content-Length: 0', '', '']
  return format(`${method} ${uri} SIP/2.0`, [...vias, ...of.lines('from', 'to', 'call-id'), ...own], 'latin1')
}

/** The response to a request of the PBX, with what it repeats (RFC 3261 §8.2.6.2). */
export function formatOk(request: SipMessage): Buffer {
  const repeated = request.lines('via', 'from', 'to', 'call-id', 'cseq')
  return format('SIP/2.0 200 OK', [...repeated, 'Content-Length: 0', '', ''], 'latin1')
}

function format(start: string, lines: readonly string[], encoding: BufferEncoding = 'utf8'): Buffer {
  return Buffer.from([start, ...lines].join('\r\n'), encoding)
}

export interface Credentials {
  readonly username: string
  readonly password: string
}

const md5 = (text: string): string => hash('md5', text)

/**
 * The Authorization (or Proxy-Authorization) header that answers a digest challenge (RFC 2617 §3.2.2, as SIP
 * uses it in RFC 3261 §22.4). MD5 is what PBXs ask for; other algorithms give undefined.
 */
export function answerChallenge(
  challenge: { readonly header: string; readonly value: string },
  { username, password }: Credentials,
  method: string,
  uri: string,
): string | undefined {
  const asked = parameters(challenge.value)
  if ((asked.algorithm ?? 'MD5').toUpperCase() !== 'MD5') return undefined
  const { realm = '', nonce = '', opaque, qop } = asked
  const first = md5(`${username}:${realm}:${password}`)
  const second = md5(`${method}:${uri}`)
  const cnonce = randomBytes(8).toString('hex')
  const withQop = qop?.split(',').some((word) => word.trim() === 'auth') === true
  const response = md5(
    withQop ? `${first}:${nonce}:00000001:${cnonce}:auth:${second}` : `${first}:${nonce}:${second}`,
  )
  const fields = [
    `username="${username}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=MD5`,
    ...(withQop ? [`qop=auth, nc=00000001, cnonce="${cnonce}"`] : []),
    ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
  ]
  const name = challenge.header === 'proxy-authenticate' ? 'Proxy-Authorization' : 'Authorization'
  return `${name}: Digest ${fields.join(', ')}`
}

function parameters(challenge: string): Readonly<Record<string, string>> {
  const found = challenge.matchAll(/([a-z]+)\s*=\s*(?:"([^"]*)"|([^\s,]+))/gi)
  return Object.fromEntries(
    [...found].map(([, name = '', quoted, bare]) => [name.toLowerCase(), quoted ?? bare ?? '']),
  )
}
