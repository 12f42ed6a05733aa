import { type Functions, finalDecision } from '../flows/final-decision.js'
import { lookupsInCodeOf, type Revision } from '../flows/revision.js'
import { counted, thousands } from '../lib/units.js'
import { turns } from '../lib/waiting.js'
import { contextOf } from '../routing/context-of.js'
import { headerName } from '../routing/format.js'
import { neededLookups } from '../routing/lookup-state.js'
import { NO_OUTSIDE_DATA, type OutsideData } from '../routing/outside-data.js'
import { type CallRecord, factsOfCall, outsideOfCall } from './recorded-calls.js'
import { explainCall, sentenceOf } from './sentence.js'

/** What a candidate makes of recorded calls. */
export interface ReplayResult {
  /** How many calls were decided again. */
  readonly calls: number
  /** How many of them would go to another flow. */
  readonly changed: number
  /** The changes by where from, where to and why, the largest group first. */
  readonly groups: readonly ReplayGroup[]
  /** How many calls a code flow decided: each was run once, and may have said something else the first time. */
  readonly functionRuns: number
  /** Calls that were recorded with masked numbers, which cannot be decided again. */
  readonly masked: number
  /** Calls whose code flow did not run because the threads were busy; they are in no group. */
  readonly undecided: number
  /** Tables of the candidate, which are as they are now, for every call. */
  readonly tables: readonly string[]
  /** Headers (lower case) that the candidate refers to and no recorded call has. */
  readonly unseenHeaders: readonly string[]
  /** How many calls would ask lookups whose answers are not recorded; they are decided without. */
  readonly unasked: number
}

/** Calls that would go from one flow to another, for one reason. */
export interface ReplayGroup {
  readonly from: string
  readonly to: string
  /** The candidate's rule that takes them there; `otherwise` where none does. */
  readonly rule: string
  readonly count: number
  /** The first five of them, by the unique id of their channel. */
  readonly examples: readonly string[]
  /** Where each example goes now and would go, as sentences. */
  readonly reasons: readonly { readonly call: string; readonly before: string; readonly after: string }[]
}

export interface ReplayOptions {
  readonly candidate: Revision
  /**
   * What decides calls now. A call that another revision decided is compared with what this one makes of it, so that
   * a change that was made before counts no more; without it, with the flow that the call took.
   */
  readonly current?: Revision | undefined
  /** Runs code flows. In a running Doorman a runner of its own, so that no call waits for a replay. */
  readonly functions: Functions
  /** As it is now: tables and calendars are taken from it, the rest from the record of each call. */
  readonly outside?: OutsideData
}

const MOST_EXAMPLES = 5

/** `FunctionRunner` lets one code flow have four threads by default. */
const RUNS_AT_ONCE = 3

/**
 * Decides recorded calls again with a candidate, each at its own instant, and compares the flow with the one that
 * they take now. Code flows are run, and may do what they like.
 */
export async function replay(
  calls: AsyncIterable<CallRecord> | Iterable<CallRecord>,
  { candidate, current, functions, outside: now = NO_OUTSIDE_DATA }: ReplayOptions,
): Promise<ReplayResult> {
  const groups = new Map<string, OpenGroup>()
  const unseen = new Set(candidate.headersNeeded)
  const counts = { calls: 0, changed: 0, functionRuns: 0, masked: 0, undecided: 0, unasked: 0 }
  const hasLookups = candidate.routing.lookups.size > 0
  const decideAgain = async (call: CallRecord, earlier: Promise<void>) => {
    const outside = outsideOfCall(call, now)
    const contextIn = ({ routing }: Revision) =>
      contextOf(factsOfCall(call), routing, new Date(call.at), outside)
    const parts = { functions, callId: call.call }
    const decide = (revision: Revision) => finalDecision(contextIn(revision), { ...parts, revision })
    const explain = async (revision: Revision) =>
      (await explainCall(contextIn(revision), { ...parts, revision })).sentence
    const before = current === undefined || call.revision === current.id ? undefined : await decide(current)
    if (hasLookups && neededLookups(contextIn(candidate), lookupsInCodeOf(candidate)).length > 0)
      counts.unasked += 1
    const { decision, flow, failure } = await decide(candidate)
    if (decision.target.kind === 'run') counts.functionRuns += 1
    // Groups and examples are in the order of the calls, however long their code flows take.
    await earlier
    const from = before?.flow.name ?? call.flow
    // That the threads were busy says nothing about the candidate.
    if (before?.failure?.reason === 'busy' || failure?.reason === 'busy') counts.undecided += 1
    else if (flow.name !== from) {
      counts.changed += 1
      const group = groupOf(groups, { from, to: flow.name, rule: decision.rule })
      group.count += 1
      if (group.examples.push(call.call) > MOST_EXAMPLES) group.examples.pop()
      else
        group.reasons.push({
          call: call.call,
          before: current ? await explain(current) : sentenceOf(call),
          after: await explain(candidate),
        })
    }
  }
  const runs = new Set<Promise<void>>()
  let last = Promise.resolve()
  const turn = turns()
  for await (const call of calls) {
    // Nothing decided it, such as one that Asterisk did not hand over: its facts are not all there.
    if (call.rule === null) continue
    if (call.masked) {
      counts.masked += 1
      continue
    }
    counts.calls += 1
    for (const [name] of call.headers) unseen.delete(name)
    const run = decideAgain(call, last).finally(() => runs.delete(run))
    runs.add(run)
    last = run
    if (runs.size >= RUNS_AT_ONCE) await Promise.race(runs)
    await turn()
  }
  await Promise.all(runs)
  return {
    ...counts,
    groups: [...groups.values()].sort((a, b) => b.count - a.count),
    tables: counts.calls === 0 ? [] : [...candidate.routing.tables.keys()],
    unseenHeaders: counts.calls === 0 ? [] : [...unseen],
  }
}

