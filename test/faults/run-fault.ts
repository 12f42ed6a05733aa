import { setTimeout as sleep } from 'node:timers/promises'
import type { AsteriskInstall } from '../support/install.js'
import { type CallOfKind, type Counts, countsOf } from './counts.js'
import { atMost, type Fault, lostCalls } from './fault.js'
import { Fixture } from './fixture.js'
import { ANSWER_OF } from './flow-files.js'

/** What a fault did to the callers of one Asterisk. */
export interface FaultResult extends Counts {
  readonly fault: string
  readonly asterisk: string
  /** How long after the load good calls were routed by their rules again. */
  readonly recovery_ms: number | undefined
  /** What was not as promised, in sentences. */
  readonly problems: readonly string[]
}

/** The time limit of the entry (2 s) and half a second for everything else. */
export const LONGEST_WAIT_MS = 2_500

/**
 * One fault on a fixture of its own, from the first call to the last.
 * @param calmMs how long calls come before the fault, and after it
 */
export async function runFault(
  fault: Fault,
  install: AsteriskInstall,
  { perSecond, calmMs = 2_000 }: { readonly perSecond: number; readonly calmMs?: number },
): Promise<FaultResult> {
  const prepared = await fault.prepare?.()
  try {
    const fixture = await Fixture.create(install, { ...fault, ...prepared, perSecond })
    try {
      return await play(fault, fixture, calmMs)
    } finally {
      await fixture.close()
    }
  } finally {
    await prepared?.close()
  }
}

async function play(fault: Fault, fixture: Fixture, calmMs: number): Promise<FaultResult> {
  const warmedUp = await fixture.routesAgain()
  if (warmedUp === undefined) throw new Error(`No call was routed before the fault "${fault.name}" began.`)
  const load = fixture.load.start()
  await sleep(calmMs)
  const problem = await fault.act(fixture).then(
    () => [],
    (error: Error) => [`The fault could not be played to its end: ${error.message}`],
  )
  await sleep(calmMs)
  fixture.load.stop()
  const calls = await load
  const recovery_ms = await fixture.routesAgain()
  const counts = countsOf(calls, fixture.wentDown)
  const problems = [
    ...[...problem, ...fixture.casualties, ...problemsOf(fault, counts, recovery_ms)],
    ...saidRouted(calls, fixture),
    ...((await fault.judge?.(counts, fixture)) ?? []),
  ]
  return { fault: fault.name, asterisk: fixture.asterisk.version, ...counts, recovery_ms, problems }
}

/** The promise, for every fault. */
function problemsOf(fault: Fault, counts: Counts, recovery_ms: number | undefined): readonly string[] {
  const { offered, routed, fallback, lost, longest_wait_ms } = counts
  return [
    ...lostCalls(counts),
    ...atMost(fault.longestWaitMs ?? LONGEST_WAIT_MS, longest_wait_ms, 'Longest wait in milliseconds'),
    ...(routed > 0 && offered === routed + fallback + lost ? [] : ['The sums do not add up']),
    ...(recovery_ms === undefined ? ['No good call was routed for 30 s afterwards'] : []),
  ]
}

/** An outcome says what happened: no record of a call that took the fallback may say that it was routed. */
function saidRouted(calls: readonly CallOfKind[], { records }: Fixture): readonly string[] {
  const routed = new Set(
    records.filter(({ outcome }) => outcome === 'routed').map(({ sipCallId }) => sipCallId),
  )
  const wrong = calls.filter(
    ({ kind, call }) => kind.flow !== 'last' && call.status === ANSWER_OF.last && routed.has(call.callId),
  ).length
  return wrong === 0 ? [] : [`${wrong} calls took the fallback, and their records say "routed"`]
}
