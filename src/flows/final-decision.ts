import type { ConversationInput } from '../conversation/conversation.js'
import { contextOf } from '../routing/context-of.js'
import { decide } from '../routing/decide.js'
import { explain } from '../routing/explain.js'
import type { OutsideData } from '../routing/outside-data.js'
import type { CallFacts, Decision, Flow, Reason, State } from '../routing/types.js'
import type { FlowLogLine, FunctionFailure, FunctionResult } from './functions/function-result.js'
import type { FlowFunction, Revision } from './revision.js'

/** What runs code flows; `FunctionRunner` does. */
export interface Functions {
  run(fn: FlowFunction, input: ConversationInput): Promise<FunctionResult>
}

/** The decision of the rules, and what the code flow made of it where a rule runs one. */
export interface FinalDecision {
  readonly decision: Decision
  /** What it was based on besides the call. */
  readonly outside: OutsideData
  readonly flow: Flow
  readonly state: State
  readonly failure: { readonly reason: FunctionFailure; readonly message: string } | undefined
  /** Lines that the code flow wrote. */
  readonly log: readonly FlowLogLine[]
}

export interface DecisionParts {
  readonly revision: Revision
  readonly functions: Functions
  readonly callId: string
  readonly at: Date
  readonly outside: OutsideData
}

/** Decides by the rules and, where the rule says `run`, asks the code flow. Its failure leads to `otherwise`. */
export async function finalDecision(facts: CallFacts, parts: DecisionParts): Promise<FinalDecision> {
  const { revision, at, outside } = parts
  const decision = decide(facts, revision.routing, at, outside)
  const { target, state } = decision
  if (target.kind === 'goto') {
    return {
      ...{ decision, outside, flow: flowNamed(target.flow, revision), state },
      ...{ failure: undefined, log: [] },
    }
  }
  const result = await runFunction(target.file, decision, facts, parts)
  if (result.kind === 'chose') {
    const flow = flowNamed(result.flow, revision)
    return { decision, outside, flow, state: result.state, failure: undefined, log: result.log }
  }
  const { reason, message, log } = result
  const flow = flowNamed(revision.routing.otherwise, revision)
  return { decision, outside, flow, state, failure: { reason, message }, log }
}

/**
 * Why: the reasons of the rules, and of the code flow where one ran. `candidates` leaves out the rules that the index
 * passes over, which takes microseconds where ten thousand take milliseconds.
 */
export function reasonsOf(
  final: FinalDecision,
  facts: CallFacts,
  { revision, at }: Pick<DecisionParts, 'revision' | 'at'>,
  extent: 'all' | 'candidates' = 'all',
): readonly Reason[] {
  return withFunction(final, explain(contextOf(facts, revision.routing, at, final.outside), extent))
}

/** The reasons of the rules, and of the code flow where one ran. */
export function withFunction(final: FinalDecision, reasons: readonly Reason[]): readonly Reason[] {
  const { target } = final.decision
  return target.kind === 'run' ? [...reasons, functionReason(target.file, final)] : reasons
}

function functionReason(file: string, { flow, failure }: FinalDecision): Reason {
  const why = failure === undefined ? `${file} chose ${flow.name}` : `${failure.message} (${failure.reason})`
  return {
    rule: '(function)',
    matched: failure === undefined,
    condition: `run: ${file}`,
    value: failure === undefined ? flow.name : null,
    trusted: true,
    why,
  }
}

async function runFunction(
  file: string,
  decision: Decision,
  facts: CallFacts,
  { revision, functions, callId, at, outside }: DecisionParts,
): Promise<FunctionResult> {
  const fn = revision.functions.get(file)
  if (fn === undefined) throw new Error(`The revision has no function ${file}; this is a defect in Doorman.`)
  const { callerNumber, callerTrusted, calleeNumber, callerName, vip, branch, state } = decision
  const { trunk, headers } = facts
  const { routing } = revision
  const context = contextOf(facts, routing, at, outside)
  return functions.run(fn, {
    callId,
    headers: headers.toList(),
    trustedHeaders: [...headers.keys()].filter((name) => context.trusts(name)),
    caller: context.callerRow,
    ...{ callerNumber, callerTrusted, calleeNumber, callerName, trunk, vip, branch, state },
    now: at,
    hours: new Map([...routing.hours.keys()].map((name) => [name, context.hours(name).open === true])),
    lookups: new Map([...routing.lookups.keys()].map((name) => [name, context.lookup(name).values])),
    flowNames: [...routing.flows.keys()],
  })
}

export function flowNamed(name: string, { routing }: Revision): Flow {
  const flow = routing.flows.get(name)
  if (flow === undefined) throw new Error(`The revision has no flow ${name}; this is a defect in Doorman.`)
  return flow
}
