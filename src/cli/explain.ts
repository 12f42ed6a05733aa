import { type Command, InvalidArgumentError, Option } from 'commander'
import type { State } from '../conversation/state.js'
import { type FinalDecision, finalDecision, reasonsOf } from '../flows/final-decision.js'
import { FunctionRunner } from '../flows/functions/function-runner.js'
import { loadRevision } from '../flows/load.js'
import { FlowFilesError } from '../flows/problem.js'
import type { Revision } from '../flows/revision.js'
import { safeJson, safeLine } from '../lib/safe-text.js'
import { contextOf } from '../routing/context-of.js'
import { type Provenance, provenanceOf } from '../routing/facts.js'
import { type Hearsay, hearsayOf } from '../routing/hearsay.js'
import type { CallFacts, Reason } from '../routing/types.js'
import { SipHeaders } from '../sip/headers.js'
import {
  FLOWS_OPTION,
  HEADER_OPTION,
  type Header,
  JSON_OPTION,
  print,
  printError,
  printJson,
  settingsFor,
  UsageError,
} from './command.js'

interface Options {
  readonly from: string
  readonly to: string
  readonly name: string
  readonly trunk?: string
  readonly header: readonly Header[]
  readonly attestation?: string
  readonly state: State
  readonly at: Date
  readonly json?: true
}

export function addExplain(program: Command): void {
  program
    .command('explain')
    .description('say where a call would go and why, without placing one')
    .requiredOption('--from <number>', 'caller number, as the trunk would send it')
    .requiredOption('--to <number>', 'number that is dialled')
    .option('--trunk <endpoint>', 'PJSIP endpoint that the call comes in on')
    .option('--name <text>', 'caller name', '')
    .option(...HEADER_OPTION)
    .addOption(new Option('--attestation <level>', 'STIR/SHAKEN').choices(['A', 'B', 'C', 'failed']))
    .option('--state <json>', 'state that the call has already', parseState, {})
    .option('--at <instant>', 'instant of the call, as 2026-12-24T18:00:00Z', parseInstant, new Date())
    .option(...FLOWS_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: Options, command: Command) => {
      await explainCall(settingsFor(command, 'files').DOORMAN_FLOWS, options)
    })
}

async function explainCall(folder: string, options: Options): Promise<void> {
  const functions = new FunctionRunner()
  try {
    const loaded = await loadRevision(folder, functions)
    if (!loaded.ok) throw new FlowFilesError(loaded.problems)
    const { revision } = loaded
    const facts = factsOf(options)
    noteUnknownTrunk(facts, revision)
    const parts = {
      ...{ revision, functions, at: options.at, callId: 'explain' },
    }
    const choice = await finalDecision(facts, parts)
    const explained = { choice, revision, facts, ...evidence(choice, facts, parts) }
    if (options.json) printJson(toJson(explained))
    else print(toText(explained))
  } finally {
    await functions.stop()
  }
}

function factsOf(options: Options): CallFacts {
  const headers = new SipHeaders(options.header)
  const always = [
    ['From', `<sip:${options.from}@trunk.invalid>`],
    ['To', `<sip:${options.to}@pbx.invalid>`],
  ] as const
  const missing = always.filter(([name]) => !headers.has(name))
  return {
    trunk: options.trunk,
    callerId: { number: options.from, name: options.name },
    dialled: options.to,
    headers: new SipHeaders([...missing, ...options.header]),
    verification: verificationOf(options.attestation),
    state: options.state,
  }
}

function verificationOf(attestation: string | undefined) {
  if (attestation === undefined) return undefined
  return attestation === 'failed' ? { attestation: 'A', verified: false } : { attestation, verified: true }
}

/** With a mistyped trunk the answer would be right and misleading. */
function noteUnknownTrunk({ trunk }: CallFacts, { routing }: Revision): void {
  if (trunk === undefined || routing.trust.has(trunk)) return
  const known = [...routing.trust.keys()].join(', ') || 'none'
  printError(`Note: ${trunk} is not under "trunks", so it is trusted for nothing; known are: ${known}.`)
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
    // The error below says what is expected.
  }
  throw new UsageError('--state takes a JSON object, such as {"city":"Albany"}.')
}

interface Evidence {
  readonly reasons: readonly Reason[]
  readonly provenance: readonly Provenance[]
  readonly hearsay: readonly Hearsay[]
}

function evidence(choice: FinalDecision, facts: CallFacts, parts: Parameters<typeof reasonsOf>[2]): Evidence {
  const { routing, headersNeeded } = parts.revision
  const known = contextOf(facts, routing)
  return {
    reasons: reasonsOf(choice, facts, parts),
    provenance: provenanceOf(known, { headers: headersNeeded, thorough: true }),
    hearsay: hearsayOf(known),
  }
}

interface Explained extends Evidence {
  readonly choice: FinalDecision
  readonly revision: Revision
  readonly facts: CallFacts
}

/** Scripts rely on these keys. */
function toJson({ choice, revision, reasons, provenance, hearsay }: Explained) {
  const { decision, flow, state } = choice
  return {
    revision: revision.id,
    flow: flow.name,
    rule: decision.rule,
    vip: decision.vip,
    branch: decision.branch ?? null,
    callerNumber: decision.callerNumber,
    calleeNumber: decision.calleeNumber,
    ...{ state, reasons, facts: provenance, hearsay },
  }
}

function toText({ choice, revision, facts, reasons, provenance, hearsay }: Explained): string {
  const { decision, flow, state } = choice
  const width = Math.min(32, Math.max(...reasons.map(({ rule }) => rule.length)))
  return [
    `${decision.callerNumber} calls ${decision.calleeNumber} on ${facts.trunk ?? 'no trunk'}`,
    ...reasons.map(({ rule, matched, why }) => `  ${mark(matched)} ${rule.padEnd(width)}  ${why}`),
    `flow      ${flow.name}  (${flow.context},${flow.extension},${flow.priority})`,
    `rule      ${decision.rule}`,
    `vip       ${decision.vip ? 'yes' : 'no'}`,
    `branch    ${decision.branch ?? '-'}`,
    `state     ${safeJson(state)}`,
    `revision  ${revision.id}`,
    'facts',
    ...provenance.map(({ fact, value, from, trusted, why }) => {
      return `  ${mark(trusted)} ${fact.padEnd(20)}  ${value ?? '-'}  from ${from}: ${why}`
    }),
    ...(hearsay.length === 0 ? [] : ['hearsay']),
    ...hearsay.map(({ what, value, why }) => `  - ${what.padEnd(20)}  ${value}  ${why}`),
  ]
    .map(safeLine)
    .join('\n')
}

const mark = (is: boolean) => (is ? '+' : '-')
