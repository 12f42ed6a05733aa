/**
 * One change for all: rings take it one after the other, and each has to show for a while that calls go well with it.
 *
 *     order to a ring ──▶ all its PBXs took it? ──▶ for a minute: fallbacks, latency, none away  ──▶ the next ring
 *                              │                            │
 *                              └────────── no ◀─────────────┘  ──▶ what all had before, to the rings so far
 *
 * A publisher that ends in the middle leaves the rings as they are: each PBX has a whole revision, `doorman fleet status`
 * shows which, and the next push or rollback goes on from there.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { listed } from '../lib/text.js'
import { counted, formatDuration } from '../lib/units.js'
import { type Changed, type Exchange, lastPart } from './exchange.js'
import type { Content } from './orders.js'
import { common, type NewOrder, type Publisher } from './publisher.js'
import { isInRing, REST } from './rings.js'
import { gateProblem, isAway, type MemberStatus, REPORT_MS, readStatus } from './status.js'

export interface Push {
  readonly content: Content
  readonly rings: readonly string[]
  readonly maxChange: number | undefined
  /** How long each ring but the last has to show that calls go well. */
  readonly holdMs: number
  /** After so long no PBX takes it that was away. */
  readonly expiresMs: number
}

export interface RolloutParts {
  readonly exchange: Exchange
  readonly publisher: Publisher
  /** Says how it goes on. */
  say(line: string): void
  /** How long a PBX may take to check a revision and to report. */
  readonly answerMs?: number
  /** How long a push waits for PBXs that have not reported lately. */
  readonly reportMs?: number
}

export interface RolloutResult {
  readonly ok: boolean
  /** Those that have it, by ring. */
  readonly rings: readonly { readonly ring: string; readonly pbxs: readonly string[] }[]
  /** Why it stopped. */
  readonly problem: string | null
}

/** The replay of ten thousand calls may take 100 s. */
const ANSWER_MS = 120_000
const POLL_MS = 100
/** Behind a leaf node a PBX may take some seconds longer. */
const REPORT_WAIT_MS = REPORT_MS + 5_000
const NO_REPORT = 'Nothing was pushed: all PBXs are away.  doorman fleet status  says since when.'

/** Rejects where the exchange cannot be reached. */
export async function push(parts: RolloutParts, what: Push): Promise<RolloutResult> {
  const { publisher, say } = parts
  const before = common(await publisher.orders())
  const { content, maxChange, expiresMs, holdMs } = what
  const earlier = [...before.earlier]
  if (before.content !== null && before.content.revision !== content.revision) earlier.push(before.content)
  const order = { content, maxChange, isRollback: false, earlier, push: { rings: what.rings, holdMs } }
  return watching(parts, async (statuses) => {
    await awaitReports(parts, statuses)
    // No gate would hold.
    if (before.content !== null && membersOf(REST, statuses).length === 0)
      return { ok: false, rings: [], problem: NO_REPORT }
    const done: { ring: string; pbxs: readonly string[] }[] = []
    for (const ring of what.rings) {
      const sequence = await publisher.order({ ...order, ring }, expiresMs)
      const pbxs = membersOf(ring, statuses)
      done.push({ ring, pbxs })
      const names = pbxs.length === 0 ? '' : ` (${listed(pbxs)})`
      say(`Ring ${ring}: ${counted(pbxs.length, 'PBX')}${names}${awayNote([ring], statuses)}`)
      const isLast = ring === what.rings.at(-1)
      const wait = { pbxs, sequence, holdMs: isLast || pbxs.length === 0 ? 0 : holdMs }
      if (wait.holdMs > 0) say(`  watched for ${formatDuration(holdMs)}`)
      const problem = await gate(parts, statuses, wait)
      if (problem === undefined) continue
      say(`  ${problem}`)
      const back = { ...before, why: problem.slice(0, 500) }
      await rollBack(parts, statuses, { rings: done.map((one) => one.ring), before: back, expiresMs })
      return { ok: false, rings: done, problem }
    }
    return { ok: true, rings: done, problem: null }
  })
}

/**
 * Brings all back to what they had before the last push, or those rings that are ahead of the others to what all have.
 * Undefined where no push came before.
 */
export async function rollback(parts: RolloutParts, expiresMs: number): Promise<RolloutResult | undefined> {
  const orders = await parts.publisher.orders()
  const all = common(orders)
  const isAhead = [...orders.values()].some(
    ({ sequence, content }) => sequence > all.sequence && content?.revision !== all.content?.revision,
  )
  if (!isAhead && all.content === null) return undefined
  const before = isAhead ? all : { content: all.earlier.at(-1) ?? null, earlier: all.earlier.slice(0, -1) }
  return watching(parts, async (statuses) => {
    const problem = await rollBack(parts, statuses, { rings: [REST], before, expiresMs })
    const rings = [{ ring: REST, pbxs: membersOf(REST, statuses) }]
    return { ok: problem === undefined, rings, problem: problem ?? null }
  })
}

