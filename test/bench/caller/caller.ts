import { setTimeout as sleep } from 'node:timers/promises'
import { SipUserAgent } from '../../../src/testcall/user-agent.js'
import { callAt, type OfferedCall } from '../calls.js'
import { CallList } from './call-list.js'
import type { RunOrder, RunReport } from './run.js'

/** How long a call lasts. */
const HOLD_MS = 150
/** A run ends at the latest so long after its last call was due. */
const PATIENCE_MS = 5_000
/** Calls are sent in time, and nothing in Node is more exact than this. */
const TICK_MS = 1
const START_MS = 20

/** One run: an open loop. Calls are sent when they are due, whether or not the earlier ones were answered. */
export async function runCalls(order: RunOrder): Promise<RunReport> {
  const agent = await SipUserAgent.open(`127.0.0.1:${order.sipPort}`, order.from)
  const list = new CallList(order)
  const cpu = process.cpuUsage()
  const start = performance.now() + START_MS
  const calls = order.perSecond * order.seconds
  const dueAt = (at: number) => start + (at * 1_000) / order.perSecond
  const running = new Set<() => void>()
  let next = 0
  while (next < calls && !list.isHopeless) {
    for (; next < calls && dueAt(next) <= performance.now(); next++)
      place(agent, { order, list, running }, next, dueAt(next))
    await sleep(TICK_MS)
  }
  const isGivenUp = next < calls
  while (running.size > 0 && performance.now() < dueAt(next) + PATIENCE_MS) await sleep(TICK_MS)
  for (const hangUp of running) hangUp()
  agent.close()
  const { user, system } = process.cpuUsage(cpu)
  return list.report(isGivenUp, (user + system) / 1_000)
}

interface Run {
  readonly order: RunOrder
  readonly list: CallList
  /** Ends the calls that are not over. */
  readonly running: Set<() => void>
}

function place(agent: SipUserAgent, { order, list, running }: Run, at: number, due_ms: number): void {
  const offered = callAt(at, order.vips)
  const call = agent.call({ ...inviteOf(offered, order.from), callId: `${order.name}-${at}` })
  const hangUp = () => call.hangUp()
  running.add(hangUp)
  const entry = list.sent(offered, due_ms, performance.now())
  void call.answer.then((answer) => {
    entry.answered(answer)
    if (answer.status < 300) setTimeout(hangUp, HOLD_MS)
  })
  void call.start().result.then(({ sentAt, hungUpBy }) => {
    running.delete(hangUp)
    entry.ended(sentAt.length - 1, hungUpBy)
  })
}

/** Every call has all headers that the job reads. */
export function inviteOf(call: OfferedCall, host: string) {
  const headers: readonly (readonly [string, string])[] = [
    ['P-Asserted-Identity', `<sip:${call.caller}@${host}>`],
    ['Diversion', `<sip:${call.diversion}@${host}>;reason=unconditional`],
    ['X-VIP', call.xVip],
    ['X-Account', call.xAccount],
  ]
  return { from: call.caller, to: call.callee, displayName: 'Bench', headers }
}
