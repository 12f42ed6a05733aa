import { setImmediate } from 'node:timers/promises'
import { type Functions, finalDecision } from '../flows/final-decision.js'
import type { Revision } from '../flows/revision.js'
import { decide } from '../routing/decide.js'
import { type CallRecord, factsOfCall } from './recorded-calls.js'
import { type ReplayGroup, Tally } from './tally.js'

/** What a candidate makes of recorded calls. */
export interface ReplayResult {
  /** How many calls were decided again. */
  readonly calls: number
  /** How many of them would go to another flow. */
  readonly changed: number
  /** The changes by where from, where to and why, the largest group first. */
  readonly groups: readonly ReplayGroup[]
  /** How many calls a flow function decided: each was run once, and may have said something else the first time. */
  readonly functionRuns: number
  /** Calls whose function did not get to run because the threads were busy; they are in no group. */
  readonly undecided: number
  /** Headers (lower case) that the candidate looks at and no recorded call has: were they recorded at all? */
  readonly unseenHeaders: readonly string[]
}

export interface ReplayOptions {
  readonly candidate: Revision
  /** Runs code flows. In a daemon: a runner of its own, so that no call waits for a replay. */
  readonly functions: Functions
  /** Hears now and then how many calls are done. */
  readonly progress?: (calls: number) => void
}

/** So long the event loop is held at most: a daemon has calls to answer. */
const SLICE_MS = 4

/** `FunctionRunner` lets one function have three of its four threads. */
const RUNS_AT_ONCE = 3

/** Asking for the time costs a fifth of a decision, so it is not asked for each call. */
const CALLS_PER_LOOK = 16

/**
 * Decides recorded calls again, by a candidate revision, at the instant of each, and holds the flow against the
 * one that the call went to. Nothing is changed by it, but functions are run, and may do what they like.
 */
export async function replay(
  calls: AsyncIterable<CallRecord> | Iterable<CallRecord>,
  { candidate, functions, progress }: ReplayOptions,
): Promise<ReplayResult> {
  const tally = new Tally(candidate.headersNeeded)
  const runs = new Set<Promise<void>>()
  let sliceEnd = performance.now() + SLICE_MS
  for await (const call of calls) {
    const run = decideAgain(call, candidate, functions, tally)
    if (run !== undefined) {
      runs.add(run)
      void run.then(() => runs.delete(run))
      if (runs.size >= RUNS_AT_ONCE) await Promise.race(runs)
    }
    if (tally.calls % CALLS_PER_LOOK !== 0 || performance.now() < sliceEnd) continue
    progress?.(tally.calls)
    await setImmediate()
    sliceEnd = performance.now() + SLICE_MS
  }
  await Promise.all(runs)
  progress?.(tally.calls)
  return tally.result()
}

/** Where rules decide, the answer is there at once; a promise only where a function is run. */
function decideAgain(
  call: CallRecord,
  revision: Revision,
  functions: Functions,
  tally: Tally,
): Promise<void> | undefined {
  const facts = factsOfCall(call)
  const at = new Date(call.at)
  tally.met(call)
  const { target, rule } = decide(facts, revision.routing, at)
  if (target.kind === 'goto') {
    tally.add(call, target.flow, rule)
    return undefined
  }
  const parts = { revision, functions, at, callId: call.call }
  return finalDecision(facts, parts).then(({ flow, failure }) =>
    tally.addRun(call, flow.name, rule, failure?.reason),
  )
}
