import { stringify } from 'yaml';
import { BRANCHES, FLOWS, NORTH, RULES, vipNumbers } from './calls.js';
import { HEADERS } from './peers/job.js';
import { trunkName } from './systems.js';
/** State that differs from caller to caller, as a greeting with a name does. */
export const OWN_STATE = { from: '{callerNumber}' };
const DOORMAN_SYSTEMS = ['doorman', 'doorman_before', 'doorman_own'];
const goto = 'general_support_flow';
/** So that every decision needs all six headers, as it does with the peers. */
const HEADS = [
    { name: 'From a test', when: { header: { From: { starts_with: '"Test" <' } } }, goto },
    { name: 'To an old domain', when: { header: { To: { starts_with: '<sips:' } } }, goto },
    { name: 'Diverted while busy', when: { header: { Diversion: { matches: 'reason=user-busy' } } }, goto },
];
/** The rules that decide the calls of the bench stand last. */
const DECIDING = [
    { name: RULES.vip, when: { vip: true }, goto: 'vip_support_flow' },
    {
        name: RULES.old,
        when: { branch: BRANCHES.north, header: { 'X-Account': { matches: '^9[0-9]{4}$' } } },
        goto,
    },
];
/**
 * The flow files of the bench: what an admin would write who has so many rules and VIP numbers.
 * @param state of both branches, and so of every call.
 */
export function benchFlowFiles(rules, vips, state = {}) {
    const trust = ['caller_number', ...HEADERS];
    const flows = Object.entries(FLOWS).map(([name, context]) => [name, { context }]);
    const others = Array.from({ length: rules - HEADS.length - DECIDING.length }, (_, at) => ruleAt(at));
    const routing = {
        default_country: 'US',
        trunks: Object.fromEntries(DOORMAN_SYSTEMS.map((name) => [trunkName(name), { trust }])),
        vip: { files: ['vips.csv'], headers: { 'X-VIP': ['gold', 'platinum'] } },
        branches: { [BRANCHES.north]: { numbers: [NORTH], state }, [BRANCHES.south]: { default: true, state } },
        flows: Object.fromEntries(flows),
        rules: [...others, ...HEADS, ...DECIDING],
        otherwise: goto,
    };
    const rows = vipNumbers(vips).map((number, at) => `${number},Caller ${at},gold`);
    return { 'routing.yaml': stringify(routing), 'vips.csv': `number,name,tier\n${rows.join('\n')}\n` };
}
/** A rule for other calls, a quarter each for a callee, a callee prefix, a caller, and a branch with an account. */
function ruleAt(at) {
    const digits = String(at).padStart(4, '0');
    const kinds = [
        { callee: `+1555800${digits}` },
        { callee: `+1444${digits}*` },
        { caller: `+1555810${digits}` },
        { branch: BRANCHES.north, header: { 'X-Account': `account ${digits}` } },
    ];
    return { name: `Rule ${at}`, when: kinds[at % kinds.length], goto };
}
//# sourceMappingURL=flow-files.js.map