import { type HoursState, stateAt } from '../hours/hours.js'
import { type AttestationFinding, attestationOf } from '../sip/attestation.js'
import { canonicalName } from '../sip/headers.js'
import {
  ANONYMOUS,
  identityInHeader,
  numberInHeader,
  numbersInHeader,
  readNumber,
} from '../sip/phone-number.js'
import type {
  CallContext,
  Callee,
  Caller,
  Claim,
  LookupState,
  PassedOver,
  VipEvidence,
  VipFinding,
} from './call-context.js'
import { matchesNumber } from './condition.js'
import { lookupState } from './lookup-state.js'
import { type CallerRow, hasNumber, rowOf } from './number-table.js'
import { hoursWith, NO_OUTSIDE_DATA, type OutsideData } from './outside-data.js'
import { firstMatch } from './rule-index.js'
import type { Branch, CallFacts, Routing } from './types.js'

/** @param at the instant of the call */
export function contextOf(
  facts: CallFacts,
  routing: Routing,
  at: Date,
  outside: OutsideData = NO_OUTSIDE_DATA,
): CallContext {
  return new Context(facts, routing, at, outside)
}

/** The same call with what lookups and memory say of it, on which nothing depends that was derived before. */
export function withAnswers(
  { facts, routing, at, outside, ...derived }: CallContext,
  more: Partial<Pick<OutsideData, 'answers' | 'memory'>>,
): CallContext {
  return new Context(facts, routing, at, { ...outside, ...more }, derived)
}

/** What every decision needs is derived at once, and the rest when a rule, a text or a record asks for it. */
class Context implements CallContext {
  readonly caller: Caller
  readonly callee: Callee
  readonly vip: VipFinding
  readonly branch: Branch | undefined
  #attestation: AttestationFinding | undefined
  #claims: readonly Claim[] | undefined
  readonly #hours = new Map<string, HoursState>()
  readonly #lookups = new Map<string, LookupState>()

  readonly facts: CallFacts
  readonly endpoint: string | undefined

  constructor(
    facts: CallFacts,
    readonly routing: Routing,
    readonly at: Date,
    readonly outside: OutsideData,
    derived?: Pick<CallContext, 'endpoint' | 'caller' | 'callee' | 'vip' | 'branch'>,
  ) {
    this.endpoint = derived === undefined ? facts.trunk : derived.endpoint
    this.facts = derived === undefined ? { ...facts, trunk: trunkOf(facts, routing) } : facts
    this.caller = derived?.caller ?? callerOf(this)
    this.callee = derived?.callee ?? calleeOf(this)
    this.vip = derived?.vip ?? vipOf(this)
    this.branch = derived === undefined ? branchOf(this) : derived.branch
  }

  get callerRow(): CallerRow | undefined {
    const { number, trusted } = this.caller
    if (!trusted) return undefined
    const { tables, outsideTables } = this.routing.vip.numbers
    const loaded = outsideTables.flatMap((name) => this.outside.tables.get(name) ?? [])
    const table = [...tables, ...loaded].find((one) => hasNumber(one, number))
    return table && rowOf(table, number)
  }

  get attestation(): AttestationFinding {
    this.#attestation ??= attestationOf(this.facts.verification, verstatOf(this), this.trusts('verstat'))
    return this.#attestation
  }

  get claims(): readonly Claim[] {
    this.#claims ??= claimsOf(this.facts, this.routing.defaultCountry)
    return this.#claims
  }

  hours(name: string): HoursState {
    const known = this.#hours.get(name)
    if (known !== undefined) return known
    const hours = this.routing.hours.get(name)
    if (hours === undefined)
      throw new Error(`The revision has no hours ${name}; this is a defect in Doorman.`)
    const state = stateAt(hoursWith(this.outside, hours), this.at.getTime())
    this.#hours.set(name, state)
    return state
  }

  lookup(name: string): LookupState {
    const known = this.#lookups.get(name) ?? lookupState(name, this)
    this.#lookups.set(name, known)
    return known
  }

  trusts(item: string): boolean {
    const { trunk } = this.facts
    return trunk !== undefined && (this.routing.trust.get(trunk)?.has(canonicalName(item)) ?? false)
  }
}

/**
 * The trunk that a proxy names, if the call came in on the endpoint of one. Only a name that the flow files have counts:
 * a proxy that lets a caller's own header through makes no trunk of the caller's choice out of any text.
 */
function trunkOf({ trunk, headers }: CallFacts, { trunkFrom, index }: Routing): string | undefined {
  const header = trunkFrom.get(trunk ?? '')
  const named = header === undefined ? [] : headers.getAll(header)
  return named.length === 1 && index.referenced.trunks.has(named[0] ?? '') ? named[0] : trunk
}

