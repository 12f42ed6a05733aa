import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Asterisk } from './asterisk.js'
import { ADDRESS_OF, type PlacedCall } from './calls.js'
import { runToEnd } from './child.js'
import { freePort } from './free-ports.js'

export interface LoadOptions {
  readonly from: string
  readonly to: string
  readonly trunk: string
  /** How long each caller stays when answered; 200 ms by default. */
  readonly hold_ms?: number
  readonly calls: number
  readonly perSecond: number
}

type LoadCall = Omit<PlacedCall, 'ms'>

/** Longer than any flow of a test takes to answer. */
const LIMIT_S = 20

/** Places calls at a rate with SIPp; one result each, in the order in which they began. */
export async function placeCalls(asterisk: Asterisk, options: LoadOptions): Promise<readonly LoadCall[]> {
  return runSipp(asterisk, options).catch((error: Error) => {
    // Another program was faster at the port that was free a moment ago: no call went out, so another port will do.
    if (!error.message.includes('Address already in use')) throw error
    return runSipp(asterisk, options)
  })
}

async function runSipp(asterisk: Asterisk, options: LoadOptions): Promise<readonly LoadCall[]> {
  if (asterisk.install.sipp.length === 0) throw new Error('This Asterisk comes without SIPp (sip-tester).')
  const parent = join(asterisk.folder, 'sipp')
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'run-'))
  try {
    writeFileSync(join(folder, 'scenario.xml'), scenario(options))
    const address = ADDRESS_OF[options.trunk] ?? ''
    const limit_s = Math.ceil(options.calls / options.perSecond + (options.hold_ms ?? 200) / 1_000) + LIMIT_S
    const command = [
      ...asterisk.install.sipp,
      ...[`127.0.0.1:${asterisk.ports.sip}`, '-sf', 'scenario.xml', '-nostdin', '-timeout', `${limit_s}s`],
      ...['-i', address, '-bind_local', '-p', String(await freePort('udp', address))],
      ...['-m', String(options.calls), '-r', String(options.perSecond), '-l', '1000'],
      ...['-cid_str', `${randomBytes(8).toString('hex')}-%u@sipp`],
      ...['-trace_shortmsg', '-shortmessage_file', 'messages.csv', '-trace_err', '-error_file', 'errors.log'],
    ]
    // TERM: SIPp draws its screen with ncurses when it has a terminal; here it has none, and must not ask for one.
    const env = { ...process.env, TERM: 'dumb' }
    const { code, output } = await runToEnd(command, (limit_s + 5) * 1_000, { cwd: folder, env })
    const read = (name: string) =>
      existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'latin1') : ''
    const calls = readCalls(read('messages.csv'))
    if (calls.length > 0) return calls
    throw new Error(`SIPp placed no call (exit ${code ?? 'none'}): ${read('errors.log') || output}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function scenario({ from, to, hold_ms = 200 }: LoadOptions): string {
  const via = 'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]'
  const request = (method: string, cseq: number, lines: readonly string[], body: readonly string[] = []) =>
    [
      `${method} sip:${to}@[remote_ip]:[remote_port] SIP/2.0`,
      ...lines,
      ...['Call-ID: [call_id]', `CSeq: ${cseq} ${method}`, 'Max-Forwards: 70'],
      ...['Contact: <sip:lab@[local_ip]:[local_port]>', 'Content-Type: application/sdp'],
      ...['Content-Length: [len]', '', ...body],
    ].join('\n')
  const send = (message: string, attributes = '') => `<send ${attributes}><![CDATA[\n${message}\n]]></send>`
  const own = [via, `From: <sip:${from}@[local_ip]>;tag=[call_number]`, `To: <sip:${to}@[remote_ip]>`]
  const inDialog = [via, '[last_From:]', '[last_To:]']
  const refused = [400, 403, 404, 480, 486, 488, 500, 503, 603]
  const sdp = ['v=0', 'o=lab 1 1 IN IP4 [local_ip]', 's=-', 'c=IN IP4 [local_ip]', 't=0 0']
  return [
    '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="caller">',
    send(request('INVITE', 1, own, [...sdp, 'm=audio 9 RTP/AVP 0', '']), 'retrans="500"'),
    ...[100, 180, 183].map((code) => `<recv response="${code}" optional="true"/>`),
    ...refused.map((code) => `<recv response="${code}" optional="true" next="1"/>`),
    '<recv response="200"/>',
    send(request('ACK', 1, inDialog)),
    `<recv request="BYE" timeout="${hold_ms}" ontimeout="2"/>`,
    send(
      'SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\n\n',
      'next="3"',
    ),
    '<label id="2"/>',
    send(request('BYE', 2, inDialog), 'retrans="500"'),
    '<recv response="200" timeout="2000" ontimeout="3" next="3"/>',
    '<label id="1"/>',
    send(request('ACK', 1, ['[last_Via:]', '[last_From:]', '[last_To:]'])),
    '<label id="3"/>',
    '</scenario>',
  ].join('\n')
}

/** A line of the trace: date, time, seconds, S(ent) or R(eceived), Call-ID, CSeq, first line; parted by tabs. */
function readCalls(trace: string): readonly LoadCall[] {
  const calls = new Map<string, LoadCall>()
  for (const line of trace.split('\n')) {
    const [, , , direction, callId = '', cseq = '', first = ''] = line.split('\t')
    if (callId === '') continue
    const known = calls.get(callId) ?? { callId, status: undefined, hungUpBy: undefined }
    const status = Number(/^SIP\/2\.0 ([2-6]\d\d)/.exec(first)?.[1] ?? Number.NaN)
    if (direction === 'R' && cseq.trim().endsWith('INVITE') && !Number.isNaN(status))
      calls.set(callId, { ...known, status: known.status ?? status })
    else if (first.startsWith('BYE '))
      calls.set(callId, { ...known, hungUpBy: known.hungUpBy ?? (direction === 'S' ? 'caller' : 'pbx') })
    else calls.set(callId, known)
  }
  return [...calls.values()]
}
