import { BRANCHES, FLOWS, NO_RULE, NORTH, RULES } from './calls.js';
import { entryContext, SYSTEMS, trunkAddress, trunkName } from './systems.js';
export const ARI_APPLICATION = 'bench-ari-client';
export const PASSAGE_APPLICATION = 'bench-passage';
/** Family of Asterisk's own database in which an admin without a controller keeps VIP numbers. */
export const VIP_FAMILY = 'vip';
/** Everything of the dialplan that `doorman dialplan` does not write. */
export function benchDialplan(agiPort) {
    const agi = `agi://127.0.0.1:${agiPort}`;
    return [
        byHand('dialplan'),
        byHand('passage', PASSAGE),
        byHand('passage_ami', PASSAGE),
        entry('ari_client', [`Stasis(${ARI_APPLICATION})`, 'Hangup()']),
        // The script sets the flow on the channel; the dialplan goes to its context.
        entry('fastagi', [`AGI(${agi})`, 'Goto(bench-flow,${DOORMAN_FLOW},1)', 'Hangup()']),
        entry('doorman', ['Goto(doorman,,1)']),
        entry('doorman_before', ['Goto(doorman,,1)']),
        entry('doorman_own', ['Goto(doorman,,1)']),
        '[bench-flow]',
        ...Object.entries(FLOWS).map(([flow, context]) => `exten => ${flow},1,Goto(${context},s,1)`),
        ...Object.values(FLOWS).map(flowContext),
        '',
    ].join('\n');
}
function entry(system, steps) {
    const lines = steps.map((step, at) => {
        const { run, label } = typeof step === 'string' ? { run: step, label: undefined } : step;
        const mark = label === undefined ? '' : `(${label})`;
        return at === 0 ? `exten => _[+0-9].,1,${run}` : ` same => n${mark},${run}`;
    });
    return [`[${entryContext(system)}]`, ...lines, ''].join('\n');
}
/** Out to a program that only continues the call. */
const PASSAGE = [`Stasis(${PASSAGE_APPLICATION})`];
/** The job by hand: read the six headers, decide, set flow, rule and branch, go to the flow. */
function byHand(system, between = []) {
    const isVip = `\${DB_EXISTS(${VIP_FAMILY}/\${CALLER})} | "\${XVIP}" = "gold" | "\${XVIP}" = "platinum"`;
    const isOld = `"\${DOORMAN_BRANCH}" = "${BRANCHES.north}" & "\${XACCOUNT:0:1}" = "9"`;
    return entry(system, [
        'Set(FROM=${PJSIP_HEADER(read,From)})',
        'Set(TO=${PJSIP_HEADER(read,To)})',
        'Set(XVIP=${PJSIP_HEADER(read,X-VIP)})',
        'Set(XACCOUNT=${PJSIP_HEADER(read,X-Account)})',
        'Set(PAI=${PJSIP_HEADER(read,P-Asserted-Identity)})',
        'Set(DIVERSION=${PJSIP_HEADER(read,Diversion)})',
        'Set(CALLER=${CUT(CUT(PAI,:,2),@,1)})',
        `Set(DOORMAN_BRANCH=\${IF($["\${EXTEN}" = "${NORTH}"]?${BRANCHES.north}:${BRANCHES.south})})`,
        `GotoIf($[${isVip}]?vip)`,
        `GotoIf($[${isOld}]?old)`,
        ...goes('general_support_flow', NO_RULE, between),
        ...goes('vip_support_flow', RULES.vip, between, 'vip'),
        ...goes('general_support_flow', RULES.old, between, 'old'),
    ]);
}
function goes(flow, rule, between, label) {
    return [
        { run: `Set(DOORMAN_FLOW=${flow})`, label },
        `Set(DOORMAN_RULE=${rule})`,
        ...between,
        `Goto(${FLOWS[flow]},s,1)`,
    ];
}
/**
 * The context of a flow, for all systems. The name of the connected line goes into the P-Asserted-Identity of the 200,
 * so that the caller sees the context and the channel variables of each call; `i` inhibits a message of its own.
 */
function flowContext(context) {
    const left = '${CONTEXT}/${DOORMAN_FLOW}/${DOORMAN_RULE}/${DOORMAN_BRANCH}';
    return [
        `[${context}]`,
        `exten => s,1,Set(CONNECTEDLINE(all,i)="${left}" <1000>)`,
        ' same => n,Answer()',
        ' same => n,Wait(5)',
        ' same => n,Hangup()',
        '',
    ].join('\n');
}
/** A trunk for each system, told apart by the address it calls from. */
export function benchTrunks() {
    return SYSTEMS.flatMap((system) => [
        `[${trunkName(system)}]`,
        ...['type = endpoint', 'transport = transport-udp', `context = ${entryContext(system)}`],
        ...['disallow = all', 'allow = ulaw', 'trust_id_inbound = no', 'send_pai = yes', ''],
        `[${trunkName(system)}]`,
        ...['type = identify', `endpoint = ${trunkName(system)}`, `match = ${trunkAddress(system)}`, ''],
    ]).join('\n');
}
//# sourceMappingURL=dialplan.js.map