import { setTimeout as sleep } from 'node:timers/promises'
import type { AsteriskInstall } from '../support/install.js'
import type { Fault } from './fault.js'
import { GOOD } from './flow-files.js'
import { Stage } from './stage.js'
import { type PlacedCall, type Tally, tallyOf } from './tally.js'

/** What a fault did to the callers of one Asterisk. */
export interface FaultResult extends Tally {
  readonly fault: string
  readonly asterisk: string
  /** How long after the last of the load good calls were routed by their rules again. */
  readonly recovery_ms: number | undefined
  /** What was not as promised, in sentences. */
  readonly problems: readonly string[]
}

export interface FaultOptions {
  readonly perSecond: number
  /** Calls before the fault, and after it. */
  readonly calmMs?: number
  /** Hears of the stage while it is there, so that whoever is interrupted can clear it away. */
  readonly onStage?: (stage: Stage | undefined) => void
}

/** The time limit of the entry (2 s) and half a second for everything else. */
export const LONGEST_WAIT_MS = 2_500
const CALM_MS = 2_000
const RECOVERY_MS = 30_000

/** One fault on a stage of its own, from the first call to the last. */
export async function runFault(
  fault: Fault,
  install: AsteriskInstall,
  options: FaultOptions,
): Promise<FaultResult> {
  const stage = await Stage.raise(install, { ...fault, perSecond: options.perSecond })
  options.onStage?.(stage)
  try {
    return await play(fault, stage, options.calmMs ?? CALM_MS)
  } finally {
    options.onStage?.(undefined)
    await stage.close()
  }
}

async function play(fault: Fault, stage: Stage, calmMs: number): Promise<FaultResult> {
  const warmedUp = await routesAgain(stage)
  if (warmedUp === undefined) throw new Error(`No call was routed before the fault "${fault.name}" began.`)
  stage.load.start()
  await sleep(calmMs)
  const problem = await fault.act(stage).then(
    () => [],
    (error: Error) => [`The fault could not be played to its end: ${error.message}`],
  )
  await sleep(calmMs)
  const calls = await stage.load.stop()
  const recovery_ms = await routesAgain(stage)
  const tally = tallyOf(calls, stage.wentDown)
  const problems = [
    ...[...problem, ...stage.casualties, ...problemsOf(tally, recovery_ms)],
    ...(fault.judge?.(tally, stage) ?? []),
  ]
  return { fault: fault.name, asterisk: stage.asterisk.version, ...tally, recovery_ms, problems }
}

/** The promise, for every fault. */
function problemsOf(tally: Tally, recovery_ms: number | undefined): readonly string[] {
  const { offered, routed, fallback, lost, longest_wait_ms } = tally
  return [
    ...(lost === 0 ? [] : [`${lost} calls were lost: ${JSON.stringify(tally.lost_how)}`]),
    ...(longest_wait_ms <= LONGEST_WAIT_MS ? [] : [`A caller waited ${longest_wait_ms} ms`]),
    ...(routed > 0 && offered === routed + fallback + lost ? [] : ['The sums do not add up']),
    ...(recovery_ms === undefined ? [`No good call was routed for ${RECOVERY_MS / 1_000} s afterwards`] : []),
  ]
}

/** Resolves with the milliseconds until good calls of each kind were routed right, one after the other. */
async function routesAgain({ caller }: Stage): Promise<number | undefined> {
  const started = performance.now()
  while (performance.now() - started < RECOVERY_MS) {
    const tried = performance.now()
    const calls = GOOD.map(async (kind): Promise<PlacedCall> => {
      return { kind, report: await caller.call({ ...kind.plan, holdMs: 50, limitMs: 3_000 }) }
    })
    const { offered, routed } = tallyOf(await Promise.all(calls))
    if (offered === GOOD.length && routed === GOOD.length) return Math.round(tried - started)
    await sleep(250)
  }
  return undefined
}
