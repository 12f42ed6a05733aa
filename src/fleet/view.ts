import type { Exchange } from './exchange.js'
import type { RevisionOrder } from './orders.js'
import { isInRing } from './rings.js'
import { drifts, gateProblem, isAway, type MemberStatus, readStatuses } from './status.js'

export type FleetView = Awaited<ReturnType<typeof readView>>

/** All PBXs by name, and the rings in the order in which they were given orders. Takes as long as `list` does. */
export async function readView(exchange: Pick<Exchange, 'watch'>, orders: readonly RevisionOrder[]) {
  const now = Date.now()
  const statuses = await readStatuses(exchange)
  return {
    pbxs: statuses.map((pbx) => ({ ...pbx, isAway: isAway(pbx, now), drifts: drifts(pbx) })),
    rings: orders.toSorted((a, b) => a.sequence - b.sequence).map((order) => ringOf(order, statuses)),
  }
}

/** The last order of a ring, and how its PBXs do with it. A later order, to a larger ring, follows on this one. */
function ringOf(order: RevisionOrder, statuses: readonly MemberStatus[]) {
  const { ring, at, by, isRollback, content, why, sequence } = order
  const pbxs = statuses.filter((pbx) => isInRing(ring, pbx))
  const have = pbxs.filter((pbx) => (pbx.order?.sequence ?? 0) >= sequence)
  const latest = have.filter((pbx) => pbx.order?.sequence === sequence)
  /** Why the push was rolled back, or what speaks against its going on. */
  const problem = why ?? latest.map(gateProblem).find((one) => one !== undefined) ?? null
  const counts = { pbxs: pbxs.length, have: have.length }
  return { ring, at, by, isRollback, revision: content?.revision ?? null, ...counts, problem }
}
