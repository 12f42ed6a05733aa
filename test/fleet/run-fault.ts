import { setTimeout as sleep } from 'node:timers/promises'
import { type Counts, countsOf } from '../faults/counts.js'
import { atMost, lostCalls } from '../faults/fault.js'
import type { Cluster } from './cluster.js'
import type { FleetFault } from './faults.js'

export interface FleetFaultResult extends Counts {
  readonly fault: string
  /** Calls that a killed Asterisk had taken and not answered; they are in no other figure. */
  readonly in_killed: number
  readonly recovery_ms: number | undefined
  /** From an order of the publisher after the fault until each PBX has it. */
  readonly converges_ms: number | undefined
  readonly problems: readonly string[]
}

/** Also for the callers of a Doorman that is killed: the dialplan takes them out after 0.97 s. */
const LONGEST_WAIT_MS = 1_000

/** @param calmMs how long calls come before the fault, and after it */
export async function runFleetFault(
  fault: FleetFault,
  cluster: Cluster,
  calmMs = 2_000,
): Promise<FleetFaultResult> {
  const startedAt = new Date().toISOString()
  const load = cluster.newLoad()
  const running = load.start()
  await sleep(calmMs)
  const problems: string[] = []
  const killedAt = await fault.act(cluster).catch((error: Error) => {
    problems.push(`The fault could not be played to its end: ${error.message}`)
    return undefined
  })
  await sleep(calmMs)
  load.stop()
  const calls = await running
  const recovery_ms = await cluster.routesAgain()
  const converges_ms = await cluster.converges().catch(() => undefined)
  const all = countsOf(calls)
  const inKilled = countsOf(calls.filter(({ call }) => call.begunAt < (killedAt ?? 0)))
  const counts = { ...all, offered: all.offered - inKilled.lost, lost: all.lost - inKilled.lost }
  const foreign = cluster.records.filter(
    ({ at, revision }) => at >= startedAt && !cluster.pushed.has(revision),
  )
  problems.push(
    ...lostCalls(counts),
    ...atMost(fault.longestWaitMs ?? LONGEST_WAIT_MS, counts.longest_wait_ms, 'Longest wait in milliseconds'),
    ...(recovery_ms === undefined ? ['Not each PBX routed good calls within 30 s afterwards'] : []),
    ...(converges_ms === undefined
      ? ['An override, or what was kept of a caller, did not reach each PBX within 30 s afterwards']
      : []),
    ...(foreign.length > 0
      ? [`${foreign.length} calls were decided by ${foreign[0]?.revision}, which nobody pushed`]
      : []),
    ...(fault.judge?.(counts, cluster) ?? []),
  )
  await fault.after?.(cluster)
  return { fault: fault.name, ...counts, in_killed: inKilled.lost, recovery_ms, converges_ms, problems }
}
