import type { ConversationInput } from '../conversation/conversation.js'
import type { State } from '../conversation/state.js'
import type { FlowLogLine, FunctionFailure, FunctionResult } from '../flows/functions/function-result.js'
import type { FlowFunction, Revision } from '../flows/revision.js'
import { contextOf, trusts } from '../routing/context-of.js'
import { decide } from '../routing/decide.js'
import { explain } from '../routing/explain.js'
import type { CallFacts, Decision, Flow, Reason } from '../routing/types.js'
import type { SipHeaders } from '../sip/headers.js'

/** What runs flow functions; `FunctionRunner` does. */
export interface Functions {
  run(fn: FlowFunction, input: ConversationInput): Promise<FunctionResult>
}

/** The last word on a call: the decision, and what the flow function made of it where a rule runs one. */
export interface Choice {
  readonly decision: Decision
  readonly flow: Flow
  readonly state: State
  readonly failure: { readonly reason: FunctionFailure; readonly message: string } | undefined
  /** Lines that the function wrote. */
  readonly log: readonly FlowLogLine[]
}

/** What a choice is made from, besides the call's facts. */
export interface ChoiceParts {
  readonly revision: Revision
  readonly functions: Functions
  readonly callId: string
  readonly at: Date
  /** Brings all headers of the call; asked only where a function is run. */
  readonly allHeaders: () => Promise<SipHeaders>
}

/** Decides by the rules; undefined where the rule says `run`, so that a function has the last word. */
export function chooseAtOnce(facts: CallFacts, parts: Pick<ChoiceParts, 'revision' | 'at'>) {
  const decision = decide(facts, parts.revision.routing, parts.at)
  return decision.target.kind === 'goto' ? ruled(decision, decision.target.flow, parts.revision) : undefined
}

/** Decides by the rules and, where the rule says `run`, asks the function. Its failure leads to `otherwise`. */
export async function choose(facts: CallFacts, parts: ChoiceParts): Promise<Choice> {
  const { revision, at } = parts
  const decision = decide(facts, revision.routing, at)
  if (decision.target.kind === 'goto') return ruled(decision, decision.target.flow, revision)
  const result = await runFunction(decision.target.file, decision, facts, parts)
  if (result.kind === 'chose') {
    const flow = flowNamed(result.flow, revision)
    return { decision, flow, state: result.state, failure: undefined, log: result.log }
  }
  const { reason, message, log } = result
  const flow = flowNamed(revision.routing.otherwise, revision)
  return { decision, flow, state: decision.state, failure: { reason, message }, log }
}

function ruled(decision: Decision, flow: string, revision: Revision): Choice {
  return { decision, flow: flowNamed(flow, revision), state: decision.state, failure: undefined, log: [] }
}

/**
 * The explanation of a choice: that of the rules, and of the function where one had the last word. `candidates`
 * leaves out the rules that the index passes over, which takes microseconds where ten thousand take milliseconds.
 */
export function reasonsOf(
  choice: Choice,
  facts: CallFacts,
  parts: Pick<ChoiceParts, 'revision' | 'at'>,
  extent: 'all' | 'candidates' = 'all',
): readonly Reason[] {
  return withFunction(choice, explain(contextOf(facts, parts.revision.routing), extent))
}

/** The reasons of the rules, and that of the function where one had the last word. */
export function withFunction(choice: Choice, reasons: readonly Reason[]): readonly Reason[] {
  const { target } = choice.decision
  return target.kind === 'run' ? [...reasons, functionReason(target.file, choice)] : reasons
}

function functionReason(file: string, { flow, failure }: Choice): Reason {
  const why =
    failure === undefined
      ? `${file} chose ${flow.name}`
      : `${failure.message} (${failure.reason}), so the call goes to otherwise, ${flow.name}`
  return {
    rule: '(function)',
    matched: failure === undefined,
    condition: `run: ${file}`,
    value: failure === undefined ? flow.name : null,
    trusted: true,
    why,
  }
}

async function runFunction(file: string, decision: Decision, facts: CallFacts, parts: ChoiceParts) {
  const fn = parts.revision.functions.get(file)
  if (fn === undefined) throw new Error(`The revision has no function ${file}; this is a defect in Doorman.`)
  return parts.functions.run(fn, conversationInput(decision, facts, await parts.allHeaders(), parts))
}

function conversationInput(
  decision: Decision,
  facts: CallFacts,
  headers: SipHeaders,
  { revision, callId, at }: ChoiceParts,
): ConversationInput {
  const { callerNumber, callerTrusted, calleeNumber, callerName, vip, branch, state } = decision
  const caller = contextOf(facts, revision.routing).callerRow
  const { trunk } = facts
  const { trust, flows } = revision.routing
  return {
    callId,
    headers: headers.toList(),
    trustedHeaders: [...headers.keys()].filter((name) => trusts(trust, trunk, name)),
    ...{ callerNumber, callerTrusted, calleeNumber, callerName, caller, trunk, vip, branch, state },
    now: at,
    flowNames: [...flows.keys()],
  }
}

function flowNamed(name: string, { routing }: Revision): Flow {
  const flow = routing.flows.get(name)
  if (flow === undefined) throw new Error(`The revision has no flow ${name}; this is a defect in Doorman.`)
  return flow
}