type Statuses = ReadonlyMap<string, MemberStatus>
type Before = Pick<NewOrder, 'content' | 'earlier' | 'why'>

async function rollBack(
  parts: RolloutParts,
  statuses: Statuses,
  { rings, before, expiresMs }: { rings: readonly string[]; before: Before; expiresMs: number },
): Promise<string | undefined> {
  const { publisher, say } = parts
  const to = before.content === null ? 'what each had before the first push' : before.content.revision
  say(`Rolled back to ${to}: ring ${rings.join(', ')}${awayNote(rings, statuses)}.`)
  const problems: string[] = []
  for (const ring of rings) {
    const order = { ...before, ring, isRollback: true }
    const sequence = await publisher.order(order, expiresMs)
    const problem = await gate(parts, statuses, { pbxs: membersOf(ring, statuses), sequence, holdMs: 0 })
    if (problem !== undefined) problems.push(problem)
  }
  for (const problem of problems) say(`  ${problem}`)
  return problems[0]
}

/** Waits until all have taken an order, and then looks on for a time; what speaks against going on. */
async function gate(
  { answerMs = ANSWER_MS }: RolloutParts,
  statuses: Statuses,
  { pbxs, sequence, holdMs }: { pbxs: readonly string[]; sequence: number; holdMs: number },
): Promise<string | undefined> {
  const start = Date.now()
  let tookAt: number | undefined
  for (;;) {
    const waiting: string[] = []
    for (const pbx of pbxs) {
      const status = statuses.get(pbx)
      const hasIt = (status?.order?.sequence ?? 0) >= sequence
      if (status === undefined || !hasIt) waiting.push(pbx)
      else if (isAway(status, Date.now())) return `${pbx} is away since it took it.`
      else {
        const problem = gateProblem(status)
        if (problem !== undefined) return problem
      }
    }
    if (waiting.length === 0) tookAt ??= Date.now()
    if (tookAt !== undefined && Date.now() - tookAt >= holdMs) return undefined
    if (tookAt === undefined && Date.now() - start > answerMs)
      return timeoutProblem(waiting, statuses, answerMs)
    await sleep(POLL_MS)
  }
}

/** An order that a PBX does not believe has no answer, and the reason is in its status. */
function timeoutProblem(pbxs: readonly string[], statuses: Statuses, answerMs: number): string {
  const reasons = pbxs.flatMap((pbx) =>
    (statuses.get(pbx)?.refusedOrders ?? [])
      .filter((why) => why.startsWith('orders/'))
      .map((why) => ` ${pbx}: ${why}`),
  )
  const says = `${pbxs.join(', ')} did not say in ${formatDuration(answerMs)} whether it takes it.`
  return `${says}${reasons.join('')}`
}

/** Does something while the statuses are kept as they come. */
async function watching<T>({ exchange }: RolloutParts, use: (statuses: Statuses) => Promise<T>): Promise<T> {
  const statuses = new Map<string, MemberStatus>()
  const ended = new AbortController()
  const changed: Changed = (key, text) => {
    const status = readStatus(lastPart(key), text)
    if (status !== undefined) statuses.set(status.name, status)
  }
  try {
    await exchange.watch('status/', changed, ended.signal)
    return await use(statuses)
  } finally {
    ended.abort()
  }
}

/**
 * While the hub or the folder was away all PBXs were: no ring may be judged by those of its PBXs alone that happened to
 * report first afterwards. How long ago a PBX reported does not tell whether it was away, or the exchange.
 */
async function awaitReports(
  { say, reportMs = REPORT_WAIT_MS }: RolloutParts,
  statuses: Statuses,
): Promise<void> {
  const end = Date.now() + reportMs
  const late = () => membersOf(REST, statuses, true)
  if (late().length > 0) say(`Waits up to ${formatDuration(reportMs)} for the report of ${listed(late())}.`)
  while (late().length > 0 && Date.now() < end) await sleep(POLL_MS)
}

/** Those that are there, or those that are away: they take what their ring has when they are back. */
function membersOf(ring: string, statuses: Statuses, away = false): readonly string[] {
  const found = [...statuses.values()].filter((status) => isAway(status, Date.now()) === away)
  return found.filter((status) => isInRing(ring, status)).map(({ name }) => name)
}

function awayNote(rings: readonly string[], statuses: Statuses): string {
  const away = new Set(rings.flatMap((ring) => membersOf(ring, statuses, true)))
  return away.size === 0 ? '' : `; away, and takes it when it is back: ${listed([...away])}`
}
