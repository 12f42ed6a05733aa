import { contextOf } from '../routing/context-of.js';
import { decide } from '../routing/decide.js';
import { explain } from '../routing/explain.js';
/** Decides by the rules and, where the rule says `run`, asks the code flow. Its failure leads to `otherwise`. */
export async function finalDecision(facts, parts) {
    const { revision, at } = parts;
    const decision = decide(facts, revision.routing, at);
    const { target, state } = decision;
    if (target.kind === 'goto') {
        return { decision, flow: flowNamed(target.flow, revision), state, failure: undefined, log: [] };
    }
    const result = await runFunction(target.file, decision, facts, parts);
    if (result.kind === 'chose') {
        const flow = flowNamed(result.flow, revision);
        return { decision, flow, state: result.state, failure: undefined, log: result.log };
    }
    const { reason, message, log } = result;
    const flow = flowNamed(revision.routing.otherwise, revision);
    return { decision, flow, state, failure: { reason, message }, log };
}
/**
 * Why: the reasons of the rules, and of the code flow where one ran. `candidates` leaves out the rules that the index
 * passes over, which takes microseconds where ten thousand take milliseconds.
 */
export function reasonsOf(final, facts, { revision }, extent = 'all') {
    return withFunction(final, explain(contextOf(facts, revision.routing), extent));
}
/** The reasons of the rules, and of the code flow where one ran. */
export function withFunction(final, reasons) {
    const { target } = final.decision;
    return target.kind === 'run' ? [...reasons, functionReason(target.file, final)] : reasons;
}
function functionReason(file, { flow, failure }) {
    const why = failure === undefined ? `${file} chose ${flow.name}` : `${failure.message} (${failure.reason})`;
    return {
        rule: '(function)',
        matched: failure === undefined,
        condition: `run: ${file}`,
        value: failure === undefined ? flow.name : null,
        trusted: true,
        why,
    };
}
async function runFunction(file, decision, facts, { revision, functions, callId, at }) {
    const fn = revision.functions.get(file);
    if (fn === undefined)
        throw new Error(`The revision has no function ${file}; this is a defect in Doorman.`);
    const { callerNumber, callerTrusted, calleeNumber, callerName, vip, branch, state } = decision;
    const { trunk, headers } = facts;
    const context = contextOf(facts, revision.routing);
    return functions.run(fn, {
        callId,
        headers: headers.toList(),
        trustedHeaders: [...headers.keys()].filter((name) => context.trusts(name)),
        caller: context.callerRow,
        ...{ callerNumber, callerTrusted, calleeNumber, callerName, trunk, vip, branch, state },
        now: at,
        flowNames: [...revision.routing.flows.keys()],
    });
}
export function flowNamed(name, { routing }) {
    const flow = routing.flows.get(name);
    if (flow === undefined)
        throw new Error(`The revision has no flow ${name}; this is a defect in Doorman.`);
    return flow;
}
//# sourceMappingURL=final-decision.js.map