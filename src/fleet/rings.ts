/**
 * A ring is a part of the fleet that takes a revision before others do: PBXs that name it by DOORMAN_FLEET_RING
 * (`canary`), a share of all (`10%`), or `rest`, which is all of them. Each PBX finds by itself in which it is.
 */
import { hash } from 'node:crypto'

export const REST = 'rest'
/** The ring that `doorman fleet init` and `push` name first. */
export const CANARY = 'canary'
export const RING = /^(?:[a-z][a-z0-9_-]{0,39}|[1-9]\d?%)$/

export interface Member {
  readonly name: string
  /** DOORMAN_FLEET_RING */
  readonly ring: string
}

export function isInRing(ring: string, member: Member): boolean {
  if (ring === REST) return true
  if (ring.endsWith('%')) return hashFraction(member.name) < Number.parseInt(ring, 10) / 100
  return ring === member.ring
}

/** From 0 to 1, by the name of the PBX, so that it stays when others come and go. */
function hashFraction(name: string): number {
  return Number.parseInt(hash('sha256', name, 'hex').slice(0, 8), 16) / 2 ** 32
}
