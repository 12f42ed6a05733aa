/** The decision in plain code, without rules in files: the same facts, the same answer. Shared by the peers. */
import { BRANCHES, NO_RULE, NORTH, RULES, vipNumbers } from '../calls.js';
/** Every header that the job reads, in the order in which the peers read them. */
export const HEADERS = ['From', 'To', 'X-VIP', 'X-Account', 'P-Asserted-Identity', 'Diversion'];
export function decider(vips) {
    const known = new Set(vipNumbers(vips));
    return (headers, callee) => {
        const caller = userOf(headers['P-Asserted-Identity'] || headers.From || '');
        const branch = callee === NORTH ? BRANCHES.north : BRANCHES.south;
        const isVip = known.has(caller) || /^(gold|platinum)$/.test(headers['X-VIP'] ?? '');
        if (isVip)
            return { flow: 'vip_support_flow', rule: RULES.vip, branch };
        const isOld = branch === BRANCHES.north && /^9[0-9]{4}$/.test(headers['X-Account'] ?? '');
        return { flow: 'general_support_flow', rule: isOld ? RULES.old : NO_RULE, branch };
    };
}
function userOf(value) {
    return /sips?:([^@;>]+)@/.exec(value)?.[1] ?? '';
}
//# sourceMappingURL=job.js.map