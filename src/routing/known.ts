import { type AttestationFinding, attestationOf } from '../sip/attestation.js'
import { branchOf } from './branch.js'
import { type Callee, calleeOf } from './callee.js'
import { type Caller, callerOf } from './caller.js'
import type { CallerRow } from './decision.js'
import type { CallFacts } from './facts.js'
import type { Branch, Routing } from './routing.js'
import { callerRowOf, type VipFinding, vipOf } from './vip.js'

/**
 * What the rules of one revision make of one call. Each thing is derived when it is first asked for and then
 * kept, so a call pays only for what its rules look at.
 */
export class Known {
  readonly facts: CallFacts
  readonly routing: Routing
  #caller: Caller | undefined
  #callee: Callee | undefined
  #vip: VipFinding | undefined
  #callerRow: CallerRow | undefined | null = null
  #branch: Branch | undefined | null = null
  #attestation: AttestationFinding | undefined

  constructor(facts: CallFacts, routing: Routing) {
    this.facts = facts
    this.routing = routing
  }

  get caller(): Caller {
    this.#caller ??= callerOf(this.facts, this.routing)
    return this.#caller
  }

  get callee(): Callee {
    this.#callee ??= calleeOf(this.facts, this.routing)
    return this.#callee
  }

  get vip(): VipFinding {
    this.#vip ??= vipOf(this.facts, this.routing, this.caller)
    return this.#vip
  }

  /** The VIP row of the caller, if a file has one and the number is believed. */
  get callerRow(): CallerRow | undefined {
    if (this.#callerRow === null) this.#callerRow = callerRowOf(this.routing, this.caller)
    return this.#callerRow
  }

  get branch(): Branch | undefined {
    if (this.#branch === null) this.#branch = branchOf(this.routing, this.callee.number)
    return this.#branch
  }

  get attestation(): AttestationFinding {
    this.#attestation ??= attestationOf(this.facts, this.routing.trust)
    return this.#attestation
  }

  /** Whether the call's trunk is believed about a header, `caller_number` or `verstat`. */
  believes(item: string): boolean {
    return this.routing.trust.believes(this.facts.trunk, item)
  }
}
