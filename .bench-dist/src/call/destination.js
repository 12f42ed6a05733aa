import { encodeDestination, FALLBACK } from '../asterisk/dialplan/destination.js';
import { flowNamed } from '../flows/final-decision.js';
import { undecidableVariables, variablesOf } from './variables.js';
/** Milliseconds that setting the variables may take. */
const SET_MS = 400;
export function toFallback(outcome) {
    return { location: FALLBACK, outcome };
}
/**
 * Sets the variables of a call, and says how it gets to its flow with them.
 *
 * @param final undefined where the call is undecidable.
 */
export async function setVariables(call, data, final, { pbx, instance }) {
    const { revision } = call;
    const flow = final?.flow ?? flowNamed(revision.routing.undecidable, revision);
    const extension = flow.extension === 'dialled' ? data.facts.dialled : flow.extension;
    const target = { context: flow.context, extension, priority: flow.priority };
    const numbers = {
        caller: final?.decision.callerNumber ?? '',
        callee: final?.decision.calleeNumber ?? '',
    };
    const location = encodeDestination(target, numbers);
    if (location === undefined) {
        call.fault(`The location of flow ${flow.name} (${flow.context},${extension}) is too long, or has other characters.`);
        return toFallback('fallback_place');
    }
    const outcome = outcomeFor(final);
    try {
        const variables = final === undefined
            ? undecidableVariables(flow, revision, instance)
            : variablesOf(final, revision, data, instance);
        const shared = data.hasLostVariables ? forgetShared(call, pbx) : pbx.shareVariables(variables);
        const withShared = shared && encodeDestination(target, numbers, shared);
        if (withShared !== undefined)
            return { location: withShared, outcome };
        await pbx.setVariables(call.arrival.channel, variables, call.atMost(SET_MS));
        return { location, outcome };
    }
    catch (error) {
        call.fault(error);
        return { location, outcome: outcome === 'routed' ? 'routed_without_state' : outcome };
    }
}
function outcomeFor(final) {
    if (final === undefined)
        return 'undecidable';
    return final.failure === undefined ? 'routed' : 'fallback_function';
}
function forgetShared(call, pbx) {
    call.fault('Asterisk has lost its global variables, and with them those of this call. It is decided again.');
    pbx.forgetSharedVariables();
}
//# sourceMappingURL=destination.js.map