import type { CallContext } from './call-context.js'
import { matchesNumber } from './condition.js'
import { lineOf } from './number-table.js'
import type { Branch } from './types.js'
import { clip, disbelief, headerName, who } from './words.js'

/** One thing that a decision stands on, and where it comes from. */
export interface Provenance {
  /** `caller number`, `callee number`, `vip`, `branch`, `attestation`, or `header X-VIP`. */
  readonly fact: string
  /** Null where the call has none. */
  readonly value: string | null
  /** The source: `caller ID`, `P-Asserted-Identity`, `dialled`, `vips.csv:12`, `STIR/SHAKEN` … */
  readonly from: string
  readonly trusted: boolean
  /** Whom it is believed from or not, in one sentence. */
  readonly why: string
}

type Origin = readonly [from: string, why: string]

export interface ProvenanceOptions {
  /** The headers that the revision looks at; of these the ones that the call has are told. */
  readonly headers: readonly string[]
  /**
   * Whether more is told than a record needs, at more expense: the attestation where no rule asks for it, and the line
   * of a VIP file, for which a walk through the file takes tens of milliseconds where it has a million.
   */
  readonly thorough: boolean
}

/** Where each fact of a call comes from, in the order in which a decision asks for them. */
export function provenanceOf(context: CallContext, options: ProvenanceOptions): readonly Provenance[] {
  const headers = options.headers.filter((name) => context.facts.headers.has(name))
  return [
    callerFact(context),
    calleeFact(context),
    ...vipFacts(context, options.thorough),
    branchFact(context),
    ...(options.thorough || context.routing.index.referenced.attestations.size > 0
      ? [attestationFact(context)]
      : []),
    ...headers.map((name) => headerFact(name, context)),
  ]
}

function belief(context: CallContext, item: string, trusted = context.trusts(item)): string {
  const { trunk } = context.facts
  return trusted ? `${who(trunk)} is believed about ${item}` : disbelief(trunk, item)
}

function callerFact(context: CallContext): Provenance {
  const { number, source, trusted } = context.caller
  const why = belief(context, callerItem(context), trusted)
  return { fact: 'caller number', value: clip(number), from: source, trusted, why }
}

/** What the trunk has to be believed about for its caller number to count. */
function callerItem({ caller }: CallContext): string {
  return caller.source === 'caller ID' ? 'caller_number' : caller.source
}

function calleeFact({ callee, facts: { trunk } }: CallContext): Provenance {
  const [from, why] = calleeOrigin(callee.header, trunk)
  return { fact: 'callee number', value: clip(callee.number), from, trusted: true, why }
}

function calleeOrigin(header: string | undefined, trunk: string | undefined): Origin {
  if (header === undefined) return ['dialled', 'the PBX itself sent the call to this extension']
  const name = headerName(header)
  return [`header ${name}`, `${who(trunk)} is believed about ${name}`]
}

/** One for each thing that speaks for a VIP, hearsay included; one that says no where nothing does. */
function vipFacts(context: CallContext, thorough: boolean): readonly Provenance[] {
  const { evidence } = context.vip
  if (evidence.length === 0) {
    const why = 'neither the caller number nor a header makes this a VIP call'
    return [{ fact: 'vip', value: 'no', from: 'nothing', trusted: true, why }]
  }
  return evidence.map(({ source, name, value, trusted }) => {
    const item = source === 'header' ? headerName(name) : callerItem(context)
    const from = { numbers: 'vip.numbers', file: name, header: `header ${item}` }[source]
    const line = thorough && source === 'file' ? lineIn(name, value, context) : ''
    const why = belief(context, item, trusted)
    return { fact: 'vip', value: trusted ? 'yes' : 'no', from: `${from}${line}`, trusted, why }
  })
}

function lineIn(file: string, number: string, { routing }: CallContext): string {
  const table = routing.vip.tables.find((one) => one.file === file)
  const line = table && lineOf(table, number)
  return line === undefined ? '' : `:${line}`
}

function branchFact({ branch, callee }: CallContext): Provenance {
  const [from, why] = branchOrigin(branch, callee.number)
  return { fact: 'branch', value: branch?.name ?? null, from, trusted: true, why }
}

function branchOrigin(branch: Branch | undefined, callee: string): Origin {
  if (branch === undefined) return ['nothing', 'no branch has the callee number']
  if (matchesNumber(branch.numbers, callee)) return ['callee number', 'the branch has the callee number']
  return ['default branch', 'no branch has the callee number; it is the default']
}

function attestationFact(context: CallContext): Provenance {
  const { attestation, source, value, trusted } = context.attestation
  const fact = { fact: 'attestation', value: attestation }
  if (source === 'stir_shaken') {
    return { ...fact, from: 'STIR/SHAKEN', trusted, why: 'Asterisk verified the token itself' }
  }
  if (value === null) return { ...fact, from: 'nothing', trusted: true, why: 'the call carries none' }
  const why = `verstat says ${clip(value)}; ${belief(context, 'verstat', trusted)}`
  return { ...fact, from: 'verstat', trusted, why }
}

function headerFact(name: string, context: CallContext): Provenance {
  const { facts } = context
  const [shown, value] = [headerName(name), clip(facts.headers.getAll(name).join(', '))]
  const from = facts.trunk === undefined ? 'a call without a trunk' : `trunk ${facts.trunk}`
  const trusted = context.trusts(name)
  return { fact: `header ${shown}`, value, from, trusted, why: belief(context, shown, trusted) }
}
