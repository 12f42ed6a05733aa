import type { ConversationInput } from '../conversation/conversation.js'
import type { CallContext } from '../routing/call-context.js'
import { rememberedOf } from '../routing/condition.js'
import { decide } from '../routing/decide.js'
import { explain } from '../routing/explain.js'
import { greetingOf } from '../routing/greeting.js'
import type { Decision, Flow, Greeting, Reason, State } from '../routing/types.js'
import type { FlowLogLine, FunctionFailure, FunctionResult } from './functions/function-thread.js'
import type { FlowFunction, Revision } from './revision.js'

/** What runs code flows; `FunctionRunner` does. */
export interface Functions {
  run(fn: FlowFunction, input: ConversationInput): Promise<FunctionResult>
}

/** The decision of the rules, and what the code flow made of it where a rule runs one. */
export interface FinalDecision {
  readonly decision: Decision
  /** What it was based on. */
  readonly context: CallContext
  readonly flow: Flow
  readonly state: State
  /** What the caller hears before the flow. */
  readonly greeting: Greeting | undefined
  readonly failure: { readonly reason: FunctionFailure; readonly message: string } | undefined
  /** Lines that the code flow wrote. */
  readonly log: readonly FlowLogLine[]
}

export interface DecisionParts {
  readonly revision: Revision
  readonly functions: Functions
  readonly callId: string
}

/** Decides by the rules and, where the rule says `run`, asks the code flow. Its failure leads to `otherwise`. */
export async function finalDecision(context: CallContext, parts: DecisionParts): Promise<FinalDecision> {
  const { revision } = parts
  const decision = decide(context)
  const { target, state } = decision
  const made = { decision, context, state, failure: undefined, log: [] }
  const greeted = (final: Omit<FinalDecision, 'greeting'>, said?: string): FinalDecision => ({
    ...final,
    greeting: greetingFor(final, said),
  })
  if (target.kind === 'goto') return greeted({ ...made, flow: flowNamed(target.flow, revision) })
  const result = await runFunction(target.file, decision, context, parts)
  if (result.kind === 'chose') {
    const flow = flowNamed(result.flow, revision)
    return greeted({ ...made, flow, state: result.state, log: result.log }, result.said)
  }
  const { reason, message, log } = result
  const flow = flowNamed(revision.routing.otherwise, revision)
  return greeted({ ...made, flow, failure: { reason, message }, log })
}

/** A flow that turns calls away greets none, and a call whose code flow failed hears what `otherwise` says. */
function greetingFor(
  { decision, context, flow, state, failure }: Omit<FinalDecision, 'greeting'>,
  said: string | undefined,
): Greeting | undefined {
  const { otherwise } = context.routing.greets
  const greets = failure === undefined ? decision.greets : otherwise === undefined ? [] : [otherwise]
  if (flow.turnAway || (greets.length === 0 && said === undefined)) return undefined
  return greetingOf(greets, { context, state, said })
}

/**
 * Why: the reasons of the rules, and of the code flow where one ran. `candidates` leaves out the rules that the index
 * passes over, which takes microseconds where ten thousand take milliseconds.
 */
export function reasonsOf(final: FinalDecision, extent: 'all' | 'candidates' = 'all'): readonly Reason[] {
  const reasons = explain(final.context, extent)
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
  context: CallContext,
  { revision, functions, callId }: DecisionParts,
): Promise<FunctionResult> {
  const fn = revision.functions.get(file)
  if (fn === undefined) throw new Error(`The revision has no function ${file}; this is a defect in Doorman.`)
  const { callerNumber, calleeNumber, vip, branch, state } = decision
  const { facts, routing, at: now } = context
  const { trunk, headers, callerId } = facts
  return functions.run(fn, {
    callId,
    headers: headers.toList(),
    trustedHeaders: [...headers.keys()].filter((name) => context.trusts(name)),
    caller: context.callerRow,
    ...{ callerNumber, calleeNumber, trunk, vip, branch, state, now },
    callerTrusted: context.caller.trusted,
    callerName: callerId.name,
    hours: new Map([...routing.hours.keys()].map((name) => [name, context.hours(name).open === true])),
    lookups: new Map([...routing.lookups.keys()].map((name) => [name, context.lookup(name).values])),
    memory: rememberedOf(context)?.values ?? {},
    flowNames: [...routing.flows.keys()],
  })
}

export function flowNamed(name: string, { routing }: Revision): Flow {
  const flow = routing.flows.get(name)
  if (flow === undefined) throw new Error(`The revision has no flow ${name}; this is a defect in Doorman.`)
  return flow
}
