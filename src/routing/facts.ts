import { ANONYMOUS } from '../sip/phone-number.js'
import { matchesNumber } from './condition.js'
import { clip, formatTrust, headerName } from './format.js'
import { lineOf } from './number-table.js'
import type { Branch, CallContext, PassedOver, Reason, VipEvidence } from './types.js'

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
  /** The step of an explanation that shows it, where there is one. */
  readonly reason?: Reason
}

/** A fact as records and `explain --json` have it. */
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

/** The steps of an explanation before the rules. */
export function factReasons(context: CallContext): readonly Reason[] {
  return stepFacts(context, false).flatMap(({ reason }) => reason ?? [])
}

function stepFacts(context: CallContext, withLine: boolean): readonly Fact[] {
  return [callerFact(context), calleeFact(context), ...vipFacts(context, withLine), branchFact(context)]
}

export function callerFact(context: CallContext): Fact {
  const { number, source, trusted } = context.caller
  const value = clip(number)
  const item = callerItem(context)
  const why = formatTrust(context.facts.trunk, item, trusted) + assertedNote(context)
  const compared = { condition: source, value, trusted, why: `${value} comes from ${source}; ${why}` }
  const reason = { rule: '(caller number)', matched: number !== ANONYMOUS, ...compared }
  return { name: 'caller number', value, source, trusted, why, item, reason }
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
  const [source, condition, origin, trust] =
    header === undefined
      ? ['dialled', 'dialled', 'the extension that was dialled', 'the PBX sent the call to it']
      : [`header ${header}`, `callee_from: ${header}`, `header ${header}`, formatTrust(trunk, header, true)]
  const why = [trust, ...callee.passedOver.map((one) => passedOverNote(one, trunk))].join('; ')
  const compared = { condition, value, trusted: true, why: `${value} comes from ${origin}; ${why}` }
  const reason = { rule: '(callee number)', matched: callee.number !== '', ...compared }
  return { name: 'callee number', value, source, trusted: true, why, reason }
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
  const reason = { rule: '(vip)', matched: false, condition: 'vip', value: null, trusted: true, why }
  return [{ name: 'vip', value: 'no', source: 'nothing', trusted: true, why, reason }]
}

function vipFact(evidence: VipEvidence, context: CallContext, withLine: boolean): Fact {
  const { source: kind, name, trusted } = evidence
  const value = clip(evidence.value)
  const item = kind === 'header' ? headerName(name) : callerItem(context)
  const origins = {
    numbers: ['vip.numbers', 'vip.numbers'],
    file: [`${name}${withLine ? lineIn(evidence, context) : ''}`, `vip.files: ${name}`],
    header: [`header ${item}`, `vip.headers: ${item}`],
  } as const
  const [source, condition] = origins[kind]
  const found = kind === 'header' ? `${source} is "${value}"` : `caller number ${value} is in ${source}`
  const why = trusted ? found : `${found}, but ${formatTrust(context.facts.trunk, item, false)}`
  const reason = { rule: '(vip)', matched: trusted, condition, value, trusted, why }
  return { name: 'vip', value: trusted ? 'yes' : 'no', source, trusted, why, item, reason }
}

function lineIn({ name, value }: VipEvidence, { routing }: CallContext): string {
  const table = routing.vip.tables.find(({ file }) => file === name)
  return table === undefined ? '' : `:${lineOf(table, value)}`
}

function branchFact({ branch, callee }: CallContext): Fact {
  const number = clip(callee.number)
  const [source, why] = branchOrigin(branch, callee.number, number)
  const compared = {
    condition: branch === undefined ? 'branches' : `branches: ${branch.name}`,
    value: number,
  }
  const reason = { rule: '(branch)', matched: branch !== undefined, ...compared, trusted: true, why }
  return { name: 'branch', value: branch?.name ?? null, source, trusted: true, why, reason }
}

function branchOrigin(branch: Branch | undefined, number: string, shown: string): [string, string] {
  const missing = `no branch has callee number ${shown}`
  if (branch === undefined) return ['nothing', `${missing}, and none is the default`]
  if (matchesNumber(branch.numbers, number))
    return ['callee number', `callee number ${shown} belongs to ${branch.name}`]
  return ['default branch', `${missing}; ${branch.name} is the default`]
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
