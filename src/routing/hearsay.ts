import { verstatLevel } from '../sip/attestation.js'
import { canonicalName } from '../sip/headers.js'
import { numberInHeader } from '../sip/phone-number.js'
import { matchesNumber, passes } from './condition.js'
import { attestationFact, callerFact, type Fact, headerFact } from './facts.js'
import { clip, formatTrust } from './format.js'
import { hasNumber } from './number-table.js'
import type { CallContext, HeaderTest } from './types.js'

/** An untrusted claim of a call that would have counted. */
export interface Hearsay {
  /** A header as people write it, `caller_number`, or `verstat`: what an admin would put under `trust`. */
  readonly what: string
  readonly value: string
  readonly for: readonly Purpose[]
  readonly why: string
}

export type Purpose = 'vip' | 'rules' | 'callee_from'

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
  const headers = routing.index.referenced.headerNames.filter((name) => facts.headers.has(name))
  return [
    ...claimed(callerFact(context), context, () => numberPurposes(caller.number, context)),
    ...headers.flatMap((name) =>
      claimed(headerFact(name, context), context, () => headerPurposes(name, context)),
    ),
    ...claimed(attestationFact(context), context, () => verstatPurposes(context)),
  ]
}

function claimed(fact: Fact, context: CallContext, purposesOf: () => readonly Purpose[]): readonly Hearsay[] {
  const { item: what, trusted } = fact
  if (trusted || what === undefined) return []
  const purposes = [...new Set(purposesOf())]
  if (purposes.length === 0) return []
  const value = what === 'verstat' ? clip(context.attestation.value ?? '') : (fact.value ?? '')
  const why = `${what} would count for ${purposes.join(' and ')}, but ${formatTrust(context.facts.trunk, what, false)}`
  return [{ what, value, for: purposes, why }]
}

function numberPurposes(number: string, { routing: { vip, index } }: CallContext): readonly Purpose[] {
  const isVip = vip.numbers.has(number) || vip.tables.some((table) => hasNumber(table, number))
  return [...given('vip', isVip), ...given('rules', matchesNumber(index.referenced.callers, number))]
}

function headerPurposes(name: string, context: CallContext): readonly Purpose[] {
  const { facts, routing, vip, callee } = context
  const values = facts.headers.getAll(name)
  const number = numberInHeader(values, routing.defaultCountry)
  const tests = routing.index.referenced.headers.get(name) ?? []
  const isCommon = ALWAYS_THERE.has(name)
  const isEvidence = vip.evidence.some((one) => one.source === 'header' && one.name === name)
  const isNamed = tests.some((test) => !isCommon || values.some((value) => names(test, value)))
  const isCallee = routing.calleeFrom.some((header) => canonicalName(header) === name)
  return [
    ...(name === ASSERTED && number !== undefined ? numberPurposes(number, context) : []),
    ...given('vip', routing.vip.headers.has(name) && (!isCommon || isEvidence)),
    ...given('rules', isNamed),
    ...given('callee_from', isCallee && number !== undefined && number !== callee.number),
  ]
}

/** Whether a condition names this value; a regular expression names none. */
function names(test: HeaderTest, value: string): boolean {
  return (test.kind === 'exact' || test.kind === 'starts_with') && passes(test, value)
}

function verstatPurposes({ attestation, routing }: CallContext): readonly Purpose[] {
  const level = verstatLevel(attestation.value ?? '')
  return given('rules', level !== 'none' && routing.index.referenced.attestations.has(level))
}

function given(purpose: Purpose, isSo: boolean): readonly Purpose[] {
  return isSo ? [purpose] : []
}
