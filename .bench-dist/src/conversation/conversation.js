import { closest } from 'fastest-levenshtein';
import { canonicalName, SipHeaders } from '../sip/headers.js';
/** `gotoFlow` was asked for a flow that routing.yaml does not have. */
export class UnknownFlow extends Error {
    flow;
    name = 'UnknownFlow';
    constructor(flow, flowNames) {
        const nearest = flowNames.length > 0 ? closest(flow, flowNames) : undefined;
        const hint = nearest === undefined ? 'routing.yaml has no flows' : `did you mean "${nearest}"?`;
        super(`There is no flow "${flow}"; ${hint}`);
        this.flow = flow;
    }
}
/** Builds the conversation of one call; runs inside the worker. The input is left as it is. */
export function createConversation(input, log) {
    const { headers, trustedHeaders, flowNames, state: given, caller, ...values } = input;
    let chosen;
    let state = structuredClone(given);
    const conversation = readOnlyBut('state', {
        ...values,
        caller: caller && Object.freeze({ ...caller }),
        sipHeaders: Object.freeze(new TrustedHeaders(headers, trustedHeaders)),
        log: logTo(log),
        gotoFlow(name) {
            if (!flowNames.includes(name))
                throw new UnknownFlow(String(name), flowNames);
            chosen = name;
        },
        // A Date can be changed even where the property can't.
        get now() {
            return new Date(input.now);
        },
        get state() {
            return state;
        },
        set state(value) {
            state = objectOrThrow(value);
        },
    });
    return { conversation, chosenFlow: () => chosen };
}
class TrustedHeaders extends SipHeaders {
    #trusted;
    constructor(headers, trusted) {
        super(headers);
        this.#trusted = new Set(trusted.map(canonicalName));
    }
    trusted(name) {
        return this.#trusted.has(canonicalName(name));
    }
}
function logTo(sink) {
    const at = (level) => (message, details) => sink(level, String(message), details);
    return Object.freeze({ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') });
}
function objectOrThrow(value) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
        return value;
    throw new TypeError('conv.state must be an object such as { city: "Albany" }; set single values as conv.state.city');
}
/** Refuses assignments by name, and also in sloppy code, where a frozen object alone would swallow them. */
function readOnlyBut(open, conversation) {
    return new Proxy(Object.freeze(conversation), {
        set(target, key, value) {
            if (key === open)
                return Reflect.set(target, key, value);
            throw new TypeError(`conv.${String(key)} is read-only; keep values of your own in conv.${open}`);
        },
    });
}
//# sourceMappingURL=conversation.js.map