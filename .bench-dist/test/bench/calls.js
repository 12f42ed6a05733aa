/** The calls of the bench: caller, callee, headers, and the flow that each call must reach. */
export const NORTH = '+15557654321';
const SOUTH = '+15557650000';
export const FLOWS = { vip_support_flow: 'bench-vip', general_support_flow: 'bench-general' };
export const RULES = { vip: 'VIP callers', old: 'Old accounts of the north' };
/** `DOORMAN_RULE` of a call that no rule matches. */
export const NO_RULE = 'otherwise';
export const BRANCHES = { north: 'North Branch', south: 'South Branch' };
/** VIP numbers and those of others never meet. */
const vipNumber = (at) => `+1555${String(at).padStart(7, '0')}`;
const otherNumber = (at) => `+1555${String(9_000_000 + (at % 100_000)).padStart(7, '0')}`;
export function vipNumbers(vips) {
    return Array.from({ length: vips }, (_, at) => vipNumber(at));
}
/**
 * The call with this number. Four kinds in turn: a VIP by number, a VIP by header, an old account of the north,
 * and one that no rule matches.
 */
export function callAt(at, vips) {
    const kind = at % 4;
    const [callee, branch] = kind % 2 === 0 ? [NORTH, BRANCHES.north] : [SOUTH, BRANCHES.south];
    const flow = kind < 2 ? 'vip_support_flow' : 'general_support_flow';
    const rule = kind < 2 ? RULES.vip : kind === 2 ? RULES.old : NO_RULE;
    return {
        caller: kind === 0 ? vipNumber((at * 7_919) % vips) : otherNumber(at),
        callee,
        xVip: kind === 1 ? 'gold' : 'standard',
        xAccount: `${kind === 2 ? 9 : 1}${String(at % 10_000).padStart(4, '0')}`,
        diversion: otherNumber(at + 1),
        landing: { flow, rule, branch },
    };
}
/** A landing as the contexts of the flows write it into the 200: with their own name first. */
export function landingText({ flow, rule, branch }) {
    return [FLOWS[flow], flow, rule, branch].join('/');
}
//# sourceMappingURL=calls.js.map