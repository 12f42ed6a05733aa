import { ANONYMOUS } from '../sip/phone-number.js'
import { matchesNumber } from './condition.js'
import { clip, formatTrust, headerName } from './format.js'
import { lineOf } from './number-table.js'
import type { CallContext, PassedOver, Reason, VipEvidence } from './types.js'

/** One thing that a decision is based on, and where it comes from. Reasons, provenance and hearsay are made of it. */
export interface Fact {
  /** `caller number`, `callee number`, `vip`, `branch`, `attestation`, or `header X-VIP`. */
  readonly name: string
  /** Null where the call has none. */
  readonly value: string | null
  /** `caller ID`, `P-Asserted-Identity`, `dialled`, `vips.csv:12`, `STIR/SHAKEN` … */
  readonly source: string
  readonly trusted: boolean
  readonly why: string
  /** What the trunk must be trusted for, as `trust` names it; undefined where it need not be. */
  readonly item?: string
  /** The step of an explanation that shows it, where there is one; `why` there begins with `origin`. */
  readonly step?: Pick<Reason, 'matched' | 'condition' | 'value'> & { readonly origin?: string }
}

export interface Provenance {
  readonly fact: string
  readonly value: string | null
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
    ...stepFacts(context, options.thorough),
    ...(isAsked ? [attestationFact(context)] : []),
    ...options.headers.filter((name) => facts.headers.has(name)).map((name) => headerFact(name, context)),
  ].map(({ name, value, source, trusted, why }) => ({ fact: name, value, from: source, trusted, why }))
}

export function factReasons(context: CallContext): readonly Reason[] {
  return stepFacts(context, false).flatMap(({ name, step, trusted, why }) => {
    if (step === undefined) return []
    const { origin, ...shown } = step
    return [{ rule: `(${name})`, ...shown, trusted, why: origin === undefined ? why : `${origin}; ${why}` }]
  })
}

function stepFacts(context: CallContext, withLine: boolean): readonly Fact[] {
  return [callerFact(context), calleeFact(context), ...vipFacts(context, withLine), branchFact(context)]
}

export function callerFact(context: CallContext): Fact {
  const { number, source, trusted } = context.caller
  const value = clip(number)
  const item = callerItem(context)
  const why = formatTrust(context.facts.trunk, item, trusted) + assertedNote(context)
  const origin = `${value} comes from ${source}`
  const step = { matched: number !== ANONYMOUS, condition: source, value, origin }
  return { name: 'caller number', value, source, trusted, why, item, step }
}

function callerItem({ caller }: CallContext): string {
  return caller.source === 'caller ID' ? 'caller_number' : caller.source
}

function assertedNote(context: CallContext): string {
  const header = 'P-Asserted-Identity'
  if (context.caller.source === header || !context.facts.headers.has(header)) return ''
  if (context.trusts(header)) return `; ${header} is there, but holds no number`
  return `; ${header} is there, but ${formatTrust(context.facts.trunk, header, false)}`
}

function calleeFact({ callee, facts: { trunk } }: CallContext): Fact {
  const value = clip(callee.number)
  const header = callee.header === undefined ? undefined : headerName(callee.header)
  const notes = callee.passedOver.map((one) => `; ${passedOverNote(one, trunk)}`).join('')
  const why = header === undefined ? 'the PBX sent the call to it' : formatTrust(trunk, header, true)
  const step = {
    matched: callee.number !== '',
    condition: header === undefined ? 'dialled' : `callee_from: ${header}`,
    value,
    origin: `${value} comes from ${header === undefined ? 'the extension that was dialled' : `header ${header}`}`,
  }
  const source = header === undefined ? 'dialled' : `header ${header}`
  return { name: 'callee number', value, source, trusted: true, why: why + notes, step }
}

function passedOverNote({ header, value, because }: PassedOver, trunk: string | undefined): string {
  const name = headerName(header)
  const found = `header ${name} is "${clip(value)}"`
  if (because === 'no number') return `${found}, which holds no number`
  return `${found}, but ${formatTrust(trunk, name, false)}`
}

/** One for each thing that speaks for a VIP, hearsay included; one that says no where nothing does. */
function vipFacts(context: CallContext, withLine: boolean): readonly Fact[] {
  const { evidence } = context.vip
  if (evidence.length > 0) return evidence.map((one) => vipFact(one, context, withLine))
  const why = 'neither the caller number nor a header makes this a VIP call'
  const step = { matched: false, condition: 'vip', value: null }
  return [{ name: 'vip', value: 'no', source: 'nothing', trusted: true, why, step }]
}

function vipFact(evidence: VipEvidence, context: CallContext, withLine: boolean): Fact {
  const { source: kind, name, trusted } = evidence
  const value = clip(evidence.value)
  const isHeader = kind === 'header'
  const item = isHeader ? headerName(name) : callerItem(context)
  const place = kind === 'file' ? `${name}${withLine ? lineIn(evidence, context) : ''}` : 'vip.numbers'
  const found = isHeader ? `header ${item} is "${value}"` : `caller number ${value} is in ${place}`
  const condition = { numbers: 'vip.numbers', file: `vip.files: ${name}`, header: `vip.headers: ${item}` }[
    kind
  ]
  return {
    name: 'vip',
    value: trusted ? 'yes' : 'no',
    source: isHeader ? `header ${item}` : place,
    trusted,
    why: trusted ? found : `${found}, but ${formatTrust(context.facts.trunk, item, false)}`,
    item,
    step: { matched: trusted, condition, value },
  }
}

function lineIn({ name, value }: VipEvidence, { routing }: CallContext): string {
  const table = routing.vip.tables.find(({ file }) => file === name)
  return table === undefined ? '' : `:${lineOf(table, value)}`
}

function branchFact({ branch, callee }: CallContext): Fact {
  const number = clip(callee.number)
  const condition = branch === undefined ? 'branches' : `branches: ${branch.name}`
  const step = { matched: branch !== undefined, condition, value: number }
  const fact = { name: 'branch', value: branch?.name ?? null, trusted: true, step }
  if (branch === undefined) {
    const why = `no branch has callee number ${number}, and none is the default`
    return { ...fact, source: 'nothing', why }
  }
  if (matchesNumber(branch.numbers, callee.number))
    return { ...fact, source: 'callee number', why: `callee number ${number} belongs to ${branch.name}` }
  const why = `no branch has callee number ${number}; ${branch.name} is the default`
  return { ...fact, source: 'default branch', why }
}

export function attestationFact(context: CallContext): Fact {
  const { attestation, source, value, trusted } = context.attestation
  const fact = { name: 'attestation', value: attestation }
  if (source === 'stir_shaken')
    return { ...fact, source: 'STIR/SHAKEN', trusted, why: 'Asterisk verified the token itself' }
  if (value === null) return { ...fact, source: 'nothing', trusted: true, why: 'the call carries none' }
  const why = `verstat says ${clip(value)}; ${formatTrust(context.facts.trunk, 'verstat', trusted)}`
  return { ...fact, source: 'verstat', trusted, why, item: 'verstat' }
}

export function headerFact(name: string, context: CallContext): Fact {
  const { trunk, headers } = context.facts
  const item = headerName(name)
  const trusted = context.trusts(name)
  return {
    name: `header ${item}`,
    value: clip(headers.getAll(name).join(', ')),
    source: trunk === undefined ? 'a call without a trunk' : `trunk ${trunk}`,
    trusted,
    why: formatTrust(trunk, item, trusted),
    item,
  }
}
