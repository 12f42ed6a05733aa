import type { Caller } from './caller.js'
import type { CallerRow } from './decision.js'
import type { CallFacts } from './facts.js'
import type { Routing } from './routing.js'

/** One thing that speaks for a VIP. It counts only where the trunk is believed about it. */
export interface VipEvidence {
  readonly source: 'numbers' | 'file' | 'header'
  /** The file or the header; empty for `vip.numbers`. */
  readonly name: string
  /** The number, or the value of the header, that was found. */
  readonly value: string
  readonly trusted: boolean
}

export interface VipFinding {
  readonly vip: boolean
  /** All that speaks for a VIP, hearsay included, so that an explanation can say what did not count. */
  readonly evidence: readonly VipEvidence[]
}

/** Whether this is a VIP call: one piece of evidence that is believed is enough, hearsay never is. */
export function vipOf(facts: CallFacts, routing: Routing, caller: Caller): VipFinding {
  const evidence: VipEvidence[] = []
  addNumberEvidence(evidence, routing, caller)
  addHeaderEvidence(evidence, facts, routing)
  return { vip: evidence.some(({ trusted }) => trusted), evidence }
}

/** The row of the first VIP file that has the caller, if the caller's number is believed. */
export function callerRowOf({ vip }: Routing, { number, trusted }: Caller): CallerRow | undefined {
  return trusted ? vip.tables.find((table) => table.has(number))?.row(number) : undefined
}

function addNumberEvidence(found: VipEvidence[], routing: Routing, { number, trusted }: Caller): void {
  if (routing.vip.numbers.has(number)) found.push({ source: 'numbers', name: '', value: number, trusted })
  for (const table of routing.vip.tables) {
    if (table.has(number)) found.push({ source: 'file', name: table.file, value: number, trusted })
  }
}

function addHeaderEvidence(found: VipEvidence[], facts: CallFacts, routing: Routing): void {
  for (const [name, accepted] of routing.vip.headers) {
    const value = facts.headers.getAll(name).find((one) => accepts(accepted, one))
    if (value === undefined) continue
    found.push({ source: 'header', name, value, trusted: routing.trust.believes(facts.trunk, name) })
  }
}

/** `Gold` and `gold` are the same tier, whoever wrote it. */
function accepts(accepted: ReadonlySet<string>, value: string): boolean {
  if (accepted.has(value)) return true
  const lower = value.toLowerCase()
  for (const one of accepted) if (one.toLowerCase() === lower) return true
  return false
}
