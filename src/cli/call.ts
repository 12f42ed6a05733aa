import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { compile } from '../flows/compile.js'
import { safeJson } from '../lib/safe-text.js'
import { ariAccess, type Settings } from '../settings/index.js'
import { type CallAnswer, TestCaller } from '../testcall/caller.js'
import type { Landing } from '../testcall/landing.js'
import { PbxView } from '../testcall/pbx-view.js'
import {
  EXIT,
  HEADER_OPTION,
  type Header,
  JSON_OPTION,
  print,
  printJson,
  Refusal,
  settingsFor,
  UsageError,
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
const LANDING_MS = 8_000

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
  const caller = await openCaller(settings, options)
  try {
    const view = await PbxView.open(ariAccess(settings), caller.callId).catch((error: Error) => {
      throw new Refusal('ari_unreachable', error.message)
    })
    try {
      caller.call()
      const landing = await within(LANDING_MS, [view.landing, refused(caller.answer)])
      const answer = await within(landing === undefined ? 0 : ANSWER_MS, [caller.answer])
      await report(settings, options, { caller, answer, landing })
      return landing === undefined ? EXIT.failed : EXIT.ok
    } finally {
      view.close()
    }
  } finally {
    await caller.end()
  }
}

async function openCaller(settings: Settings, options: Options): Promise<TestCaller> {
  const { from, to, name, header: headers } = options
  for (const text of [from, to]) {
    if (!/^[^\s<>@"]+$/.test(text))
      throw new UsageError(`"${text}" cannot be called: give a number or a name.`)
  }
  const target = options.target ?? settings.DOORMAN_SIP_TARGET
  const local = options.local ?? settings.DOORMAN_SIP_LOCAL
  const { DOORMAN_SIP_USERNAME: username, DOORMAN_SIP_PASSWORD: password } = settings
  const credentials = username === undefined || password === undefined ? undefined : { username, password }
  return TestCaller.open({ from, to, name, headers, target, local, credentials }).catch((error: Error) => {
    throw new Refusal(
      'sip_unreachable',
      `No call can be placed at ${target} from ${local ?? 'here'}: ${error.message}`,
    )
  })
}

/** The first promise to settle; undefined when the time is up. */
async function within<T>(ms: number, promises: readonly Promise<T | undefined>[]): Promise<T | undefined> {
  const timer = new AbortController()
  const late = sleep(ms, undefined, { signal: timer.signal }).catch(() => undefined)
  return Promise.race([...promises, late]).finally(() => timer.abort())
}

/** Resolves if the PBX refuses the call, which then reaches no flow. */
function refused(answer: Promise<CallAnswer>): Promise<undefined> {
  return new Promise((resolve) => {
    void answer.then(({ status }) => (status >= 300 ? resolve(undefined) : undefined))
  })
}

interface Result {
  readonly caller: TestCaller
  readonly answer: CallAnswer | undefined
  readonly landing: Landing | undefined
}

async function report(
  settings: Settings,
  { from, to, json }: Options,
  { caller, answer, landing }: Result,
): Promise<void> {
  const { callId, local } = caller
  if (json) return printJson({ from, to, callId, answer: answer ?? null, landed: landing ?? null })
  const lines = [
    `call      ${from} to ${to}, from ${local}, Call-ID ${callId}`,
    `answer    ${answer === undefined ? 'none yet' : `${answer.status} ${answer.reason} after ${answer.ms} ms`}`,
    ...(landing === undefined ? notLanded(answer) : await landed(settings, landing)),
  ]
  print(lines.join('\n'))
}

async function landed(settings: Settings, landing: Landing): Promise<string[]> {
  const file = await codeFlowOf(settings, landing)
  return [
    `landed    ${landing.context}${landing.throughFallback ? ', through doorman-fallback' : ''}`,
    `flow      ${landing.flow}`,
    `rule      ${landing.rule}${file === undefined ? '' : `, which runs ${file}`}`,
    `state     ${safeJson(landing.state)}`,
  ]
}

/** The code flow that the call's rule runs; undefined if the flows folder is not the call's revision. */
async function codeFlowOf(
  { DOORMAN_FLOWS: folder }: Settings,
  landing: Landing,
): Promise<string | undefined> {
  const compiled = await compile(folder)
  if (!compiled.ok || compiled.revision.id !== landing.revision) return undefined
  const rule = compiled.revision.routing.rules.find(({ name }) => name === landing.rule)
  return rule?.target.kind === 'run' ? rule.target.file : undefined
}

function notLanded(answer: CallAnswer | undefined): string[] {
  if (answer === undefined)
    return ['landed    nowhere: no answer from that address. Check --target (DOORMAN_SIP_TARGET).']
  if ([401, 403, 407].includes(answer.status)) {
    return [
      'landed    nowhere: the PBX does not identify the caller. Call from the address of a trunk (--local), or give',
      '          DOORMAN_SIP_USERNAME and DOORMAN_SIP_PASSWORD of a PJSIP endpoint.',
    ]
  }
  return ['landed    nowhere behind Doorman. Does the trunk’s context send its calls to "doorman"?']
}
