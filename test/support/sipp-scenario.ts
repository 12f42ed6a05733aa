/** What one SIPp caller does, from the first INVITE to the end. */
export interface ScenarioOptions {
  /** How long it stays on an answered call before it hangs up, unless the PBX hangs up first. */
  readonly hold_ms: number
  /** How long it waits for a final answer before it cancels. */
  readonly patience_ms: number
  /** Credentials for a 401 or 407. */
  readonly login?: { readonly username: string; readonly password: string }
  /** The INVITE as a SIPp message of one's own, instead of ours. */
  readonly rawInvite?: string
}

/** Final answers that SIPp shall take as such; any other would count as unexpected and leave the call unfinished. */
const REFUSALS = [
  300, 301, 302, 305, 380, 400, 402, 403, 404, 405, 406, 408, 410, 413, 414, 415, 416, 420, 421,
]
  .concat([
    422, 423, 428, 429, 433, 436, 437, 438, 480, 481, 482, 483, 484, 485, 486, 487, 488, 491, 493, 494,
  ])
  .concat([500, 501, 502, 503, 504, 505, 513, 580, 600, 603, 604, 606, 607, 608])

const LABEL = { refused: 1, again: 2, bye: 3, end: 4, cancel: 5, refusedAgain: 6 } as const

/**
 * The scenario file. Everything that differs from call to call (numbers, headers) stays out of it and comes in as
 * SIPp's generic parameters (`-key`), whose values SIPp copies as they are: in the XML a `[` would begin a keyword
 * and `]]>` would end the text.
 */
export function scenario(options: ScenarioOptions): string {
  const steps = [
    send(options.rawInvite ?? invite(1, '')),
    ...finalAnswer(options, LABEL.refused, options.login !== undefined),
    ...answered(options, 1),
    label(LABEL.refused),
    send(ackRefusal(1), `next="${LABEL.end}"`),
    ...(options.login === undefined ? [] : withLogin(options, options.login)),
    ...cancelled(options.login === undefined ? 1 : 2),
    label(LABEL.end),
  ]
  return `<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="caller">\n${steps.join('\n')}\n</scenario>\n`
}

/** 401: ACK it, ask again with an answer to its challenge, and go on as before (RFC 3261 §22.2). */
function withLogin(
  options: ScenarioOptions,
  login: { username: string; password: string },
): readonly string[] {
  const authentication = `\n[authentication username=${login.username} password=${login.password}]`
  return [
    label(LABEL.again),
    send(ackRefusal(1)),
    send(invite(2, authentication)),
    ...finalAnswer(options, LABEL.refusedAgain, false),
    ...answered(options, 2),
    label(LABEL.refusedAgain),
    send(ackRefusal(2), `next="${LABEL.end}"`),
  ]
}

function finalAnswer(options: ScenarioOptions, refused: number, mayLogin: boolean): readonly string[] {
  // SIPp looks for the time limit at the step it stands on, which is the first of the optional ones.
  const limit = `timeout="${options.patience_ms}" ontimeout="${LABEL.cancel}"`
  const provisional = [100, 180, 181, 182, 183].map((code) => optional(code, limit))
  const challenges = [401, 407].map((code) =>
    optional(code, mayLogin ? `auth="true" next="${LABEL.again}"` : `next="${refused}"`),
  )
  const refusals = REFUSALS.map((code) => optional(code, `next="${refused}"`))
  const last = `<recv response="200" ${limit}/>`
  return [...provisional, ...challenges, ...refusals, last]
}

function answered(options: ScenarioOptions, cseq: number): readonly string[] {
  const bye = cseq === 1 ? LABEL.bye : LABEL.bye + 10
  return [
    send(ack(cseq)),
    `<recv request="BYE" timeout="${options.hold_ms}" ontimeout="${bye}"/>`,
    send(OK_TO_BYE, `next="${LABEL.end}"`),
    label(bye),
    send(request('BYE', cseq + 1)),
    // The PBX may have hung up in the same moment: its BYE crosses ours.
    `<recv request="BYE" optional="true" next="${LABEL.end}"/>`,
    optional(481, `next="${LABEL.end}"`),
    `<recv response="200" timeout="2000" ontimeout="${LABEL.end}" next="${LABEL.end}"/>`,
  ]
}

/** RFC 3261 §9.1: a CANCEL repeats the INVITE's Via and CSeq number; the INVITE then ends with 487. */
function cancelled(cseq: number): readonly string[] {
  return [
    label(LABEL.cancel),
    send(request('CANCEL', cseq, '[last_Via:]')),
    optional(200, ''),
    `<recv response="487" timeout="2000" ontimeout="${LABEL.end}"/>`,
    send(ackRefusal(cseq)),
  ]
}

function invite(cseq: number, authentication: string): string {
  return [
    'INVITE [request_uri] SIP/2.0',
    OWN_VIA,
    'From: [from_value];tag=[pid]lab[call_number]',
    'To: [to_value]',
    'Call-ID: [call_id]',
    `CSeq: ${cseq} INVITE`,
    'Contact: <sip:lab@[local_ip]:[local_port]>',
    `Max-Forwards: 70[more_headers]${authentication}`,
    'Content-Type: application/sdp',
    'Content-Length: [len]',
    '',
    // Port 9 (discard): the lab speaks no RTP, and nobody listens there.
    'v=0',
    'o=lab 1 1 IN IP[local_ip_type] [local_ip]',
    's=-',
    'c=IN IP[local_ip_type] [local_ip]',
    't=0 0',
    'm=audio 9 RTP/AVP 0 8',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:8 PCMA/8000',
    '',
  ].join('\n')
}

/** The ACK of a 200 is a request of its own (RFC 3261 §13.2.2.4) … */
function ack(cseq: number): string {
  return request('ACK', cseq)
}

/** … while that of a refusal belongs to the INVITE's transaction and repeats its Via (§17.1.1.3). */
function ackRefusal(cseq: number): string {
  return request('ACK', cseq, '[last_Via:]')
}

const OWN_VIA = 'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]'

/** From and To come back from the last answer, so that an INVITE of the test's own keeps its odd ones. */
function request(method: string, cseq: number, via = OWN_VIA): string {
  return [
    `${method} [request_uri] SIP/2.0`,
    via,
    '[last_From:]',
    '[last_To:]',
    'Call-ID: [call_id]',
    `CSeq: ${cseq} ${method}`,
    'Max-Forwards: 70',
    'Content-Length: 0',
    '',
    '',
  ].join('\n')
}

const OK_TO_BYE = [
  'SIP/2.0 200 OK',
  ...['[last_Via:]', '[last_From:]', '[last_To:]', '[last_Call-ID:]', '[last_CSeq:]'],
  'Content-Length: 0',
  '',
  '',
].join('\n')

/** SIPp's XML reader cannot continue a text after `]]>`, so that too comes in as a parameter. */
function send(message: string, attributes = ''): string {
  const retransmit = message.startsWith('ACK') || message.startsWith('SIP/2.0') ? '' : 'retrans="500"'
  return `<send ${retransmit} ${attributes}><![CDATA[\n${message.replaceAll(']]>', '[cdata_end]')}\n]]></send>`
}

function optional(code: number, attributes: string): string {
  return `<recv response="${code}" optional="true" ${attributes}/>`
}

function label(id: number): string {
  return `<label id="${id}"/>`
}
