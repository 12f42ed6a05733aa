import { leavesOf } from '../routing/condition.js'
import type { Routing } from '../routing/types.js'
import { canonicalName } from '../sip/headers.js'
import type { FlowFunction } from './revision.js'
import { headersOfState } from './routing-reader.js'

/** Names (lower case, sorted) of every header that a revision may use: the dialplan passes them all at once. */
export function headersNeeded(
  routing: Omit<Routing, 'index'>,
  trusted: ReadonlySet<string>,
  functions: Iterable<FlowFunction>,
): readonly string[] {
  const names = [
    'from',
    ...(trusted.has('p-asserted-identity') || trusted.has('verstat') ? ['p-asserted-identity'] : []),
    ...routing.calleeFrom,
    ...routing.vip.headers.keys(),
    ...routing.rules
      .flatMap(({ when }) => leavesOf(when))
      .flatMap((leaf) => (leaf.kind === 'header' ? [leaf.name] : [])),
    ...[...routing.rules, ...routing.branches].flatMap(({ state }) => headersOfState(state)),
    ...[...functions].flatMap(({ code }) => headersNamedIn(code)),
  ]
  return Object.freeze([...new Set(names.map(canonicalName))].sort())
}

/** True where a condition depends on the STIR/SHAKEN result. */
export function needsAttestation({ rules }: Pick<Routing, 'rules'>): boolean {
  return rules.some(({ when }) => leavesOf(when).some(({ kind }) => kind === 'attestation'))
}

const METHODS = String.raw`\.(?:get|getAll|has|trusted)\(\s*(["'\x60])([A-Za-z0-9][A-Za-z0-9._-]{0,99})\1`

/** True where code does more with `sipHeaders` than get headers whose names stand in its text. */
export function needsAllHeaders(functions: Iterable<FlowFunction>): boolean {
  const named = new RegExp(String.raw`\.sipHeaders\??${METHODS}\s*\)`, 'g')
  return [...functions].some(({ code }) => code.replace(named, '').includes('sipHeaders'))
}

/** The header names that stand in the text of a code flow. One too many costs a few bytes. */
function headersNamedIn(code: string): readonly string[] {
  return [...code.matchAll(new RegExp(METHODS, 'g'))].flatMap((match) => match[2] ?? [])
}
