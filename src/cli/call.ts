import type { Command } from 'commander'
import { safeJson } from '../observability/log.js'
import type { Settings } from '../settings/index.js'
import { ariAccess } from '../settings/pbx-access.js'
import { type CallAnswer, TestCaller } from '../testcall/caller.js'
import type { Landing } from '../testcall/landing.js'
import { PbxView } from '../testcall/pbx-view.js'
import { EXIT, Refusal, UsageError } from './exit.js'
import { givenSettings } from './given-settings.js'
import { addHeader, type GivenHeader } from './header-option.js'
import { show } from './terminal.js'

interface CallOptions {
  readonly from: string
  readonly to: string
  readonly name: string
  readonly header: readonly GivenHeader[]
  readonly target?: string
  readonly local?: string
  readonly json?: true
}

/** How long a call may take to land; Doorman and its dialplan need two seconds at the worst. */
const LANDING_MS = 8_000

/** How long a flow may take to answer once the call is in it; Answer() alone waits half a second for audio. */
const ANSWER_MS = 1_500

export function addCall(program: Command): void {
  program
    .command('call')
    .description('place one real SIP call (UDP) at the PBX and say where the PBX put it')
    .requiredOption('--from <number>', 'caller number')
    .requiredOption('--to <number>', 'number to dial')
    .option('--name <text>', 'caller name', '')
    .option('--header <"Name: value">', 'SIP header; may be given several times', addHeader, [])
    .option('--target <host:port>', 'SIP address of the PBX (or DOORMAN_SIP_TARGET)')
    .option(
      '--local <address>',
      'address to call from, by which the PBX knows the trunk (or DOORMAN_SIP_LOCAL)',
    )
    .option('--json', 'print one JSON object')
    .action(async (options: CallOptions, command: Command) => {
      process.exitCode = await placeCall(givenSettings(command, 'ari'), options)
    })
}

async function placeCall(settings: Settings, options: CallOptions): Promise<number> {
  const caller = await openCaller(settings, options)
  try {
    const view = await openView(settings, caller.callId)
    try {
      caller.call()
      const landing = await firstOf([view.landing, refused(caller.answer), after(LANDING_MS)])
      const answer = await firstOf([caller.answer, after(landing === undefined ? 0 : ANSWER_MS)])
      report(options, caller, answer, landing)
      return landing === undefined ? EXIT.no : EXIT.well
    } finally {
      view.close()
    }
  } finally {
    await caller.end()
  }
}

async function openCaller(settings: Settings, options: CallOptions): Promise<TestCaller> {
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
    throw new Refusal(`No call can be placed at ${target} from ${local ?? 'here'}: ${error.message}`)
  })
}

async function openView(settings: Settings, callId: string): Promise<PbxView> {
  return PbxView.open(ariAccess(settings), callId).catch((error: Error) => {
    throw new Refusal(error.message)
  })
}

/** The first promise to settle; the time limits among them are cleared. */
async function firstOf<T>(promises: readonly (Promise<T | undefined> | Limit)[]): Promise<T | undefined> {
  const limits = promises.filter((promise) => 'clear' in promise)
  const waiting = promises.map((promise) => ('clear' in promise ? promise.over : promise))
  const first = await Promise.race(waiting)
  for (const limit of limits) limit.clear()
  return first
}

interface Limit {
  readonly over: Promise<undefined>
  clear(): void
}

function after(ms: number): Limit {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  return { over, clear: () => clearTimeout(timer) }
}

/** Settles, with nothing, where the PBX refuses the call: it will not land then. */
function refused(answer: Promise<CallAnswer>): Promise<undefined> {
  return new Promise((resolve) => {
    void answer.then(({ status }) => (status >= 300 ? resolve(undefined) : undefined))
  })
}

function report(
  options: CallOptions,
  caller: TestCaller,
  answer: CallAnswer | undefined,
  landing: Landing | undefined,
): void {
  const { callId } = caller
  if (options.json) {
    const { from, to } = options
    show(`${safeJson({ from, to, callId, answer: answer ?? null, landed: landing ?? null })}\n`)
    return
  }
  const lines = [
    `call      ${options.from} to ${options.to}, from ${caller.local}, Call-ID ${callId}`,
    `answer    ${answer === undefined ? 'none yet' : `${answer.status} ${answer.reason} after ${answer.ms} ms`}`,
    ...(landing === undefined ? notLanded(answer) : landed(landing)),
  ]
  show(`${lines.join('\n')}\n`)
}

function landed(landing: Landing): string[] {
  const way = landing.throughFallback ? ', through doorman-fallback' : ''
  return [
    `landed    ${landing.context}${way}`,
    `flow      ${landing.flow}`,
    `rule      ${landing.rule}`,
    `state     ${safeJson(landing.state)}`,
  ]
}

function notLanded(answer: CallAnswer | undefined): string[] {
  if (answer === undefined) {
    return ['landed    nowhere: nobody answered at that address. Check --target (DOORMAN_SIP_TARGET).']
  }
  if (answer.status === 401 || answer.status === 407 || answer.status === 403) {
    return [
      'landed    nowhere: the PBX does not know us. Call from the address of a trunk (--local), or give',
      '          DOORMAN_SIP_USERNAME and DOORMAN_SIP_PASSWORD of a PJSIP endpoint.',
    ]
  }
  return ['landed    nowhere that comes after Doorman. Does the trunk’s context send its calls to "doorman"?']
}