/**
 * P-Asserted-Identity (RFC 3325) where the trunk is trusted for it and it holds a number; else Asterisk's caller
 * ID, which by itself is only what the caller's From says.
 */
function callerOf(context: CallContext): Caller {
  const { facts, routing } = context
  const header = 'P-Asserted-Identity'
  const asserted = context.trusts(header)
    ? numberInHeader(facts.headers.getAll(header), routing.defaultCountry)
    : undefined
  if (asserted !== undefined) return { number: asserted, source: header, trusted: true }
  const number = readNumber(facts.callerId.number, routing.defaultCountry)
  return { number, source: 'caller ID', trusted: context.trusts('caller_number') }
}

/**
 * The first header of `callee_from` that is there, trusted and holds a number; else the extension that was
 * dialled, which always counts because the PBX itself sent the call to it.
 */
function calleeOf(context: CallContext): Callee {
  const { facts, routing } = context
  const passedOver: PassedOver[] = []
  for (const header of routing.calleeFrom) {
    const values = facts.headers.getAll(header)
    if (values.length === 0) continue
    const trusted = context.trusts(header)
    const number = trusted ? numberInHeader(values, routing.defaultCountry) : undefined
    if (number !== undefined) return { number, header, passedOver }
    passedOver.push({ header, value: values.join(', '), because: trusted ? 'no number' : 'not trusted' })
  }
  // An empty extension is no number, and not a caller who withheld one.
  const dialled = facts.dialled.trim() === '' ? '' : readNumber(facts.dialled, routing.defaultCountry)
  return { number: dialled, header: undefined, passedOver }
}

function vipOf(context: CallContext): VipFinding {
  const { number: value, trusted } = context.caller
  const { numbers, headers } = context.routing.vip
  const evidence: VipEvidence[] = []
  if (numbers.exact.has(value)) evidence.push({ source: 'numbers', name: '', value, trusted })
  for (const table of numbers.tables)
    if (hasNumber(table, value)) evidence.push({ source: 'file', name: table.file, value, trusted })
  for (const name of numbers.outsideTables) {
    const table = context.outside.tables.get(name)
    if (table !== undefined && hasNumber(table, value))
      evidence.push({ source: 'table', name, value, trusted })
  }
  for (const [name, accepted] of headers) {
    const found = context.facts.headers.getAll(name).find((one) => accepts(accepted, one))
    if (found !== undefined)
      evidence.push({ source: 'header', name, value: found, trusted: context.trusts(name) })
  }
  return { vip: evidence.some((one) => one.trusted), evidence }
}

/** `Gold` and `gold` are the same tier. */
function accepts(accepted: ReadonlySet<string>, value: string): boolean {
  const lower = value.toLowerCase()
  return accepted.has(value) || [...accepted].some((one) => one.toLowerCase() === lower)
}

function branchOf(context: CallContext): Branch | undefined {
  const { branches, index } = context.routing
  const { number } = context.callee
  const found = firstMatch(index.branches, branches, context, ({ numbers }) =>
    matchesNumber(numbers, number, context.outside.tables),
  )
  return found ?? branches.find(({ isDefault }) => isDefault)
}

/**
 * The `verstat` of the identity that the caller number was read from. That of any other identity says nothing
 * about this number: a caller can send one along.
 */
function verstatOf({ caller, facts, routing }: CallContext): string | undefined {
  const header = caller.source === 'caller ID' ? 'From' : caller.source
  const identity = identityInHeader(facts.headers.getAll(header), routing.defaultCountry)
  // Asterisk's caller ID need not come from the From header: `trust_id_inbound` and the dialplan change it.
  if (identity?.number !== caller.number) return undefined
  return identity.address.params.get('verstat') || undefined
}

/** The headers in which a caller says who they are (RFC 3261 §20.20, RFC 3325, draft-ietf-sip-privacy). */
export const CLAIM_HEADERS = [
  'From',
  'P-Asserted-Identity',
  'Remote-Party-ID',
  'P-Preferred-Identity',
] as const

/** Every identity that a caller claims, trusted or not. A header that withholds the number claims none. */
export function claimsOf({ callerId, headers }: CallFacts, country: string | undefined): readonly Claim[] {
  const number = readNumber(callerId.number, country)
  const inHeaders = CLAIM_HEADERS.flatMap((source) =>
    numbersInHeader(headers.getAll(source), country).map((one) => ({ source, number: one })),
  )
  return [{ source: 'caller ID', number }, ...inHeaders.filter((claim) => claim.number !== ANONYMOUS)]
}
