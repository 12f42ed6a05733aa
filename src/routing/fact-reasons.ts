import { ANONYMOUS } from '../sip/phone-number.js'
import type { PassedOver } from './callee.js'
import type { Reason } from './decision.js'
import type { Known } from './known.js'
import { matchesNumber } from './number-pattern.js'
import type { Branch } from './routing.js'
import type { VipEvidence } from './vip.js'
import { clip, disbelief, headerName, who } from './words.js'

/** The steps before the rules: where the numbers came from, what made or did not make a VIP, the branch. */
export function factReasons(known: Known): readonly Reason[] {
  return [callerReason(known), calleeReason(known), ...vipReasons(known), branchReason(known)]
}

function callerReason(known: Known): Reason {
  const { number, source, trusted } = known.caller
  const value = clip(number)
  const { trunk } = known.facts
  const item = source === 'caller ID' ? 'caller_number' : source
  const belief = trusted ? `${who(trunk)} is believed about ${item}` : disbelief(trunk, item)
  const why = `${value} comes from ${source}; ${belief}${assertedNote(known)}`
  return { rule: '(caller number)', matched: number !== ANONYMOUS, condition: source, value, trusted, why }
}

function assertedNote(known: Known): string {
  const header = 'P-Asserted-Identity'
  if (known.caller.source === header || !known.facts.headers.has(header)) return ''
  if (known.believes(header)) return `; ${header} is there, but holds no number`
  return `; ${header} is there, but ${disbelief(known.facts.trunk, header)}`
}

function calleeReason(known: Known): Reason {
  const { number, header, passedOver } = known.callee
  const condition = header === undefined ? 'dialled' : `callee_from: ${headerName(header)}`
  const origin = header === undefined ? 'the extension that was dialled' : `header ${headerName(header)}`
  const notes = passedOver.map((one) => `; ${passedOverNote(one, known)}`).join('')
  const why = `${clip(number)} comes from ${origin}${notes}`
  return {
    rule: '(callee number)',
    matched: number !== '',
    condition,
    value: clip(number),
    trusted: true,
    why,
  }
}

function passedOverNote({ header, value, because }: PassedOver, known: Known): string {
  const name = headerName(header)
  const found = `header ${name} is "${clip(value)}"`
  return because === 'no number'
    ? `${found}, which holds no number`
    : `${found}, but ${disbelief(known.facts.trunk, name)}`
}

function vipReasons(known: Known): readonly Reason[] {
  const { evidence } = known.vip
  if (evidence.length > 0) return evidence.map((one) => vipReason(one, known))
  const why = 'neither the caller number nor a header makes this a VIP call'
  return [{ rule: '(vip)', matched: false, condition: 'vip', value: null, trusted: true, why }]
}

function vipReason(evidence: VipEvidence, known: Known): Reason {
  const { trusted } = evidence
  const value = clip(evidence.value)
  const found = evidenceWords(evidence, value)
  const item = evidence.source === 'header' ? headerName(evidence.name) : 'caller_number'
  const why = trusted ? found : `${found}, but ${disbelief(known.facts.trunk, item)}`
  return { rule: '(vip)', matched: trusted, condition: evidenceCondition(evidence), value, trusted, why }
}

function evidenceWords({ source, name }: VipEvidence, value: string): string {
  if (source === 'header') return `header ${headerName(name)} is "${value}"`
  return `caller number ${value} is in ${source === 'file' ? name : 'vip.numbers'}`
}

function evidenceCondition({ source, name }: VipEvidence): string {
  if (source === 'numbers') return 'vip.numbers'
  return source === 'file' ? `vip.files: ${name}` : `vip.headers: ${headerName(name)}`
}

function branchReason(known: Known): Reason {
  const value = clip(known.callee.number)
  const { branch } = known
  const condition = branch === undefined ? 'branches' : `branches: ${branch.name}`
  const why = branchWhy(branch, known.callee.number)
  return { rule: '(branch)', matched: branch !== undefined, condition, value, trusted: true, why }
}

function branchWhy(branch: Branch | undefined, callee: string): string {
  const value = clip(callee)
  if (branch === undefined) return `no branch has callee number ${value}, and none is the default`
  return matchesNumber(branch.numbers, callee)
    ? `callee number ${value} belongs to ${branch.name}`
    : `no branch has callee number ${value}; ${branch.name} is the default`
}
