import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { encodeWaveFromFloat32Channels } from '@echogarden/wave-codec'
import { InvalidArgumentError } from 'commander'
import { compile } from '../flows/compile.js'
import { safeJson } from '../lib/text.js'
import { ariAccess, type Settings } from '../settings/index.js'
import { sipTarget } from '../settings/schema.js'
import { canonicalName } from '../sip/headers.js'
import { CallObserver, type CallResult } from '../testcall/call-observer.js'
import {
  forgedHeaders,
  howToBeIdentified,
  isUnidentified,
  readIdentified,
  verdictOn,
} from '../testcall/identification.js'
import { RtpStream, SAMPLE_RATE } from '../testcall/rtp.js'
import { type SipAnswer, SipUserAgent } from '../testcall/user-agent.js'
import { type DoormanCommand, EXIT, type Header, printResult, Refusal } from './command.js'

interface Options {
  readonly from: string
  readonly to: string
  readonly name?: string
  readonly header?: readonly Header[]
  readonly target?: string
  readonly local?: string
  readonly forged?: true
  readonly record?: string
  readonly json?: true
}

/** How long a call may take to reach a flow; Doorman and its dialplan need two seconds at most. */
const RESULT_MS = 8_000

/** A greeting comes before the flow, and has a minute at most. */
const GREETING_MS = 60_000

/** So much of a call is recorded. */
const RECORD_MS = 30_000

/** How long a flow may take to answer; Answer() alone waits half a second for audio. */
const ANSWER_MS = 1_500

/** On a machine of its own the PBX knows no trunk by this address, unless its `match` takes everybody. */
const STRANGER = '127.66.66.66'

export function addCall(program: DoormanCommand): void {
  program
    .command('call')
    .description('place one real SIP call (UDP) at the PBX and say which context it reached')
    .requiredOption('--from <number>', 'caller number', parseUser)
    .requiredOption('--to <number>', 'number to dial', parseUser)
    .option('--name <text>', 'caller name')
    .takes('header')
    .option('--target <host:port>', 'SIP address of the PBX (or DOORMAN_SIP_TARGET)', parseTarget)
    .option(
      '--local <address>',
      'address to call from, by which the PBX identifies the trunk (or DOORMAN_SIP_LOCAL)',
    )
    .option(
      '--forged',
      'call from an address that is no trunk, with VIP headers, and exit with 1 if they count',
    )
    .option('--record <file.wav>', 'stay until the PBX hangs up, 30 seconds at most, and write what is heard')
    .takes('flows', 'json')
    .does('ari', placeCall)
}

