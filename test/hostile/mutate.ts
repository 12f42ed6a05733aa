import { bytesOf, type Draft, draft, type Origin } from './invite.js'
import type { Random } from './random.js'

/** What UDP carries over IPv4 in one datagram. */
const MOST_BYTES = 65_507

export interface Hostile {
  readonly id: string
  readonly callId: string
  readonly bytes: Buffer
}

type Payloads = readonly [Buffer, ...Buffer[]]
type Mutation = (message: Draft, random: Random, payload: Buffer) => void

const line = (...parts: readonly (string | Buffer)[]) => Buffer.concat(parts.map((part) => Buffer.from(part)))

const LOOKED_AT = ['X-Note', 'X-VIP', 'P-Asserted-Identity', 'Diversion', 'X-Account'] as const
const OTHERS = [
  'Subject',
  'User-Agent',
  'Reason',
  'Privacy',
  'Identity',
  'History-Info',
  'Supported',
  'x',
  's',
] as const
const SIZES = [255, 1_023, 1_300, 4_095, 4_096, 8_192, 16_384, 32_000, 60_000] as const

/** Every way in which a caller may leave the path; several may be taken with one message. */
const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  (message, random, payload) => void message.headers.push(line(random.pick(LOOKED_AT), ': ', payload)),
  (message, random, payload) => void message.headers.unshift(line(random.pick(LOOKED_AT), ': ', payload)),
  (message, random, payload) => void message.headers.push(line(random.pick(OTHERS), ': ', payload)),
  (message, _random, payload) => void message.headers.push(line('X-', payload, ': gold')),
  (message, _random, payload) => void message.headers.push(line(payload, ': gold')),
  (message, random) => void message.headers.push(line(`X-${'n'.repeat(random.pick(SIZES))}: gold`)),
  (message, _random, payload) => {
    message.from = line(
      '"',
      payload.toString('latin1').replace(/["\\]/g, '\\$&'),
      '" <sip:+15551234567@carrier.example>',
    )
  },
  (message, _random, payload) => {
    message.from = line(payload, ' <sip:+15551234567@carrier.example>')
  },
  (message, random, payload) => {
    message.from = line('<sip:', random.chance(0.5) ? payload : percent(payload), '@carrier.example>')
  },
  (message, random, payload) => {
    message.requestUser = line(
      random.pick(['', '1', 'sales']),
      random.chance(0.5) ? payload : percent(payload),
    )
  },
  (message, random, payload) => {
    message.callId = random.chance(0.5) ? line(payload, message.callId) : line(message.callId, payload)
  },
  (message, random, payload) => {
    const filler = Buffer.alloc(random.pick(SIZES), payload.length === 0 ? 'x' : payload)
    message.headers.push(line(random.pick(LOOKED_AT), ': ', filler))
  },
  (message, random, payload) => {
    const name = random.pick(LOOKED_AT)
    for (let count = random.below(60); count > 0; count--) message.headers.push(line(name, ': ', payload))
  },
  (message, random) => {
    for (let count = random.below(300); count > 0; count--)
      message.headers.push(line(`X-H${count}: ${count}`))
  },
  (message, random, payload) => {
    const fold = random.pick(['\r\n ', '\r\n\t', '\n ', '\r ', '\r\n'])
    message.headers.push(line(random.pick(LOOKED_AT), fold, ':', fold, payload, fold, 'more'))
  },
  (message, random) => {
    message.lineEnd = random.pick(['\n', '\r', '\r\n\r\n', '\n\r'])
  },
  (message, random) => {
    message.contentLength = random.pick(['0', '-1', '4294967295', '999999', '1', 'x', ''])
  },
  (message, random) => {
    const twice = [
      'From: <sip:1@x>;tag=2',
      'To: <sip:1@x>',
      'CSeq: -1 INVITE',
      'Call-ID: x',
      'Via: x',
      'Max-Forwards: 0',
    ]
    message.headers.push(line(random.pick(twice as [string, ...string[]])))
  },
]

/** One message, changed in one to four ways. */
export function hostile(
  random: Random,
  payloads: Payloads,
  mark: string,
  index: number,
  origin: Origin,
): Hostile {
  const id = `${mark}${index}`
  const message = draft(random, id)
  for (let count = 1 + random.below(4); count > 0; count--) {
    random.pick(MUTATIONS)(message, random, random.pick(payloads))
  }
  const whole = bytesOf(message, id, origin)
  const damaged = random.chance(0.15) ? damage(whole, random) : whole
  return { id, callId: message.callId.toString('latin1'), bytes: damaged.subarray(0, MOST_BYTES) }
}

/** Turns some bytes into others, or cuts the end off. */
function damage(bytes: Buffer, random: Random): Buffer {
  if (random.chance(0.3)) return bytes.subarray(0, random.below(bytes.length))
  const copy = Buffer.from(bytes)
  for (let count = 1 + random.below(20); count > 0; count--)
    copy[random.below(copy.length)] = random.below(256)
  return copy
}

function percent(payload: Buffer): string {
  return [...payload].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
}
