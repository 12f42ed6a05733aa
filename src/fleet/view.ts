import type { Exchange } from './exchange.js'
import type { FleetMember } from './member.js'
import type { RevisionOrder } from './orders.js'
import { isInRing } from './rings.js'
import { drifts, gateProblem, isAway, type MemberStatus, readStatuses } from './status.js'

export type FleetView = ReturnType<typeof viewOf>

/** Makes a reader of the fleet as this PBX sees it: while the exchange is away, the others as they were last read. */
export function fleetReader(
  exchange: Pick<Exchange, 'watch' | 'isUp' | 'problem'>,
  member: Pick<FleetMember, 'status' | 'orders' | 'reportedAt'>,
): () => Promise<FleetView> {
  let statuses: readonly MemberStatus[] = []
  let readAt: number | null = null
  return async () => {
    let missing: FleetView['missing'] = null
    try {
      if (!exchange.isUp) throw new Error(exchange.problem || 'it has not answered yet')
      statuses = await readStatuses(exchange)
      readAt = Date.now()
    } catch (error) {
      missing = { since: member.reportedAt, readAt, why: (error as Error).message }
    }
    const own = member.status
    return viewOf([...statuses.filter(({ name }) => name !== own.name), own], member.orders, missing)
  }
}

/** All PBXs by name, and the rings in the order in which they were given orders. */
export function viewOf(
  statuses: readonly MemberStatus[],
  orders: ReadonlyMap<string, RevisionOrder>,
  /**
   * Since when the exchange is away, and why; and when the others were read, null where they were not since Doorman
   * started. Times are milliseconds since 1970.
   */
  missing: { readonly since: number; readonly readAt: number | null; readonly why: string } | null = null,
) {
  const now = missing?.readAt ?? Date.now()
  const pbxs = statuses.toSorted((a, b) => a.name.localeCompare(b.name))
  const given = [...orders.values()].sort((a, b) => a.sequence - b.sequence)
  return {
    missing,
    pbxs: pbxs.map((pbx) => ({ ...pbx, isAway: isAway(pbx, now), drifts: drifts(pbx) })),
    rings: given.map((order) => ringOf(order, pbxs, now, order === given.at(-1))),
  }
}

/** The last order of a ring, and how its PBXs do with it. A later order, to a larger ring, follows on this one. */
function ringOf(order: RevisionOrder, statuses: readonly MemberStatus[], now: number, isNewest: boolean) {
  const { ring, at, by, isRollback, content, why, sequence, push } = order
  const pbxs = statuses.filter((pbx) => isInRing(ring, pbx))
  const have = pbxs.filter((pbx) => (pbx.order?.sequence ?? 0) >= sequence)
  const latest = have.filter((pbx) => pbx.order?.sequence === sequence)
  /** Why the push was rolled back, or what speaks against its going on. */
  const problem = why ?? latest.map(gateProblem).find((one) => one !== undefined) ?? null
  const isAsked = pbxs.some((pbx) => !have.includes(pbx) && !isAway(pbx, now))
  /** How long it is watched before the push goes on. */
  const until = Math.max(at, ...latest.map(({ since }) => since)) + (push?.holdMs ?? 0)
  /** The rings to which the push goes on. */
  const next = isNewest && push !== undefined ? push.rings.slice(push.rings.indexOf(ring) + 1) : []
  const going = isAsked ? 'asked' : until > now && next.length > 0 ? 'watched' : 'passed'
  const state: RingState = isRollback ? 'rolledBack' : problem === null ? going : 'failed'
  const counts = { pbxs: pbxs.length, have: have.length }
  return { ring, at, by, revision: content?.revision ?? null, ...counts, state, until, problem, next }
}

type RingState = 'asked' | 'watched' | 'passed' | 'failed' | 'rolledBack'
