import { verstatLevel } from '../sip/attestation.js'
import { canonicalName } from '../sip/headers.js'
import { numberInHeader } from '../sip/phone-number.js'
import type { CallContext } from './call-context.js'
import { matchesNumber, passes } from './condition.js'
import { callerItem, clip, formatTrust, headerName } from './format.js'
import type { HeaderTest, NumberPattern } from './types.js'

/** An untrusted claim of a call that would have counted. */
export interface Hearsay {
  /** A header as people write it, `caller_number`, or `verstat`: what an admin would put under `trust`. */
  readonly what: string
  readonly value: string
  readonly for: readonly Purpose[]
  readonly why: string
}

export type Purpose = 'vip' | 'rules' | 'callee_from' | 'trunk_from'

/** RFC 3261 §8.1.1 and what every INVITE carries besides: their presence claims nothing. */
const ALWAYS_THERE = new Set([
  ...['from', 'to', 'call-id', 'cseq', 'via', 'max-forwards', 'contact', 'content-type', 'content-length'],
])

const ASSERTED = 'p-asserted-identity'

/**
 * The untrusted claims of a call, each once. A header counts where the revision refers to it and the call has it;
 * one that every call has, only where a condition names its value. A caller number, Asterisk's or an asserted one,
 * counts only where it would have made a VIP call or a `caller` condition names it, and a header of `callee_from`
 * only where it holds another number: otherwise every call of an untrusted trunk would claim something.
 */
export function hearsayOf(context: CallContext): readonly Hearsay[] {
  const { facts, routing, caller } = context
  const { headerNames, attestations } = routing.index.referenced
  const claim = (what: string, value: string, purposes: () => Purposes): readonly Hearsay[] => {
    if (context.trusts(what)) return []
    const all = [...new Set(purposes().filter((one) => one !== false))]
    if (all.length === 0) return []
    const why = `${what} would count for ${all.join(' and ')}, but ${formatTrust(facts.trunk, what, false)}`
    return [{ what, value: clip(value), for: all, why }]
  }
  const untrusted = headerNames.filter((name) => facts.headers.has(name) && !context.trusts(name))
  return [
    ...claim(callerItem(caller), caller.number, () => numberPurposes(caller.number, context)),
    ...untrusted.flatMap((name) =>
      claim(headerName(name), facts.headers.get(name) ?? '', () => headerPurposes(name, context)),
    ),
    ...(attestations.size === 0
      ? []
      : claim('verstat', context.attestation.value ?? '', () => verstatPurposes(context))),
  ]
}

type Purposes = readonly (Purpose | false)[]

function numberPurposes(number: string, { routing: { vip, index }, outside }: CallContext): Purposes {
  const isNamed = (pattern: NumberPattern) => matchesNumber(pattern, number, outside.tables)
  return [isNamed(vip.numbers) && 'vip', isNamed(index.referenced.callers) && 'rules']
}

function headerPurposes(name: string, context: CallContext): Purposes {
  const { facts, routing, vip, callee } = context
  const values = facts.headers.getAll(name)
  const number = numberInHeader(values, routing.defaultCountry)
  const tests = routing.index.referenced.headers.get(name) ?? []
  const isCommon = ALWAYS_THERE.has(name)
  const isEvidence = vip.evidence.some((one) => one.source === 'header' && one.name === name)
  const isNamed = tests.some((test) => !isCommon || values.some((value) => names(test, value)))
  const namesTrunk = [...routing.trunkFrom.values()].some((header) => canonicalName(header) === name)
  const isBehindProxy = routing.trunkFrom.has(context.endpoint ?? '')
  const isCallee = routing.calleeFrom.some((header) => canonicalName(header) === name)
  return [
    ...(name === ASSERTED && number !== undefined ? numberPurposes(number, context) : []),
    routing.vip.headers.has(name) && (!isCommon || isEvidence) && 'vip',
    isNamed && 'rules',
    isCallee && number !== undefined && number !== callee.number && 'callee_from',
    namesTrunk &&
      !isBehindProxy &&
      values.some((one) => routing.index.referenced.trunks.has(one)) &&
      'trunk_from',
  ]
}

/** Whether a condition names this value; a regular expression names none. */
function names(test: HeaderTest, value: string): boolean {
  return (test.kind === 'exact' || test.kind === 'starts_with') && passes(test, value)
}

function verstatPurposes({ attestation: { source, value }, routing }: CallContext): Purposes {
  if (source !== 'verstat' || value === null) return []
  const level = verstatLevel(value)
  return [level !== 'none' && routing.index.referenced.attestations.has(level) && 'rules']
}
