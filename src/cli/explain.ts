import { type Command, InvalidArgumentError, Option } from 'commander'
import { type Choice, choose, reasonsOf } from '../call/choose.js'
import type { State } from '../conversation/state.js'
import { FunctionRunner } from '../flows/functions/function-runner.js'
import { loadRevision } from '../flows/load.js'
import { FlowFilesError } from '../flows/problem.js'
import type { Revision } from '../flows/revision.js'
import { safeJson } from '../observability/log.js'
import type { CallFacts } from '../routing/facts.js'
import { SipHeaders } from '../sip/headers.js'
import { UsageError } from './exit.js'
import { explanationJson, explanationText } from './explanation.js'
import { givenSettings } from './given-settings.js'
import { addHeader, type GivenHeader } from './header-option.js'
import { show, showAside } from './terminal.js'

interface ExplainOptions {
  readonly from: string
  readonly to: string
  readonly name: string
  readonly trunk?: string
  readonly header: readonly GivenHeader[]
  readonly attestation?: string
  readonly state: State
  readonly at: Date
  readonly json?: true
}

export function addExplain(program: Command): void {
  program
    .command('explain')
    .description('say where a call would go and why, without a call')
    .requiredOption('--from <number>', 'caller number, as the trunk would send it')
    .requiredOption('--to <number>', 'number that is dialled')
    .option('--trunk <endpoint>', 'PJSIP endpoint that the call comes in on')
    .option('--name <text>', 'caller name', '')
    .option('--header <"Name: value">', 'SIP header; may be given several times', addHeader, [])
    .addOption(new Option('--attestation <level>', 'STIR/SHAKEN').choices(['A', 'B', 'C', 'failed']))
    .option('--state <json>', 'state that the call has already', parseState, {})
    .option('--at <instant>', 'when, as 2026-12-24T18:00:00Z; now if not given', parseInstant, new Date())
    .option('--flows <folder>', 'the folder that holds routing.yaml (or DOORMAN_FLOWS)')
    .option('--json', 'print one JSON object')
    .action(async (options: ExplainOptions, command: Command) => {
      await explainCall(givenSettings(command, 'files').DOORMAN_FLOWS, options)
    })
}

async function explainCall(folder: string, options: ExplainOptions): Promise<void> {
  const functions = new FunctionRunner()
  try {
    const loaded = await loadRevision(folder, functions)
    if (!loaded.ok) throw new FlowFilesError(loaded.problems)
    const { revision } = loaded
    const facts = factsOf(options)
    refuseUnknownTrunk(facts, revision)
    const allHeaders = async () => facts.headers
    const parts = { revision, functions, allHeaders, at: options.at, callId: 'explain' }
    print(await choose(facts, parts), facts, revision, options)
  } finally {
    await functions.stop()
  }
}

function print(choice: Choice, facts: CallFacts, revision: Revision, { at, json }: ExplainOptions): void {
  const reasons = reasonsOf(choice, facts, { revision, at })
  const text = json
    ? `${safeJson(explanationJson(choice, reasons, revision, facts))}\n`
    : explanationText(choice, reasons, revision, facts)
  show(text)
}

function factsOf(options: ExplainOptions): CallFacts {
  const headers = new SipHeaders(options.header)
  const always = [
    ['From', `<sip:${options.from}@trunk.invalid>`],
    ['To', `<sip:${options.to}@pbx.invalid>`],
  ] as const
  const missing = always.filter(([name]) => !headers.has(name))
  const { attestation } = options
  return {
    trunk: options.trunk,
    callerId: { number: options.from, name: options.name },
    dialled: options.to,
    headers: new SipHeaders([...missing, ...options.header]),
    verification: attestation === undefined ? undefined : verificationOf(attestation),
    state: options.state,
  }
}

function verificationOf(attestation: string) {
  return attestation === 'failed' ? { attestation: 'A', verified: false } : { attestation, verified: true }
}

/** A mistyped trunk would be believed about nothing, and the answer would be right and misleading. */
function refuseUnknownTrunk({ trunk }: CallFacts, { routing }: Revision): void {
  if (trunk === undefined || routing.trust.trunks.has(trunk)) return
  const known = [...routing.trust.trunks].join(', ') || 'none'
  showAside(`Note: ${trunk} is not under "trunks" and believed about nothing; known are: ${known}.\n`)
}

function parseInstant(text: string): Date {
  const at = new Date(text)
  if (Number.isNaN(at.getTime())) throw new InvalidArgumentError('Write it as 2026-12-24T18:00:00Z.')
  return at
}

function parseState(text: string): State {
  try {
    const state: unknown = JSON.parse(text)
    if (typeof state === 'object' && state !== null && !Array.isArray(state)) return state as State
  } catch {
    // Said below, for whatever was wrong with it.
  }
  throw new UsageError('--state takes a JSON object, such as {"city":"Albany"}.')
}
