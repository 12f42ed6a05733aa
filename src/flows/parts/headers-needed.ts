import { leavesOf } from '../../routing/condition.js'
import type { Condition, Routing } from '../../routing/types.js'
import { canonicalName } from '../../sip/headers.js'
import type { FlowFunction } from '../revision.js'
import { headersOfState } from './state-source.js'

/** Names (lower case, sorted) of every header that a revision may look at: they are read in one go. */
export function headersNeeded(
  routing: Routing,
  believed: ReadonlySet<string>,
  functions: Iterable<FlowFunction>,
): readonly string[] {
  const names = [
    'from',
    ...(believed.has('p-asserted-identity') || believed.has('verstat') ? ['p-asserted-identity'] : []),
    ...routing.calleeFrom,
    ...routing.vip.headers.keys(),
    ...routing.rules.flatMap((rule) => headersOf(rule.when)),
    ...[...routing.rules, ...routing.branches].flatMap(({ state }) => headersOfState(state)),
    ...[...functions].flatMap(({ code }) => headersNamedIn(code)),
  ]
  return Object.freeze([...new Set(names.map(canonicalName))].sort())
}

/** True where a condition asks what STIR/SHAKEN says. */
export function needsAttestation(routing: Routing): boolean {
  return routing.rules.some((rule) => leavesOf(rule.when).some(({ kind }) => kind === 'attestation'))
}

/** A question for one header whose name stands in the text. */
const NAMED = /\.sipHeaders\??\.(?:get|getAll|has|trusted)\(\s*(["'`])[A-Za-z0-9][A-Za-z0-9._-]{0,99}\1\s*\)/g

/** True where code does more with `sipHeaders` than ask for headers whose names stand in its text. */
export function needsAllHeaders(functions: Iterable<FlowFunction>): boolean {
  return [...functions].some(({ code }) => code.replace(NAMED, '').includes('sipHeaders'))
}

function headersOf(condition: Condition): readonly string[] {
  return leavesOf(condition).flatMap((leaf) => (leaf.kind === 'header' ? [leaf.name] : []))
}

/**
 * The names that a code flow asks `conv.sipHeaders` for, as far as they stand in its text:
 * `.get('X-Account')`, and so for `getAll`, `has` and `trusted`. One name too many costs a few bytes.
 */
function headersNamedIn(code: string): readonly string[] {
  return [
    ...code.matchAll(/\.(?:get|getAll|has|trusted)\(\s*(["'`])([A-Za-z0-9][A-Za-z0-9._-]{0,99})\1\s*\)/g),
  ].flatMap((match) => match[2] ?? [])
}
