import { isUtf8 } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { HostileCaller } from './caller.js'
import { bytesOf } from './invite.js'

/** A call in which some part is a caller's text of its own. What is not given is an honest call's. */
export interface Attack {
  /** For the message of a failure. */
  readonly what: string
  /** The dialled number in plain bytes; it is percent-encoded on the wire. */
  readonly dialled?: Buffer
  /** The user of From, likewise. */
  readonly user?: Buffer
  /** The display name of From, without quotes and escapes. */
  readonly name?: Buffer
  /** Put before an honest Call-ID. */
  readonly callId?: Buffer
  readonly headers?: readonly (readonly [name: string, value: Buffer])[]
}

const text = (value: string) => Buffer.from(value)
const around = (before: string, value: Buffer, after: string) =>
  Buffer.concat([text(before), value, text(after)])

/** Every place where a caller's text goes in, by what a text makes of it there. */
export const PLACES: Readonly<Record<string, (value: Buffer) => Omit<Attack, 'what'>>> = {
  'the display name': (name) => ({ name }),
  'the caller number': (user) => ({ user }),
  'P-Asserted-Identity': (value) => ({ headers: [['P-Asserted-Identity', value]] }),
  'the name in P-Asserted-Identity': (value) => ({
    headers: [['P-Asserted-Identity', around('', quoted(value), ' <sip:+15559990000@x>')]],
  }),
  'the name in Diversion': (value) => ({
    headers: [['Diversion', around('', quoted(value), ' <sip:+15550002222@x>;reason=unconditional')]],
  }),
  Diversion: (value) => ({ headers: [['Diversion', value]] }),
  'X-VIP': (value) => ({ headers: [['X-VIP', value]] }),
  'X-Account': (value) => ({ headers: [['X-Account', value]] }),
  'X-Note': (value) => ({ headers: [['X-Note', value]] }),
  'the parameter verstat': (value) => ({
    headers: [['P-Asserted-Identity', around('<sip:+15559990000@x;verstat=', value, '>')]],
  }),
  'the Call-ID': (callId) => ({ callId }),
}

/** RFC 3261 §25.1: a quoted string, with quotes and backslashes in it escaped. */
export function quoted(value: Buffer): Buffer {
  return Buffer.from(`"${value.toString('latin1').replace(/["\\]/g, '\\$&')}"`, 'latin1')
}

/** As PJSIP itself writes a user part (RFC 3261 §25.1: unreserved and user-unreserved stay as they are). */
export function percentEncoded(value: Buffer): Buffer {
  const parts = [...value].map((byte) => {
    const sign = String.fromCharCode(byte)
    return /[0-9A-Za-z\-_.!~*'()&=+$,;?/]/.test(sign) ? sign : `%${byte.toString(16).padStart(2, '0')}`
  })
  return Buffer.from(parts.join(''))
}

/** The endpoints that attacks come from, by the address that Asterisk knows them by. */
export const ENDPOINTS = {
  'carrier-a': '127.0.0.2',
  'carrier-b': '127.0.0.3',
  anonymous: '127.0.0.4',
} as const
export type Endpoint = keyof typeof ENDPOINTS

/** Takes the calls that no other endpoint identifies. */
export const ANONYMOUS_ENDPOINT = `
[anonymous]
type = endpoint
transport = transport-udp
context = from-trunk
disallow = all
allow = ulaw,alaw
`

/** An attack as it was sent, and as it stands in Asterisk; bytes that are no UTF-8 are U+FFFD. */
export interface Sent {
  readonly endpoint: Endpoint
  readonly attack: Attack
  /** Names the call in the dialplan, as the header X-Attack. */
  readonly id: string
  readonly dialled: string
  readonly callerId: { readonly number: string; readonly name: string }
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Asterisk loses the event of a call with a Call-ID or an extension that is no UTF-8; extensions have to be clean. */
  readonly isDecidable: boolean
}

const LIMIT_MS = 4_000
const HONEST = { dialled: Buffer.from('5550001111'), user: Buffer.from('+15559990000') }

/** What Asterisk takes of a display name or a user, in bytes. */
const CALLER_ID = 79

/** Asterisk drops the parameters of a user, and tells no caller number at all that is no UTF-8. */
function callerIdOf({ user = HONEST.user, name = Buffer.of() }: Attack): Sent['callerId'] {
  const number = user.subarray(0, CALLER_ID).toString().split(';')[0] ?? ''
  return {
    number: isUtf8(user) ? number : '',
    name: isUtf8(name) ? name.subarray(0, CALLER_ID).toString() : '',
  }
}

/** A caller at each endpoint. */
export class Attackers {
  private constructor(readonly callers: Readonly<Record<Endpoint, HostileCaller>>) {}

  static async open(pbxPort: number): Promise<Attackers> {
    const open = (endpoint: Endpoint) => HostileCaller.open(ENDPOINTS[endpoint], pbxPort)
    const [a, b, anonymous] = [await open('carrier-a'), await open('carrier-b'), await open('anonymous')]
    return new Attackers({ 'carrier-a': a, 'carrier-b': b, anonymous })
  }

  close(): void {
    for (const caller of Object.values(this.callers)) caller.close()
  }

  async send(attack: Attack, endpoint: Endpoint): Promise<Sent> {
    const id = randomBytes(6).toString('hex')
    const caller = this.callers[endpoint]
    const { dialled, user } = { ...HONEST, ...attack }
    const name =
      attack.name === undefined ? Buffer.of() : Buffer.concat([quoted(attack.name), Buffer.from(' ')])
    const from = Buffer.concat([
      name,
      Buffer.from('<sip:'),
      percentEncoded(user),
      Buffer.from('@lab.example>'),
    ])
    const callId = Buffer.concat([attack.callId ?? Buffer.of(), Buffer.from(`${id}@lab`)])
    const given = attack.headers ?? []
    const headers = [...given, ['X-Attack', Buffer.from(id)] as const]
    const bytes = bytesOf(
      {
        requestUser: percentEncoded(dialled),
        ...{ from, callId, lineEnd: '\r\n', contentLength: undefined },
        headers: headers.map(([key, value]) => Buffer.concat([Buffer.from(`${key}: `), value])),
      },
      id,
      caller.origin,
    )
    await caller.call(bytes, callId.toString('latin1'), LIMIT_MS)
    // PJSIP writes a percent sign of a user as it is.
    const shown = `${name}<sip:${percentEncoded(user).toString().replaceAll('%25', '%')}@lab.example>;tag=${id}`
    return {
      ...{ endpoint, attack, id, dialled: dialled.toString(), callerId: callerIdOf(attack) },
      headers: [['From', shown], ...given.map(([key, value]) => [key, value.toString()] as const)],
      isDecidable: isUtf8(callId) && /^[0-9A-Za-z+*#._-]+$/.test(dialled.toString()),
    }
  }
}
