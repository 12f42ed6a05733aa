/** Where the facts of a call come from, and which untrusted claims did not count. */
import { counted } from '../lib/units.js'
import { verstatLevel } from '../sip/attestation.js'
import { canonicalName } from '../sip/headers.js'
import { numberInHeader } from '../sip/phone-number.js'
import type { CallContext, PassedOver, VipEvidence } from './call-context.js'
import {
  matchesNumber,
  missingTables,
  NOT_LOADED,
  passes,
  rememberedOf,
  whyNotRemembered,
} from './condition.js'
import { callerItem, clip, formatMissing, formatTrust, headerName } from './format.js'
import { lineNumberOf } from './number-table.js'
import { sourceOf } from './outside-data.js'
import type { HeaderTest, NumberPattern } from './types.js'

/** One thing that a decision is based on, and where it comes from, as records and `explain --json` have it. */
export interface Provenance {
  /** `trunk`, `caller number`, `callee number`, `vip`, `branch`, `attestation`, `memory`, or `header X-VIP`. */
  readonly fact: string
  /** Null where the call has none. */
  readonly value: string | null
  /** `caller ID`, `P-Asserted-Identity`, `dialled`, `vips.csv:12`, `STIR/SHAKEN` … */
  readonly from: string
  readonly trusted: boolean
  readonly why: string
}

export interface ProvenanceOptions {
  /** The headers that the revision needs; those that the call has are told. */
  readonly headers: readonly string[]
  /**
   * Whether more is told than a record needs, at more expense: the attestation where no rule asks for it, and the line
   * of a VIP file, for which a walk through the file takes tens of milliseconds where it has a million.
   */
  readonly thorough: boolean
}

/** Where each fact of a call comes from, in the order in which a decision asks for them. */
export function provenanceOf(context: CallContext, options: ProvenanceOptions): readonly Provenance[] {
  const { facts, routing } = context
  const isAsked = options.thorough || routing.index.referenced.attestations.size > 0
  return [
    ...trunkFacts(context),
    callerFact(context),
    calleeFact(context),
    ...vipFacts(context, options.thorough),
    branchFact(context),
    ...(isAsked ? [attestationFact(context)] : []),
    ...(routing.memory === undefined ? [] : [memoryFact(context)]),
    ...[...context.outside.answers.keys()].flatMap((name) => lookupFact(name, context)),
    ...options.headers.filter((name) => facts.headers.has(name)).map((name) => headerFact(name, context)),
  ]
}

/** Only where the call came through a proxy. */
function trunkFacts({ endpoint = '', facts, routing }: CallContext): readonly Provenance[] {
  const header = routing.trunkFrom.get(endpoint)
  if (header === undefined) return []
  const named = facts.headers.getAll(header).map((name) => `"${clip(name)}"`)
  const matched = facts.trunk !== endpoint
  const ignored = matched || named.length === 0 ? '' : ', which is not one trunk of the flow files'
  const why = `${header} from ${endpoint} is ${named.join(' and ') || 'missing'}${ignored}`
  const from = matched ? `header ${header}` : 'endpoint'
  return [{ fact: 'trunk', value: facts.trunk ?? null, from, trusted: matched, why }]
}

function callerFact(context: CallContext): Provenance {
  const { number, source: from, trusted } = context.caller
  const why = formatTrust(context.facts.trunk, callerItem(context.caller), trusted) + assertedNote(context)
  return { fact: 'caller number', value: clip(number), from, trusted, why }
}

function assertedNote(context: CallContext): string {
  const header = 'P-Asserted-Identity'
  if (context.caller.source === header || !context.facts.headers.has(header)) return ''
  if (context.trusts(header)) return `; ${header} is there, but holds no number`
  return `; ${header} is there, but ${formatTrust(context.facts.trunk, header, false)}`
}

function calleeFact({ callee, facts: { trunk } }: CallContext): Provenance {
  const header = headerName(callee.header ?? '')
  const [from, trust] =
    callee.header === undefined
      ? ['dialled', 'the PBX sent the call to it']
      : [`header ${header}`, formatTrust(trunk, header, true)]
  const why = [trust, ...callee.passedOver.map((one) => passedOverNote(one, trunk))].join('; ')
  return { fact: 'callee number', value: clip(callee.number), from, trusted: true, why }
}

function passedOverNote({ header, value, because }: PassedOver, trunk: string | undefined): string {
  const name = headerName(header)
  const found = `header ${name} is "${clip(value)}"`
  if (because === 'no number') return `${found}, which holds no number`
  return `${found}, but ${formatTrust(trunk, name, false)}`
}

