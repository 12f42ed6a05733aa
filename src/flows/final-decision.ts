import type { ConversationInput, LogLevel } from '../conversation/conversation.js'
import type { CallContext } from '../routing/call-context.js'
import { rememberedOf } from '../routing/condition.js'
import { decide } from '../routing/decide.js'
import { explain } from '../routing/explain.js'
import { greetingOf } from '../routing/greeting.js'
import type { Decision, Flow, Greeting, Reason, State } from '../routing/types.js'
import type { FlowFunction, Revision } from './revision.js'

/** A line that a code flow wrote with `conv.log`, or with `console`. */
export interface FlowLogLine {
  readonly level: LogLevel
  readonly message: string
  /** What came with the line, as JSON text; cut where it was long. */
  readonly details?: string
}

/**
 * Why a code flow gave no flow:
 * - `threw`: it threw, its promise was rejected, or its file could not be loaded;
 * - `unknown-flow`: `gotoFlow` named a flow that does not exist, and the author did not catch that;
 * - `chose-nothing`: it ended without `gotoFlow`;
 * - `not-cloneable`: its state holds what JSON cannot, or more than a call can keep;
 * - `deadline`: it did not end in time;
 * - `crashed`: its worker thread died (`process.exit`, out of memory);
 * - `busy`: no worker thread became free in time;
 * - `suspended`: it hit the deadline or crashed several times in a row and is not run for a while.
 */
export type FunctionFailure =
  | 'threw'
  | 'unknown-flow'
  | 'chose-nothing'
  | 'not-cloneable'
  | 'deadline'
  | 'crashed'
  | 'busy'
  | 'suspended'

export interface ChosenFlow {
  readonly kind: 'chose'
  readonly flow: string
  readonly state: State
  /** What it said; undefined where it said nothing. */
  readonly said?: string | undefined
}

/**
 * The result of one run of a code flow. A run never rejects. The message says what happened and where, for the decision
 * record: it begins with `file` or `file:line:column`.
 */
export type FunctionResult = { readonly log: readonly FlowLogLine[] } & (
  | ChosenFlow
  | { readonly kind: 'failed'; readonly reason: FunctionFailure; readonly message: string }
)

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
