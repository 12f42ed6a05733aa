import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Asterisk } from './asterisk.js'
import { runToEnd } from './child.js'
import { freePort } from './free-ports.js'
import { scenario } from './sipp-scenario.js'
import { type CallResult, readCalls } from './sipp-trace.js'

/** Where a caller sends from: the sample trunks know their carriers by these addresses. */
const ADDRESS_OF: Readonly<Record<string, string>> = { 'carrier-a': '127.0.0.2', 'carrier-b': '127.0.0.3' }

export interface CallOptions {
  /** The caller number as it stands in From; a whole URI (`sip:…`, `tel:…`) is taken as it is. */
  readonly from: string
  /** The number that is dialled, or a whole URI. */
  readonly to: string
  readonly displayName?: string
  /** `carrier-a` and `carrier-b` are known by their address; `1001` logs in as the sample softphone. */
  readonly trunk: string
  /** Any value is sent as it is, byte for byte in UTF-8. `From` and `To` here replace the ones made from above. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  /** How long the caller stays when answered; 200 ms by default. */
  readonly hold_ms?: number
  /** How long the caller waits for an answer before it cancels; 10 s by default. */
  readonly patience_ms?: number
  /** An INVITE of one's own, as a SIPp message (`[call_id]`, `[branch]`, `[len]` … are filled in). */
  readonly rawInvite?: string
}

export interface LoadOptions extends CallOptions {
  readonly calls: number
  readonly perSecond: number
  /** Calls at the same time, at most; 1,000 by default. */
  readonly atOnce?: number
}

/** Places one call with SIPp and resolves when it is over; rejects where SIPp itself could not do it. */
export async function placeCall(asterisk: Asterisk, options: CallOptions): Promise<CallResult> {
  const [call] = await placeCalls(asterisk, { ...options, calls: 1, perSecond: 100 })
  if (call === undefined) throw new Error('SIPp ended well but traced no call.')
  return call
}

/** Places calls at a rate, all alike; one result each, in the order in which they began. */
export async function placeCalls(asterisk: Asterisk, options: LoadOptions): Promise<readonly CallResult[]> {
  const parent = join(asterisk.folder, 'sipp')
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'call-'))
  try {
    return await runSipp(asterisk, options, folder).catch((error: Error) => {
      // Another SIPp was faster at the port that was free a moment ago: no call went out, so another port will do.
      if (!error.message.includes('Address already in use')) throw error
      return runSipp(asterisk, options, folder)
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runSipp(
  asterisk: Asterisk,
  options: LoadOptions,
  folder: string,
): Promise<readonly CallResult[]> {
  const { install } = asterisk
  if (install.sipp.length === 0)
    throw new Error('This Asterisk comes without SIPp: install sip-tester, or use a lab root.')
  const file = join(folder, 'scenario.xml')
  const { hold_ms = 200, patience_ms = 10_000 } = options
  const login = options.trunk === asterisk.softphone.username ? { login: asterisk.softphone } : {}
  const raw = options.rawInvite === undefined ? {} : { rawInvite: options.rawInvite }
  writeFileSync(file, scenario({ hold_ms, patience_ms, ...login, ...raw }))
  const limit_s = Math.ceil(options.calls / options.perSecond + (hold_ms + patience_ms) / 1_000) + 10
  const command = [...install.sipp, ...(await sippArguments(asterisk, options, folder, limit_s))]
  // TERM: SIPp draws its screen with ncurses when it has a terminal; here it has none, and must not ask for one.
  const { code, output } = await runToEnd(command, (limit_s + 5) * 1_000, {
    cwd: folder,
    env: { ...process.env, TERM: 'dumb' },
  })
  const calls = readCalls(read(join(folder, 'messages.csv')))
  if (calls.length === 0)
    throw new Error(`SIPp placed no call (exit ${code ?? 'none'}): ${complaint(folder, output)}`)
  return calls
}

async function sippArguments(asterisk: Asterisk, options: LoadOptions, folder: string, limit_s: number) {
  const address = ADDRESS_OF[options.trunk] ?? '127.0.0.1'
  const keys = Object.entries(parameters(asterisk, options, address)).flatMap(([key, value]) => [
    '-key',
    key,
    value,
  ])
  return [
    `127.0.0.1:${asterisk.ports.sip}`,
    ...[
      '-sf',
      join(folder, 'scenario.xml'),
      '-i',
      address,
      '-bind_local',
      '-p',
      String(await freePort('udp', address)),
    ],
    ...['-m', String(options.calls), '-r', String(options.perSecond), '-l', String(options.atOnce ?? 1_000)],
    ...['-cid_str', `${randomBytes(8).toString('hex')}-%u@lab`, '-timeout', `${limit_s}s`, '-nostdin', '-aa'],
    ...['-trace_shortmsg', '-shortmessage_file', join(folder, 'messages.csv')],
    ...['-trace_err', '-error_file', join(folder, 'errors.log')],
    ...keys,
  ]
}

/** What differs from call to call, by the keywords that the scenario names. */
function parameters(
  asterisk: Asterisk,
  options: CallOptions,
  address: string,
): Readonly<Record<string, string>> {
  const pbx = `127.0.0.1:${asterisk.ports.sip}`
  const given = options.headers ?? []
  const value = (name: string): string | undefined => given.find(([key]) => key.toLowerCase() === name)?.[1]
  // A registered user is known by the user part of From; a trunk's number is whatever the carrier says.
  const display =
    options.displayName === undefined ? '' : `"${options.displayName.replace(/(["\\])/g, '\\$1')}" `
  const extra = given.filter(([name]) => !['from', 'to'].includes(name.toLowerCase()))
  return {
    cdata_end: ']]>',
    request_uri: uri(options.to, pbx),
    from_value: value('from') ?? `${display}<${uri(options.from, address)}>`,
    to_value: value('to') ?? `<${uri(options.to, pbx)}>`,
    more_headers: extra.map(([name, text]) => `\r\n${name}: ${text}`).join(''),
  }
}

function uri(numberOrUri: string, host: string): string {
  return /^(sips?|tel):/i.test(numberOrUri) ? numberOrUri : `sip:${numberOrUri}@${host}`
}

function read(file: string): string {
  return existsSync(file) ? readFileSync(file, 'latin1') : ''
}

function complaint(folder: string, output: string): string {
  const errors = read(join(folder, 'errors.log')).trim()
  return (errors === '' ? output.trim() : errors).split('\n').slice(-5).join('\n')
}
