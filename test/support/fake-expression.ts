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
  const inner = /^EVAL\((.*)\)$/s.exec(expression)?.[1]
  if (inner === undefined || requestLine(channel.id, expression).length > LONGEST_REQUEST_LINE) {
    throw new PbxError('refused', `Unable to read provided function: ${expression}`)
  }
  return inner
    .split('&')
    .map((part) => uriEncode(partValue(part, channel)))
    .join('&')
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
  if (name === 'PJSIP_HEADERS') return isPjsip ? listedNames(args, channel) : ''
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

function listedNames(prefix: string, { headers }: FakeChannel): string {
  const names = headers.map(([name]) => name)
  return names.filter((name) => name.toLowerCase().startsWith(prefix.toLowerCase())).join(',')
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
