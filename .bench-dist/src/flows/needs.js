import { CLAIM_HEADERS } from '../routing/claims.js';
import { leavesOf } from '../routing/condition.js';
import { canonicalName } from '../sip/headers.js';
import { headersOfState } from './read-routing.js';
/** What rules and code flows look at, so that the generated dialplan passes it with each call. */
export function needsOf(routing, functions) {
    const leaves = routing.rules.flatMap(({ when }) => leavesOf(when));
    const trusted = new Set([...routing.trust.values()].flatMap((items) => [...items]));
    const codes = [...functions].map(({ code }) => code);
    const headers = [
        'from',
        ...(trusted.has('p-asserted-identity') || trusted.has('verstat') ? ['p-asserted-identity'] : []),
        ...routing.calleeFrom,
        ...routing.vip.headers.keys(),
        ...leaves.flatMap(headersOfLeaf),
        ...[...routing.rules, ...routing.branches].flatMap(({ state }) => headersOfState(state)),
        ...codes.flatMap(headersNamedIn),
    ];
    return {
        headersNeeded: Object.freeze([...new Set(headers.map(canonicalName))].sort()),
        needsAllHeaders: codes.some(asksForAnyHeader),
        needsAttestation: leaves.some(({ kind }) => kind === 'attestation'),
    };
}
function headersOfLeaf(leaf) {
    if (leaf.kind === 'claimed_caller')
        return CLAIM_HEADERS;
    return leaf.kind === 'header' ? [leaf.name] : [];
}
const METHODS = String.raw `\.(?:get|getAll|has|trusted)\(\s*(["'\x60])([A-Za-z0-9][A-Za-z0-9._-]{0,99})\1`;
/** The header names that stand in the text of a code flow. One too many costs a few bytes. */
function headersNamedIn(code) {
    return [...code.matchAll(new RegExp(METHODS, 'g'))].flatMap((match) => match[2] ?? []);
}
/** True where code does more with `sipHeaders` than get headers whose names stand in its text. */
function asksForAnyHeader(code) {
    const named = new RegExp(String.raw `\.sipHeaders\??${METHODS}\s*\)`, 'g');
    return code.replace(named, '').includes('sipHeaders');
}
//# sourceMappingURL=needs.js.map