import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { compile } from '../flows/compile.js'
import type { Revision } from '../flows/revision.js'
import { safeJson } from '../lib/safe-text.js'
import { ariAccess, type Settings } from '../settings/index.js'
import { canonicalName } from '../sip/headers.js'
import { CallObserver, type CallResult } from '../testcall/call-observer.js'
import type { Credentials } from '../testcall/digest.js'
import { forgedHeaders, isUnidentified, verdictOn } from '../testcall/forged.js'
import { howToBeIdentified, readIdentified } from '../testcall/identification.js'
import { type SipAnswer, SipUserAgent } from '../testcall/user-agent.js'
import {
  EXIT,
  FLOWS_OPTION,
  HEADER_OPTION,
  type Header,
  JSON_OPTION,
  printResult,
  Refusal,
  settingsFor,
} from './command.js'

interface Options {
  readonly from: string
  readonly to: string
  readonly name: string
  readonly header: readonly Header[]
  readonly target?: string
  readonly local?: string
  readonly forged?: true
  readonly json?: true
}

/** How long a call may take to reach a flow; Doorman and its dialplan need two seconds at most. */
const RESULT_MS = 8_000

/** How long a flow may take to answer; Answer() alone waits half a second for audio. */
const ANSWER_MS = 1_500

/** On a machine of its own the PBX knows no trunk by this address, unless its `match` takes everybody. */
const STRANGER = '127.66.66.66'

export function addCall(program: Command): void {
  program
    .command('call')
    .description('place one real SIP call (UDP) at the PBX and say which context it reached')
    .requiredOption('--from <number>', 'caller number')
    .requiredOption('--to <number>', 'number to dial')
    .option('--name <text>', 'caller name', '')
    .option(...HEADER_OPTION)
    .option('--target <host:port>', 'SIP address of the PBX (or DOORMAN_SIP_TARGET)')
    .option(
      '--local <address>',
      'address to call from, by which the PBX identifies the trunk (or DOORMAN_SIP_LOCAL)',
    )
    .option(
      '--forged',
      'call from an address that is no trunk, with VIP headers, and exit with 1 if they are believed',
    )
    .option(...FLOWS_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: Options, command: Command) => {
      process.exitCode = await placeCall(settingsFor(command, 'ari'), options)
    })
}

/** What is sent, and from where. */
interface Plan {
  readonly target: string
  readonly local: string | undefined
  readonly headers: readonly Header[]
  readonly credentials: Credentials | undefined
  readonly revision: Revision | undefined
}

async function placeCall(settings: Settings, options: Options): Promise<number> {
  const plan = await planOf(settings, options)
  const agent = await openUserAgent(plan, options)
  try {
    const { headers, credentials } = plan
    const { from, to, name: displayName } = options
    const call = agent.call({ from, to, displayName, headers, credentials })
    const observer = await CallObserver.open(ariAccess(settings), call.callId).catch((error: Error) => {
      throw new Refusal('ari_unreachable', error.message)
    })
    call.start()
    const result = await within(RESULT_MS, [observer.result, refused(call.answer)])
    const sipAnswer = await within(result === undefined ? 0 : ANSWER_MS, [call.answer])
    observer.close()
    call.hangUp()
    await call.result
    return await report(settings, options, {
      ...plan,
      callId: call.callId,
      local: agent.local,
      sipAnswer,
      result,
    })
  } finally {
    agent.close()
  }
}

async function planOf(settings: Settings, options: Options): Promise<Plan> {
  const compiled = await compile(settings.DOORMAN_FLOWS)
  const revision = compiled.ok ? compiled.revision : undefined
  const { header } = options
  const target = options.target ?? settings.DOORMAN_SIP_TARGET
  if (options.forged) {
    const local = options.local ?? (target.startsWith('127.') ? STRANGER : undefined)
    const headers = header.length > 0 ? header : forgedHeaders(options.from, revision?.routing)
    return { target, local, revision, credentials: undefined, headers }
  }
  const local = options.local ?? settings.DOORMAN_SIP_LOCAL
  const { DOORMAN_SIP_USERNAME: username, DOORMAN_SIP_PASSWORD: password } = settings
  const credentials = username === undefined || password === undefined ? undefined : { username, password }
  // By default PJSIP looks for the address first, and then for the user in From (endpoint_identifier_order).
  const isNamed = credentials !== undefined && options.local === undefined
  const headers = isNamed ? namedHeaders(options, credentials, target) : header
  return { target, local, revision, credentials, headers }
}

/** From names the endpoint, so that the number of the caller travels in P-Asserted-Identity (RFC 3325). */
function namedHeaders(
  { header, from, name }: Options,
  { username }: Credentials,
  target: string,
): readonly Header[] {
  const host = target.split(':')[0]
  const display = name === '' ? '' : `"${name.replace(/["\\]/g, '\\$&')}" `
  const own: readonly Header[] = [
    ['From', `${display}<sip:${username}@${host}>`],
    ['P-Asserted-Identity', `<sip:${from}@${host}>`],
  ]
  return [...own.filter(([name]) => !has(header, name)), ...header]
}

