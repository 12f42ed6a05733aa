import { attestationOf } from '../sip/attestation.js'
import { canonicalName } from '../sip/headers.js'
import { numberInHeader } from '../sip/phone-number.js'
import { Trust } from '../sip/trust.js'
import type { Known } from './known.js'
import { type LookedAt, lookedAt } from './looked-at.js'
import type { Routing } from './routing.js'
import { clip, disbelief, headerName } from './words.js'

/** Something that a call claimed, that would have counted, and that its trunk is not believed about. */
export interface Hearsay {
  /** A header as people write it, `caller_number`, or `verstat`: what an admin would put under `trust`. */
  readonly what: string
  readonly value: string
  /** What it would have been for: `vip`, `rules`, `callee_from`. */
  readonly for: readonly Purpose[]
  readonly why: string
}

export type Purpose = 'vip' | 'rules' | 'callee_from'

/** RFC 3261 §8.1.1 and what every INVITE carries besides: that they are there is no try. */
const ALWAYS_THERE = new Set([
  ...['from', 'to', 'call-id', 'cseq', 'via', 'max-forwards', 'contact', 'content-type', 'content-length'],
])

const ASSERTED = 'p-asserted-identity'

/**
 * The hearsay of a call that was refused, each thing once. A header counts where the revision looks at it and the
 * call has it; one that every call has, only where its value is one that a condition names. A caller number, be it
 * Asterisk's or an asserted one, counts only where it would have made a VIP call or is named by a `caller`
 * condition, and a header of `callee_from` only where it holds another number: otherwise every call of a trunk that
 * is not believed would be a try.
 */
export function hearsayOf(known: Known): readonly Hearsay[] {
  const looked = lookedAt(known.routing)
  const headers = headersOf(known.routing, looked).flatMap((name) => ofHeader(name, known, looked))
  return [...ofCaller(known, looked), ...headers, ...ofVerstat(known, looked)]
}

const namesKnown = new WeakMap<Routing, readonly string[]>()

/** Every header by which a call of this revision could claim something. */
function headersOf(routing: Routing, looked: LookedAt): readonly string[] {
  const known = namesKnown.get(routing)
  if (known !== undefined) return known
  const all = [...routing.vip.headers.keys(), ...looked.headers.keys(), ...routing.calleeFrom, ASSERTED]
  const names = [...new Set(all.map(canonicalName))]
  namesKnown.set(routing, names)
  return names
}

function ofCaller(known: Known, looked: LookedAt): Hearsay[] {
  const { number, trusted } = known.caller
  if (trusted) return []
  return refused('caller_number', number, ofNumber(number, known.routing, looked), known)
}

function ofNumber(number: string, { vip }: Routing, { callers }: LookedAt): Purpose[] {
  const isVip = vip.numbers.has(number) || vip.tables.some((table) => table.has(number))
  return [...given('vip', isVip), ...given('rules', callers.first(number) !== undefined)]
}

function ofHeader(name: string, known: Known, looked: LookedAt): Hearsay[] {
  const values = known.facts.headers.getAll(name)
  if (values.length === 0 || known.believes(name)) return []
  const { routing } = known
  const asserted = name === ASSERTED ? assertedPurposes(values, routing, looked) : []
  const purposes = new Set([
    ...asserted,
    ...given(
      'vip',
      counts(name, routing.vip.headers, () => isVipEvidence(name, known)),
    ),
    ...given(
      'rules',
      counts(name, looked.headers, () => isNamed(name, values, looked)),
    ),
    ...given('callee_from', isOtherCallee(name, values, known)),
  ])
  return refused(headerName(name), values.join(', '), [...purposes], known)
}

/** A header that is not in every call counts by being there. */
function counts(name: string, among: ReadonlyMap<string, unknown>, isMet: () => boolean): boolean {
  return among.has(name) && (!ALWAYS_THERE.has(name) || isMet())
}

function isVipEvidence(header: string, { vip }: Known): boolean {
  return vip.evidence.some(({ source, name }) => source === 'header' && name === header)
}

function isNamed(name: string, values: readonly string[], { headers }: LookedAt): boolean {
  return values.some((value) => headers.get(name)?.first(value) !== undefined)
}

function isOtherCallee(name: string, values: readonly string[], { callee, routing }: Known): boolean {
  if (!routing.calleeFrom.some((header) => canonicalName(header) === name)) return false
  const number = numberInHeader(values, routing.defaultCountry)
  return number !== undefined && number !== callee.number
}

function assertedPurposes(values: readonly string[], routing: Routing, looked: LookedAt): Purpose[] {
  const number = numberInHeader(values, routing.defaultCountry)
  return number === undefined ? [] : ofNumber(number, routing, looked)
}

/** What the trunk says it verified, where it would have met a condition. */
function ofVerstat(known: Known, { attestations }: LookedAt): Hearsay[] {
  if (attestations.size === 0) return []
  const { source, trusted, value } = known.attestation
  if (source !== 'verstat' || trusted || value === null) return []
  const { trunk = '' } = known.facts
  const believing = new Trust(new Map([[trunk, new Set(['verstat'])]]))
  const claimed = attestationOf({ ...known.facts, trunk }, believing).attestation
  return refused('verstat', value, given('rules', claimed !== 'none' && attestations.has(claimed)), known)
}

function given(purpose: Purpose, isSo: boolean): Purpose[] {
  return isSo ? [purpose] : []
}

function refused(what: string, value: string, purposes: readonly Purpose[], known: Known): Hearsay[] {
  if (purposes.length === 0) return []
  const why = `${what} is looked at (${purposes.join(', ')}), but ${disbelief(known.facts.trunk, what)}`
  return [{ what, value: clip(value), for: purposes, why }]
}
