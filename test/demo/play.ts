import type { DecisionRecord } from '../../src/history/decision-record.js'
import type { Asterisk } from '../support/asterisk.js'
import type { RunningDoorman } from '../support/doorman.js'
import { placeCall } from '../support/sipp.js'
import type { CallResult } from '../support/sipp-trace.js'
import type { Trace } from '../support/trace.js'
import type { Witness } from '../support/witness.js'
import type { Result, Scenario, Sight } from './scenario.js'

/** The two sides, and the PBX's own account of its calls. */
export interface Lab {
  readonly asterisk: Asterisk
  readonly witness: Witness
  readonly doorman: RunningDoorman
}

/** A call lands within two seconds, at worst in the fallback; starting SIPp takes a moment, too. */
const LANDING_MS = 8_000
/** The caller stays long enough for the state to be read off its channel. */
const HOLD_MS = 1_000

/** Places the call of a scenario and says where the PBX put it. Never rejects. */
export async function play(scenario: Scenario, lab: Lab): Promise<Result> {
  const { from, to, trunk, headers } = scenario
  const call = { from, to, trunk, headers: Object.entries(headers), hold_ms: HOLD_MS }
  const [placed, seen] = await Promise.allSettled([placeCall(lab.asterisk, call), look(scenario, lab)])
  const record = placed.status === 'fulfilled' ? await recordOf(placed.value, lab) : undefined
  return {
    scenario,
    sight: seen.status === 'fulfilled' ? seen.value : undefined,
    hearsay: record === undefined ? [] : hearsayIn(record, Object.keys(headers)),
    error: [placed, seen].map(reasonOf).find((reason) => reason !== undefined),
  }
}

/** What the PBX has on the channel when the call reaches its flow; nothing of this comes from Doorman. */
async function look(scenario: Scenario, { witness }: Lab): Promise<Sight> {
  const { channel, context } = await witness.landing((trace) => isCallOf(scenario, trace), LANDING_MS)
  const [rule, state] = await Promise.all([
    witness.getVariable(channel, 'DOORMAN_RULE'),
    witness.state(channel),
  ])
  return { context, rule, state }
}

/** Each scenario has a trunk, caller and dialled number of its own, so that all of them can be played at once. */
function isCallOf({ from, to, trunk }: Scenario, trace: Trace): boolean {
  return (
    trace.channel.startsWith(`PJSIP/${trunk}-`) &&
    trace.caller === from &&
    trace.steps.at(0)?.extension === to
  )
}

async function recordOf({ callId }: CallResult, { doorman }: Lab): Promise<DecisionRecord | undefined> {
  return doorman.record(callId, 2_000).catch(() => undefined)
}

/** The headers that a reason of the record looked at and did not believe. */
export function hearsayIn({ reasons }: Pick<DecisionRecord, 'reasons'>, names: readonly string[]): string[] {
  const doubted = reasons.filter(({ trusted, value }) => !trusted && value !== null)
  return names.filter((name) => {
    const pattern = new RegExp(`\\b${name}\\b`, 'i')
    return doubted.some(({ condition }) => pattern.test(condition))
  })
}

function reasonOf(settled: PromiseSettledResult<unknown>): string | undefined {
  if (settled.status === 'fulfilled') return undefined
  return settled.reason instanceof Error ? settled.reason.message : String(settled.reason)
}
