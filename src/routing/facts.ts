import { counted } from '../lib/units.js'
import { ANONYMOUS } from '../sip/phone-number.js'
import type { CallContext, PassedOver, VipEvidence } from './call-context.js'
import { matchesNumber, missingTables } from './condition.js'
import { callerItem, clip, formatMissing, formatTrust, headerName } from './format.js'
import { sourceOf } from './lookup.js'
import { NOT_LOADED, rememberedOf, whyNotRemembered } from './memory.js'
import { lineNumberOf } from './number-table.js'
import type { Reason } from './types.js'

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

/** A fact, and the step of an explanation that shows it. */
interface Step extends Provenance {
  readonly reason: Reason
}

/** @param shown what its reason has, and where that says something else */
function step(
  fact: Provenance,
  shown: Pick<Reason, 'matched' | 'condition'> & Partial<Pick<Reason, 'value' | 'why'>>,
): Step {
  const { value, trusted, why } = fact
  return { ...fact, reason: { rule: `(${fact.fact})`, value, trusted, why, ...shown } }
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
    ...steps(context, options.thorough).map(({ reason: _, ...fact }) => fact),
    ...(isAsked ? [attestationFact(context)] : []),
    ...(routing.memory === undefined ? [] : [memoryFact(context)]),
    ...[...context.outside.answers.keys()].flatMap((name) => lookupFact(name, context)),
    ...options.headers.filter((name) => facts.headers.has(name)).map((name) => headerFact(name, context)),
  ]
}

/** The steps of an explanation before the rules. */
export function factReasons(context: CallContext): readonly Reason[] {
  return steps(context, false).map(({ reason }) => reason)
}

function steps(context: CallContext, withLine: boolean): readonly Step[] {
  const [caller, callee] = [callerStep(context), calleeStep(context)]
  return [...trunkSteps(context), caller, callee, ...vipSteps(context, withLine), branchStep(context)]
}

/** Only where the call came through a proxy. */
function trunkSteps({ endpoint = '', facts, routing }: CallContext): readonly Step[] {
  const header = routing.trunkFrom.get(endpoint)
  if (header === undefined) return []
  const named = facts.headers.getAll(header).map((name) => `"${clip(name)}"`)
  const matched = facts.trunk !== endpoint
  const ignored = matched || named.length === 0 ? '' : ', which is not one trunk of the flow files'
  const why = `${header} from ${endpoint} is ${named.join(' and ') || 'missing'}${ignored}`
  const from = matched ? `header ${header}` : 'endpoint'
  const fact = { fact: 'trunk', value: facts.trunk ?? null, from, trusted: matched, why }
  return [step(fact, { matched, condition: `trunk_from: ${header}` })]
}

function callerStep(context: CallContext): Step {
  const { number, source: from, trusted } = context.caller
  const value = clip(number)
  const why = formatTrust(context.facts.trunk, callerItem(context.caller), trusted) + assertedNote(context)
  return step(
    { fact: 'caller number', value, from, trusted, why },
    { matched: number !== ANONYMOUS, condition: from, why: `${value} comes from ${from}; ${why}` },
  )
}

function assertedNote(context: CallContext): string {
  const header = 'P-Asserted-Identity'
  if (context.caller.source === header || !context.facts.headers.has(header)) return ''
  if (context.trusts(header)) return `; ${header} is there, but holds no number`
  return `; ${header} is there, but ${formatTrust(context.facts.trunk, header, false)}`
}

function calleeStep({ callee, facts: { trunk } }: CallContext): Step {
  const value = clip(callee.number)
  const header = headerName(callee.header ?? '')
  const [from, condition, origin, trust] =
    callee.header === undefined
      ? ['dialled', 'dialled', 'the extension that was dialled', 'the PBX sent the call to it']
      : [`header ${header}`, `callee_from: ${header}`, `header ${header}`, formatTrust(trunk, header, true)]
  const why = [trust, ...callee.passedOver.map((one) => passedOverNote(one, trunk))].join('; ')
  return step(
    { fact: 'callee number', value, from, trusted: true, why },
    { matched: callee.number !== '', condition, why: `${value} comes from ${origin}; ${why}` },
  )
}

function passedOverNote({ header, value, because }: PassedOver, trunk: string | undefined): string {
  const name = headerName(header)
  const found = `header ${name} is "${clip(value)}"`
  if (because === 'no number') return `${found}, which holds no number`
  return `${found}, but ${formatTrust(trunk, name, false)}`
}

/** One for each thing that speaks for a VIP, hearsay included; one that says no where nothing does. */
function vipSteps(context: CallContext, withLine: boolean): readonly Step[] {
  const { evidence } = context.vip
  if (evidence.length > 0) return evidence.map((one) => vipStep(one, context, withLine))
  const missing = missingTables(context.routing.vip.numbers, context.outside.tables)
  const why = `neither the caller number nor a header makes this a VIP call${missing.length > 0 ? `; ${formatMissing(missing)}` : ''}`
  const fact = { fact: 'vip', value: 'no', from: 'nothing', trusted: true, why }
  return [step(fact, { matched: false, condition: 'vip', value: null })]
}

function vipStep(evidence: VipEvidence, context: CallContext, withLine: boolean): Step {
  const { source, name, trusted } = evidence
  const value = clip(evidence.value)
  const item = source === 'header' ? headerName(name) : callerItem(context.caller)
  const origins = {
    numbers: ['vip.numbers', 'vip.numbers'],
    file: [`${name}${withLine ? lineIn(evidence, context) : ''}`, `vip.files: ${name}`],
    table: [`table ${name}`, `vip.tables: ${name}`],
    header: [`header ${item}`, `vip.headers: ${item}`],
  } as const
  const [from, condition] = origins[source]
  const found = source === 'header' ? `${from} is "${value}"` : `caller number ${value} is in ${from}`
  const why = trusted ? found : `${found}, but ${formatTrust(context.facts.trunk, item, false)}`
  const fact = { fact: 'vip', value: trusted ? 'yes' : 'no', from, trusted, why }
  return step(fact, { matched: trusted, condition, value })
}

function lineIn({ name, value }: VipEvidence, { routing }: CallContext): string {
  const table = routing.vip.numbers.tables.find(({ file }) => file === name)
  return table === undefined ? '' : `:${lineNumberOf(table, value)}`
}

function branchStep({ branch, callee, outside }: CallContext): Step {
  const value = clip(callee.number)
  const missing = `no branch has callee number ${value}`
  const [from, why] =
    branch === undefined
      ? ['nothing', `${missing}, and none is the default`]
      : matchesNumber(branch.numbers, callee.number, outside.tables)
        ? ['callee number', `callee number ${value} belongs to ${branch.name}`]
        : ['default branch', `${missing}; ${branch.name} is the default`]
  const condition = branch === undefined ? 'branches' : `branches: ${branch.name}`
  const fact = { fact: 'branch', value: branch?.name ?? null, from, trusted: true, why }
  return step(fact, { matched: branch !== undefined, condition, value })
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
