import type { Known } from './known.js'
import { lookedAt } from './looked-at.js'
import { matchesNumber } from './number-pattern.js'
import type { Branch } from './routing.js'
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
export function provenanceOf(known: Known, options: ProvenanceOptions): readonly Provenance[] {
  const headers = options.headers.filter((name) => known.facts.headers.has(name))
  return [
    callerFact(known),
    calleeFact(known),
    ...vipFacts(known, options.thorough),
    branchFact(known),
    ...(options.thorough || lookedAt(known.routing).attestations.size > 0 ? [attestationFact(known)] : []),
    ...headers.map((name) => headerFact(name, known)),
  ]
}

function belief(known: Known, item: string, trusted = known.believes(item)): string {
  const { trunk } = known.facts
  return trusted ? `${who(trunk)} is believed about ${item}` : disbelief(trunk, item)
}

function callerFact(known: Known): Provenance {
  const { number, source, trusted } = known.caller
  const why = belief(known, callerItem(known), trusted)
  return { fact: 'caller number', value: clip(number), from: source, trusted, why }
}

/** What the trunk has to be believed about for its caller number to count. */
function callerItem({ caller }: Known): string {
  return caller.source === 'caller ID' ? 'caller_number' : caller.source
}

function calleeFact({ callee, facts: { trunk } }: Known): Provenance {
  const [from, why] = calleeOrigin(callee.header, trunk)
  return { fact: 'callee number', value: clip(callee.number), from, trusted: true, why }
}

function calleeOrigin(header: string | undefined, trunk: string | undefined): Origin {
  if (header === undefined) return ['dialled', 'the PBX itself sent the call to this extension']
  const name = headerName(header)
  return [`header ${name}`, `${who(trunk)} is believed about ${name}`]
}

/** One for each thing that speaks for a VIP, hearsay included; one that says no where nothing does. */
function vipFacts(known: Known, thorough: boolean): readonly Provenance[] {
  const { evidence } = known.vip
  if (evidence.length === 0) {
    const why = 'neither the caller number nor a header makes this a VIP call'
    return [{ fact: 'vip', value: 'no', from: 'nothing', trusted: true, why }]
  }
  return evidence.map(({ source, name, value, trusted }) => {
    const item = source === 'header' ? headerName(name) : callerItem(known)
    const from = { numbers: 'vip.numbers', file: name, header: `header ${item}` }[source]
    const line = thorough && source === 'file' ? lineIn(name, value, known) : ''
    const why = belief(known, item, trusted)
    return { fact: 'vip', value: trusted ? 'yes' : 'no', from: `${from}${line}`, trusted, why }
  })
}

function lineIn(file: string, number: string, { routing }: Known): string {
  const line = routing.vip.tables.find((table) => table.file === file)?.lineOf(number)
  return line === undefined ? '' : `:${line}`
}

function branchFact({ branch, callee }: Known): Provenance {
  const [from, why] = branchOrigin(branch, callee.number)
  return { fact: 'branch', value: branch?.name ?? null, from, trusted: true, why }
}

function branchOrigin(branch: Branch | undefined, callee: string): Origin {
  if (branch === undefined) return ['nothing', 'no branch has the callee number']
  if (matchesNumber(branch.numbers, callee)) return ['callee number', 'the branch has the callee number']
  return ['default branch', 'no branch has the callee number; it is the default']
}

function attestationFact(known: Known): Provenance {
  const { attestation, source, value, trusted } = known.attestation
  const fact = { fact: 'attestation', value: attestation }
  if (source === 'stir_shaken') {
    return { ...fact, from: 'STIR/SHAKEN', trusted, why: 'Asterisk verified the token itself' }
  }
  if (value === null) return { ...fact, from: 'nothing', trusted: true, why: 'the call carries none' }
  const why = `verstat says ${clip(value)}; ${belief(known, 'verstat', trusted)}`
  return { ...fact, from: 'verstat', trusted, why }
}

function headerFact(name: string, known: Known): Provenance {
  const { facts } = known
  const [shown, value] = [headerName(name), clip(facts.headers.getAll(name).join(', '))]
  const from = facts.trunk === undefined ? 'a call without a trunk' : `trunk ${facts.trunk}`
  const trusted = known.believes(name)
  return { fact: `header ${shown}`, value, from, trusted, why: belief(known, shown, trusted) }
}
