import { dialplanText, encodeState, scalarVariables } from '../conversation/state-codec.js';
/**
 * The variables of a decided call, in the order in which they are set. Two underscores before a name make Asterisk pass
 * the variable on to the channels that a Dial creates, and on from there. `DOORMAN_DECIDED` and `DOORMAN_INSTANCE` are
 * the channel's own: by the first a channel knows whether the state on it is its own.
 *
 * @param instance the Stasis application of this instance.
 * @throws RangeError where the state is larger than a call can keep.
 */
export function variablesOf({ decision, flow, state }, revision, { facts, hasLostVariables }, instance) {
    const scalars = scalarVariables(state);
    const kept = new Set(scalars.map(({ name }) => name));
    const emptied = scalarVariables(facts.state)
        .filter(({ name }) => !kept.has(name))
        .map(({ name }) => ({ name, value: '' }));
    const inherited = [
        { name: 'DOORMAN_FLOW', value: flow.name },
        { name: 'DOORMAN_RULE', value: dialplanText(decision.rule) },
        { name: 'DOORMAN_REVISION', value: revision.id },
        // 1 and 0 rather than words: GotoIf(${DOORMAN_VIP}?…) takes any word for true.
        { name: 'DOORMAN_VIP', value: decision.vip ? '1' : '0' },
        { name: 'DOORMAN_BRANCH', value: dialplanText(decision.branch ?? '') },
        ...emptied,
        ...scalars,
        ...encodeState(state),
    ];
    return [
        { name: 'DOORMAN_DECIDED', value: revision.id },
        { name: 'DOORMAN_INSTANCE', value: instance },
        ...(hasLostVariables ? [{ name: 'DOORMAN_LOST', value: '' }] : []),
        ...inherited.map(({ name, value }) => ({ name: `__${name}`, value })),
    ];
}
/** Those of a call that no rule decided. */
export function undecidableVariables(flow, revision, instance) {
    return [
        { name: '__DOORMAN_FLOW', value: flow.name },
        { name: '__DOORMAN_RULE', value: 'undecidable' },
        { name: '__DOORMAN_REVISION', value: revision.id },
        { name: '__DOORMAN_VIP', value: '0' },
        { name: 'DOORMAN_INSTANCE', value: instance },
    ];
}
//# sourceMappingURL=variables.js.map