/** One for each thing that speaks for a VIP, hearsay included; one that says no where nothing does. */
function vipFacts(context: CallContext, withLine: boolean): readonly Provenance[] {
  const { evidence } = context.vip
  if (evidence.length > 0) return evidence.map((one) => vipFact(one, context, withLine))
  const missing = missingTables(context.routing.vip.numbers, context.outside.tables)
  const why = `neither the caller number nor a header makes this a VIP call${missing.length > 0 ? `; ${formatMissing(missing)}` : ''}`
  return [{ fact: 'vip', value: 'no', from: 'nothing', trusted: true, why }]
}

function vipFact(evidence: VipEvidence, context: CallContext, withLine: boolean): Provenance {
  const { source, name, trusted } = evidence
  const value = clip(evidence.value)
  const item = source === 'header' ? headerName(name) : callerItem(context.caller)
  const from = {
    numbers: 'vip.numbers',
    file: `${name}${withLine ? lineIn(evidence, context) : ''}`,
    table: `table ${name}`,
    header: `header ${item}`,
  }[source]
  const found = source === 'header' ? `${from} is "${value}"` : `caller number ${value} is in ${from}`
  const why = trusted ? found : `${found}, but ${formatTrust(context.facts.trunk, item, false)}`
  return { fact: 'vip', value: trusted ? 'yes' : 'no', from, trusted, why }
}

function lineIn({ name, value }: VipEvidence, { routing }: CallContext): string {
  const table = routing.vip.numbers.tables.find(({ file }) => file === name)
  return table === undefined ? '' : `:${lineNumberOf(table, value)}`
}

function branchFact({ branch, callee, outside }: CallContext): Provenance {
  const value = clip(callee.number)
  const missing = `no branch has callee number ${value}`
  const [from, why] =
    branch === undefined
      ? ['nothing', `${missing}, and none is the default`]
      : matchesNumber(branch.numbers, callee.number, outside.tables)
        ? ['callee number', `callee number ${value} belongs to ${branch.name}`]
        : ['default branch', `${missing}; ${branch.name} is the default`]
  return { fact: 'branch', value: branch?.name ?? null, from, trusted: true, why }
}

function attestationFact({ attestation: found, facts: { trunk } }: CallContext): Provenance {
  const { attestation: value, trusted } = found
  const fact = { fact: 'attestation', value }
  if (found.source === 'stir_shaken')
    return { ...fact, from: 'STIR/SHAKEN', trusted, why: 'Asterisk verified the token itself' }
  if (found.value === null) return { ...fact, from: 'nothing', trusted: true, why: 'the call carries none' }
  const why = `verstat says ${clip(found.value)}; ${formatTrust(trunk, 'verstat', trusted)}`
  return { ...fact, from: 'verstat', trusted, why }
}

/** Nothing of one that the rules do not have any more. */
function lookupFact(name: string, context: CallContext): readonly Provenance[] {
  const lookup = context.routing.lookups.get(name)
  if (lookup === undefined) return []
  const { answer, values = {}, trusted, why } = context.lookup(name)
  const shown = Object.entries(values).map(([field, value]) => `${field}=${clip(value)}`)
  const waited = answer === undefined ? '' : `; the call waited ${Math.round(answer.ms)} ms`
  const from = `${sourceOf(lookup)}, ${answer?.result ?? 'not asked'}`
  const value = shown.join(', ') || null
  return [{ fact: `lookup ${name}`, value, from, trusted, why: `it ${why}${waited}` }]
}

/** What was kept of the caller's calls, also where no rule looks at it. */
function memoryFact(context: CallContext): Provenance {
  const why = whyNotRemembered(context)
  const found = rememberedOf(context)
  const trusted = why === undefined
  if (found === undefined)
    return { fact: 'memory', value: null, from: 'nothing', trusted, why: why ?? NOT_LOADED }
  const values = Object.entries(found.values).map(([key, value]) => `${key}=${value}`)
  const calls = counted(found.calls.length, 'earlier call')
  return { fact: 'memory', value: values.join(', ') || null, from: 'the last call', trusted, why: calls }
}

function headerFact(name: string, context: CallContext): Provenance {
  const { trunk, headers } = context.facts
  const item = headerName(name)
  const trusted = context.trusts(name)
  const from = trunk === undefined ? 'a call without a trunk' : `trunk ${trunk}`
  const value = clip(headers.get(name) ?? '')
  return { fact: `header ${item}`, value, from, trusted, why: formatTrust(trunk, item, trusted) }
}

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