/** It becomes a part of a SIP URI. */
function parseUser(text: string): string {
  if (/^[^\s<>@"]+$/.test(text)) return text
  throw new InvalidArgumentError('Give a number or a name.')
}

function parseTarget(text: string): string {
  const { data, error } = sipTarget.safeParse(text)
  if (data !== undefined) return data
  throw new InvalidArgumentError(`It ${error?.issues[0]?.message}.`)
}

/** The user agent sets them, and the call would not come about with others. */
const OWN_HEADERS = ['via', 'cseq', 'call-id', 'max-forwards', 'content-type', 'content-length']

async function placeCall(settings: Settings, options: Options): Promise<number> {
  const own = options.header?.find(([name]) => OWN_HEADERS.includes(canonicalName(name)))
  if (own !== undefined)
    throw new Refusal('usage', `${own[0]} is in every call and cannot be given by --header.`)
  const plan = await planOf(settings, options)
  const agent = await openUserAgent(plan.target, plan.local)
  const media = options.record === undefined ? undefined : await RtpStream.open(addressOf(agent.local))
  let observer: CallObserver | undefined
  try {
    const call = agent.call({ ...plan, media, to: options.to, displayName: options.name ?? '' })
    observer = await CallObserver.open(ariAccess(settings), call.callId).catch((error: Error) => {
      throw new Refusal('ari_unreachable', error.message)
    })
    call.start()
    const landed = observer.result.then(() => undefined)
    const answer = await Promise.race([landed, call.answer, noneAfter(RESULT_MS)])
    // A call that the PBX refuses reaches no flow; one that it answers may hear a greeting before.
    const isRefused = answer !== undefined && answer.status >= 300
    const patience = noneAfter(answer === undefined ? 0 : GREETING_MS)
    const result = isRefused ? undefined : await Promise.race([observer.result, patience])
    const sipAnswer = answer ?? (await Promise.race([call.answer, noneAfter(result ? ANSWER_MS : 0)]))
    observer.close()
    if (media !== undefined) await Promise.race([call.result, noneAfter(RECORD_MS)])
    call.hangUp()
    await call.result
    const recorded = media && options.record && (await writeSound(media.samples, options.record))
    const address = addressOf(agent.local)
    const placed = { ...plan, callId: call.callId, source: agent.local, address, sipAnswer, result, recorded }
    return await report(settings, options, placed)
  } finally {
    observer?.close()
    agent.close()
    media?.close()
  }
}

const addressOf = (local: string): string => local.split(':')[0] ?? ''

/** @returns what was written, for people. */
async function writeSound(samples: Int16Array, file: string): Promise<string> {
  if (samples.length === 0) return 'nothing, as the PBX sent no audio'
  const sound = Float32Array.from(samples, (sample) => sample / 2 ** 15)
  await writeFile(file, encodeWaveFromFloat32Channels([sound], SAMPLE_RATE))
  return `${file}, ${(samples.length / SAMPLE_RATE).toFixed(1)} s`
}

const noneAfter = (ms: number) => sleep(ms, undefined, { ref: false })

/** What is sent, and from where; `from` is who stands in From. */
async function planOf(settings: Settings, options: Options) {
  const { header = [], from, target = settings.DOORMAN_SIP_TARGET } = options
  const compiled = await compile(settings.DOORMAN_FLOWS)
  const revision = compiled.ok ? compiled.revision : undefined
  if (options.forged) {
    const local = options.local ?? (target.startsWith('127.') ? STRANGER : undefined)
    const headers = header.length > 0 ? header : forgedHeaders(from, revision?.routing)
    return { target, local, from, revision, credentials: undefined, headers }
  }
  const { DOORMAN_SIP_USERNAME: username, DOORMAN_SIP_PASSWORD: password } = settings
  const local = options.local ?? settings.DOORMAN_SIP_LOCAL
  const credentials = username === undefined || password === undefined ? undefined : { username, password }
  const plan = { target, local, from, revision, credentials, headers: header }
  if (credentials === undefined || options.local !== undefined) return plan
  // By default PJSIP looks for the address first, and then for the user in From (endpoint_identifier_order). So From
  // names the endpoint, and the number of the caller travels in P-Asserted-Identity (RFC 3325).
  const asserted: Header = [ASSERTED, `<sip:${from}@${target.split(':')[0]}>`]
  const headers = names(header, ASSERTED) ? header : [asserted, ...header]
  return { ...plan, from: credentials.username, headers }
}

const ASSERTED = 'P-Asserted-Identity'

const names = (headers: readonly Header[], name: string) =>
  headers.some(([one]) => canonicalName(one) === canonicalName(name))

async function openUserAgent(target: string, local: string | undefined): Promise<SipUserAgent> {
  return SipUserAgent.open(target, local).catch((error: Error) => {
    throw new Refusal(
      'sip_unreachable',
      `No call can be placed at ${target} from ${local ?? 'here'}: ${error.message}`,
    )
  })
}

type Placed = Awaited<ReturnType<typeof planOf>> & {
  readonly callId: string
  /** `address:port` of the caller. */
  readonly source: string
  readonly address: string
  readonly sipAnswer: SipAnswer | undefined
  readonly result: CallResult | undefined
  /** What was recorded. */
  readonly recorded: string | undefined
}

async function report(settings: Settings, options: Options, placed: Placed): Promise<number> {
  const { from, to } = options
  const { callId, sipAnswer, result, source, revision } = placed
  const { status, reason, ms = 0 } = sipAnswer ?? {}
  const answer = sipAnswer === undefined ? null : { status, reason, ms: Math.round(ms) }
  const forged = options.forged ? verdictOn({ ...placed, routing: revision?.routing }) : undefined
  const outcome = result === undefined ? nowhere(await whyNowhere(settings, placed)) : landed(result, placed)
  const lines = [
    ...(forged ? [`forged    ${forged.says}`] : []),
    ...(forged?.verdict === 'refused' ? [] : outcome),
    `call      ${from} to ${to}, from ${source}, Call-ID ${callId}`,
    ...placed.headers.map(([name, value]) => `          ${name}: ${value}`),
    `answer    ${answer === null ? 'none yet' : `${status} ${reason} after ${answer.ms} ms`}`,
    ...(placed.recorded === undefined ? [] : [`recorded  ${placed.recorded}`]),
  ]
  const value = { from, to, callId, answer, landed: result ?? null, forged: forged?.verdict }
  const next = result?.throughFallback
    ? 'doorman doctor says why Doorman did not take it'
    : `doorman why ${callId}`
  printResult(options, value, lines.join('\n'), result && next)
  const isOk = forged ? forged.verdict !== 'trusted' : result !== undefined
  return isOk ? EXIT.ok : EXIT.failed
}

function landed(result: CallResult, { credentials, headers }: Placed): readonly string[] {
  const { username } = credentials ?? {}
  const caller =
    `caller    ${username}, as PJSIP looks for the endpoint in From. The number is in ${ASSERTED}, which ` +
    `counts if ${username} has trust_id_inbound=yes, or is trusted for ${ASSERTED} in routing.yaml.`
  return [
    `landed    ${result.context}${result.throughFallback ? ', through doorman-fallback' : ''}`,
    `trunk     ${result.trunk ?? '-'}`,
    ...(username !== undefined && names(headers, ASSERTED) ? [caller] : []),
    `flow      ${result.flow || '-'}`,
    `rule      ${result.rule}`,
    `state     ${safeJson(result.state)}`,
  ]
}

function nowhere([first, ...more]: readonly string[]): readonly string[] {
  return [`landed    nowhere: ${first}`, ...more.map((line) => `          ${line}`)]
}

/** Why the call reached no flow, and what to do about it. */
async function whyNowhere(settings: Settings, placed: Placed): Promise<readonly string[]> {
  const { sipAnswer, credentials, revision, target, address } = placed
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
