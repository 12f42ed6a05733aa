import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { compile } from '../flows/compile.js'
import { safeJson } from '../lib/safe-text.js'
import { ariAccess, type Settings } from '../settings/index.js'
import { CallObserver, type CallResult } from '../testcall/call-observer.js'
import type { Credentials } from '../testcall/digest.js'
import { type SipAnswer, SipUserAgent } from '../testcall/user-agent.js'
import {
  EXIT,
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
  readonly json?: true
}

/** How long a call may take to reach a flow; Doorman and its dialplan need two seconds at most. */
const RESULT_MS = 8_000

/** How long a flow may take to answer; Answer() alone waits half a second for audio. */
const ANSWER_MS = 1_500

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
    .option(...JSON_OPTION)
    .action(async (options: Options, command: Command) => {
      process.exitCode = await placeCall(settingsFor(command, 'ari'), options)
    })
}

async function placeCall(settings: Settings, options: Options): Promise<number> {
  const { from, to, name: displayName, header: headers } = options
  const agent = await openUserAgent(settings, options)
  try {
    const credentials = credentialsOf(settings)
    const call = agent.call({ from, to, displayName, headers, credentials })
    const observer = await CallObserver.open(ariAccess(settings), call.callId).catch((error: Error) => {
      throw new Refusal('ari_unreachable', error.message)
    })
    try {
      call.start()
      const result = await within(RESULT_MS, [observer.result, refused(call.answer)])
      const sipAnswer = await within(result === undefined ? 0 : ANSWER_MS, [call.answer])
      await report(settings, options, { callId: call.callId, local: agent.local, sipAnswer, result })
      return result === undefined ? EXIT.failed : EXIT.ok
    } finally {
      observer.close()
      call.hangUp()
      await call.result
    }
  } finally {
    agent.close()
  }
}

async function openUserAgent(settings: Settings, options: Options): Promise<SipUserAgent> {
  for (const text of [options.from, options.to]) {
    if (!/^[^\s<>@"]+$/.test(text))
      throw new Refusal('usage', `"${text}" cannot be called: give a number or a name.`)
  }
  const target = options.target ?? settings.DOORMAN_SIP_TARGET
  const local = options.local ?? settings.DOORMAN_SIP_LOCAL
  return SipUserAgent.open(target, local).catch((error: Error) => {
    throw new Refusal(
      'sip_unreachable',
      `No call can be placed at ${target} from ${local ?? 'here'}: ${error.message}`,
    )
  })
}

function credentialsOf(settings: Settings): Credentials | undefined {
  const { DOORMAN_SIP_USERNAME: username, DOORMAN_SIP_PASSWORD: password } = settings
  return username === undefined || password === undefined ? undefined : { username, password }
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

interface Placed {
  readonly callId: string
  readonly local: string
  readonly sipAnswer: SipAnswer | undefined
  readonly result: CallResult | undefined
}

async function report(settings: Settings, options: Options, placed: Placed): Promise<void> {
  const { from, to } = options
  const { callId, local, sipAnswer, result } = placed
  const { status, reason, ms = 0 } = sipAnswer ?? {}
  const answer = sipAnswer === undefined ? null : { status, reason, ms: Math.round(ms) }
  const lines = [
    `call      ${from} to ${to}, from ${local}, Call-ID ${callId}`,
    `answer    ${answer === null ? 'none yet' : `${status} ${reason} after ${answer.ms} ms`}`,
    ...(result === undefined ? notLanded(status) : await landed(settings, result)),
  ]
  printResult(options, { from, to, callId, answer, landed: result ?? null }, lines.join('\n'))
}

async function landed(settings: Settings, result: CallResult): Promise<string[]> {
  const file = await codeFlowOf(settings.DOORMAN_FLOWS, result)
  return [
    `landed    ${result.context}${result.throughFallback ? ', through doorman-fallback' : ''}`,
    `flow      ${result.flow}`,
    `rule      ${result.rule}${file === undefined ? '' : `, which runs ${file}`}`,
    `state     ${safeJson(result.state)}`,
  ]
}

/** The code flow that the call's rule runs; undefined if the flows folder is not the call's revision. */
export async function codeFlowOf(
  folder: string,
  result: Pick<CallResult, 'rule' | 'revision'>,
): Promise<string | undefined> {
  const compiled = await compile(folder)
  if (!compiled.ok || compiled.revision.id !== result.revision) return undefined
  const rule = compiled.revision.routing.rules.find(({ name }) => name === result.rule)
  return rule?.target.kind === 'run' ? rule.target.file : undefined
}

function notLanded(status: number | undefined): string[] {
  if (status === undefined)
    return ['landed    nowhere: no answer from that address. Check --target (DOORMAN_SIP_TARGET).']
  if ([401, 403, 407].includes(status)) {
    return [
      'landed    nowhere: the PBX does not identify the caller. Call from the address of a trunk (--local), or give',
      '          DOORMAN_SIP_USERNAME and DOORMAN_SIP_PASSWORD of a PJSIP endpoint.',
    ]
  }
  return ['landed    nowhere behind Doorman. Does the trunk’s context send its calls to "doorman"?']
}