function has(headers: readonly Header[], name: string): boolean {
  return headers.some(([one]) => canonicalName(one) === canonicalName(name))
}

async function openUserAgent({ target, local }: Plan, options: Options): Promise<SipUserAgent> {
  for (const text of [options.from, options.to]) {
    if (!/^[^\s<>@"]+$/.test(text))
      throw new Refusal('usage', `"${text}" cannot be called: give a number or a name.`)
  }
  return SipUserAgent.open(target, local).catch((error: Error) => {
    throw new Refusal(
      'sip_unreachable',
      `No call can be placed at ${target} from ${local ?? 'here'}: ${error.message}`,
    )
  })
}

/** The first promise to settle; undefined when the time is up. */
async function within<T>(ms: number, promises: readonly Promise<T | undefined>[]): Promise<T | undefined> {
  return Promise.race([...promises, sleep(ms, undefined, { ref: false })])
}

/** Resolves if the PBX refuses the call, which then reaches no flow. */
function refused(answer: Promise<SipAnswer>): Promise<undefined> {
  return new Promise((resolve) => {
    void answer.then(({ status }) => (status >= 300 ? resolve(undefined) : undefined))
  })
}

interface Placed extends Plan {
  readonly callId: string
  /** `address:port` of the caller. */
  readonly local: string
  readonly sipAnswer: SipAnswer | undefined
  readonly result: CallResult | undefined
}

async function report(settings: Settings, options: Options, placed: Placed): Promise<number> {
  const { from, to } = options
  const { callId, sipAnswer, result, local: source, revision } = placed
  const { status, reason, ms = 0 } = sipAnswer ?? {}
  const answer = sipAnswer === undefined ? null : { status, reason, ms: Math.round(ms) }
  const address = source.split(':')[0] ?? ''
  const forged = options.forged && verdictOn({ ...placed, address, routing: revision?.routing })
  const outcome =
    result === undefined ? nowhere(await whyNowhere(settings, placed, address)) : landed(result, placed)
  const lines = [
    ...(forged ? [`forged    ${forged.says}`] : []),
    ...(forged?.verdict === 'refused' ? [] : outcome),
    `call      ${from} to ${to}, from ${source}, Call-ID ${callId}`,
    ...placed.headers.map(([name, value]) => `          ${name}: ${value}`),
    `answer    ${answer === null ? 'none yet' : `${status} ${reason} after ${answer.ms} ms`}`,
  ]
  const value = {
    from,
    to,
    callId,
    answer,
    landed: result ?? null,
    ...(forged && { forged: forged.verdict }),
  }
  const next = result?.throughFallback
    ? 'doorman doctor says why Doorman did not take it'
    : `doorman why ${callId}`
  printResult(options, value, lines.join('\n'), result && next)
  const isOk = forged ? forged.verdict !== 'believed' : result !== undefined
  return isOk ? EXIT.ok : EXIT.failed
}

function landed(result: CallResult, { credentials, headers }: Placed): string[] {
  const { username } = credentials ?? {}
  const isNamed = username !== undefined && has(headers, 'P-Asserted-Identity')
  return [
    `landed    ${result.context}${result.throughFallback ? ', through doorman-fallback' : ''}`,
    `trunk     ${result.trunk ?? '-'}`,
    ...(isNamed
      ? [`caller    ${username}, as PJSIP looks for the endpoint in From. ${numberOf(username)}`]
      : []),
    `flow      ${result.flow || '-'}`,
    `rule      ${result.rule}`,
    `state     ${safeJson(result.state)}`,
  ]
}

const numberOf = (username: string) =>
  `The number is in P-Asserted-Identity, which counts if ${username} has trust_id_inbound=yes, or is trusted for ` +
  'P-Asserted-Identity in routing.yaml.'

function nowhere([first, ...more]: readonly string[]): readonly string[] {
  return [`landed    nowhere: ${first}`, ...more.map((line) => `          ${line}`)]
}

/** Why the call reached no flow, and what to do about it. */
async function whyNowhere(
  settings: Settings,
  { sipAnswer, credentials, revision, target }: Placed,
  address: string,
): Promise<readonly string[]> {
  if (sipAnswer === undefined)
    return [`${target} does not answer. Give the SIP address of the PBX: --target host:port.`]
  const { status, reason } = sipAnswer
  if (!isUnidentified(status))
    return ['no context behind Doorman. Does the trunk’s context send its calls to "doorman"?']
  if (credentials !== undefined)
    return [
      `the PBX refuses ${credentials.username} with its password (${status} ${reason}).`,
      'DOORMAN_SIP_USERNAME must be the name of a PJSIP endpoint, and the user of its section with type=auth.',
    ]
  const trunks = [...(revision?.routing.trust.keys() ?? [])]
  return [
    `the PBX knows no trunk by ${address} (${status} ${reason}).`,
    ...howToBeIdentified(address, await readIdentified(ariAccess(settings)), trunks),
    'Or set DOORMAN_SIP_USERNAME and DOORMAN_SIP_PASSWORD of a PJSIP endpoint.',
  ]
}
