import type { Briefing } from '../../src/asterisk/dialplan/briefing.js'
import { PbxError } from '../../src/asterisk/pbx.js'
import type { FakeChannel } from './fake-pbx.js'

/** One part of a read: `${URIENCODE(${…})}`. */
const PART = /^\$\{URIENCODE\(\$\{([^{}$&]+)\}\)\}$/

/** Asterisk refuses a longer HTTP request line with 400 (seen on 16.28 and 22.10). */
export const LONGEST_REQUEST_LINE = 4_096

/** The line in which an expression goes to ARI. */
export function requestLine(channelId: string, expression: string): string {
  const variable = encodeURIComponent(expression)
  return `GET /ari/channels/${encodeURIComponent(channelId)}/variable?variable=${variable} HTTP/1.1\r\n`
}

/**
 * Evaluates what `channel-read.ts` writes, as Asterisk would, and refuses everything else: the parts between the
 * `&` of one `EVAL`, each a header, a list of header names, or a variable, percent-encoded.
 */
export function evaluate(expression: string, channel: FakeChannel): string {
  if (expression.startsWith('PJSIP_HEADER(')) return plainHeader(expression, channel)
  const inner = /^EVAL\((.*)\)$/s.exec(expression)?.[1]
  if (inner === undefined || requestLine(channel.id, expression).length > LONGEST_REQUEST_LINE) {
    throw new PbxError('refused', `Unable to read provided function: ${expression}`)
  }
  return inner
    .split('&')
    .map((part) => keptHeader(part, channel) ?? uriEncode(partValue(part, channel)))
    .join('&')
}

/** What the entry context kept is percent-encoded already. */
function keptHeader(part: string, { variables }: FakeChannel): string | undefined {
  const name = /^\$\{(DOORMAN_HEADER_\d+)\}$/.exec(part)?.[1]
  return name === undefined ? undefined : (variables.get(name) ?? '&')
}

function partValue(part: string, channel: FakeChannel): string | Buffer {
  const wanted = PART.exec(part)?.[1]
  if (wanted === undefined) throw new PbxError('refused', `This is no part of a read: ${part}`)
  const call = /^([A-Z_]+)\((.*)\)$/.exec(wanted)
  const [, name = '', args = ''] = call ?? []
  return call === null ? (channel.variables.get(wanted) ?? '') : functionValue(name, args, channel)
}

function functionValue(name: string, args: string, channel: FakeChannel): string | Buffer {
  const isPjsip = channel.name.startsWith('PJSIP/')
  if (name === 'CHANNEL') return isPjsip ? channelValue(args, channel) : ''
  if (name === 'PJSIP_HEADER') return isPjsip ? headerValue(args, channel) : ''
  // Over ARI this one takes Asterisk down where the caller has just hung up: nobody may ask it.
  if (name === 'PJSIP_HEADERS') throw new PbxError('unreachable', 'Asterisk is gone')
  return channel.variables.get(`${name}(${args})`) ?? ''
}

function channelValue(args: string, { endpoint, sipCallId }: FakeChannel): string {
  return args === 'endpoint' ? endpoint : args === 'pjsip,call-id' ? sipCallId : ''
}

function headerValue(args: string, { headers }: FakeChannel): string | Buffer {
  const [action, name = '', instance = '1'] = args.split(',')
  if (action !== 'read') throw new PbxError('refused', `PJSIP_HEADER(${args})`)
  const found = headers.filter(([other]) => other.toLowerCase() === name.toLowerCase())
  return found[Number(instance) - 1]?.[1] ?? ''
}

/** Read for itself, a header that is not there is refused, and an empty one is an empty text. */
function plainHeader(expression: string, { headers }: FakeChannel): string {
  const [, wanted = ''] = /^PJSIP_HEADER\(read,([^,]+),1\)$/.exec(expression) ?? []
  const found = headers.find(([name]) => name.toLowerCase() === wanted.toLowerCase())
  if (found === undefined) throw new PbxError('refused', 'Unable to read provided function')
  return String(found[1])
}

/** What the entry context tells of a channel: here, in the call's own thread, names may be listed. */
export function briefed({ id, expression }: Briefing, channel: FakeChannel): readonly string[] {
  const texts = expression.split('&').map((part) => {
    const prefix = /^\$\{URIENCODE\(\$\{PJSIP_HEADERS\((.*)\)\}\)\}$/.exec(part)?.[1]?.toLowerCase()
    if (prefix === undefined) return uriEncode(partValue(part, channel))
    const names = channel.headers.map(([name]) => name)
    return uriEncode(names.filter((name) => name.toLowerCase().startsWith(prefix)).join(','))
  })
  return [id, texts.join('&'), '.']
}

/** What the entry context keeps for flow functions: the names, and the first two headers of each. */
export function keptHeaders({
  headers,
}: Pick<FakeChannel, 'headers'>): readonly (readonly [string, string])[] {
  const names = [...new Map(headers.map(([name]) => [name.toLowerCase(), name])).values()]
  const kept = names.map((name, index): [string, string] => {
    const values = headers
      .filter(([other]) => other.toLowerCase() === name.toLowerCase())
      .map(([, value]) => value)
    return [`DOORMAN_HEADER_${index + 1}`, [uriEncode(values[0] ?? ''), uriEncode(values[1] ?? '')].join('&')]
  })
  return [['DOORMAN_HEADERS', names.join(',')], ...kept]
}

/** Asterisk's `URIENCODE`: everything but letters, digits and the marks of RFC 2396 §2.3, byte by byte. */
export function uriEncode(value: string | Buffer): string {
  return [...Buffer.from(value as string)]
    .map((byte) => {
      const char = String.fromCharCode(byte)
      return /[A-Za-z0-9\-_.!~*'()]/.test(char)
        ? char
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}