interface OpenGroup extends ReplayGroup {
  count: number
  readonly examples: string[]
  readonly reasons: ReplayGroup['reasons'][number][]
}

function groupOf(groups: Map<string, OpenGroup>, way: Pick<ReplayGroup, 'from' | 'to' | 'rule'>): OpenGroup {
  const key = JSON.stringify(way)
  const group = groups.get(key) ?? { ...way, count: 0, examples: [], reasons: [] }
  groups.set(key, group)
  return group
}

/** The share of calls that would change, from 0 to 1; 1 where no call could tell, as all are masked. */
export function changedShare({ calls, changed, masked }: ReplayResult): number {
  if (calls === 0) return masked === 0 ? 0 : 1
  return changed / calls
}

/** `12 of 4,318 calls would change: 9 general_support_flow → sales_flow by rule "Sales hours"; 3 …` */
export function replaySentence(result: ReplayResult): string {
  const shown = result.groups.slice(0, 3).map((group) => `${thousands(group.count)} ${formatGroup(group)}`)
  if (result.groups.length > 3) shown.push('…')
  return shown.length === 0 ? headline(result) : `${headline(result)}: ${shown.join('; ')}`
}

/** The result on several lines, and what has to be known to read the numbers rightly. */
export function formatReplay(result: ReplayResult): string {
  const { functionRuns, masked, undecided, unasked, tables, unseenHeaders, groups } = result
  const [only, ...more] = groups
  const isOne = only !== undefined && more.length === 0
  const lines = groups.flatMap((group) => [
    ...(isOne ? [] : [`${thousands(group.count).padStart(8)}  ${formatGroup(group)}`]),
    `${' '.repeat(10)}${group.examples.join(', ')}${group.count > group.examples.length ? ', …' : ''}`,
  ])
  const names = unseenHeaders.map(headerName).join(', ')
  const notes: readonly (readonly [applies: unknown, says: string])[] = [
    [functionRuns, `${calls(functionRuns)} went through a code flow, which may not say the same each time.`],
    [result.calls && masked, `${counted(masked, 'further call')} ${CANNOT}.`],
    [undecided, `${calls(undecided)} could not be decided: no thread was free for their code flow in time.`],
    [
      unasked,
      `${calls(unasked)} would ask lookups whose answers were not recorded, and were decided without.`,
    ],
    [tables.length, `Tables (${tables.join(', ')}) are as they are now, not as they were at each call.`],
    [names, `No recorded call has ${names}: ${ONLY_IF_NAMED}.`],
  ]
  const said = notes.flatMap(([applies, says]) => (applies ? [says] : []))
  const what = isOne ? `: ${formatGroup(only)}` : ':'
  return [`${headline(result)}${groups.length === 0 ? '' : what}`, ...lines, ...said].join('\n')
}

const calls = (count: number) => counted(count, 'call')
const ONLY_IF_NAMED = 'it is recorded only while the active flow files name it, so what it does was not tried'
const CANNOT = 'cannot be replayed: DOORMAN_MASK_NUMBERS=yes keeps neither their numbers nor their headers'

function headline({ calls, changed, masked }: ReplayResult): string {
  if (calls === 0 && masked > 0) return `${counted(masked, 'call')} ${CANNOT}.`
  if (calls === 0) return 'No recorded calls: nothing to replay.'
  if (changed === 0) return `None of ${counted(calls, 'call')} would change.`
  return `${thousands(changed)} of ${counted(calls, 'call')} would change`
}

function formatGroup({ from, to, rule }: ReplayGroup): string {
  return `${from} → ${to} by ${rule === 'otherwise' ? rule : `rule "${rule}"`}`
}
