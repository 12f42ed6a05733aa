import { connectAri } from '../asterisk/ari/connection.js';
import { FALLBACK, GO_CONTEXT } from '../asterisk/dialplan/destination.js';
import { trunkOf } from '../asterisk/trunk-name.js';
import { decodeState, partsIn } from '../conversation/state-codec.js';
import { within } from '../lib/timeout.js';
const CONNECT_MS = 10_000;
const EVENTS = ['ChannelCreated', 'ChannelDialplan', 'ChannelVarset', 'ChannelDestroyed', 'StasisEnd'];
/**
 * Watches one call from the PBX's side. While it is open, Asterisk sends the events of all channels to an ARI
 * application of its own, which is much on a busy PBX: it lasts as long as one test call.
 */
export class CallObserver {
    #client;
    #callId;
    #contexts = [];
    #variables = new Map();
    #landed = Promise.withResolvers();
    /** Resolves when the call enters its flow's context; with undefined where it ends before. */
    result = this.#landed.promise;
    #channelId;
    constructor(client, callId) {
        this.#client = client;
        this.#callId = callId;
        const events = client;
        for (const type of EVENTS)
            events.on(type, (event) => this.#onEvent(event));
    }
    /** @throws Error with one sentence where ARI does not answer. */
    static async open(access, callId) {
        const client = await connectAri(access);
        const observer = new CallObserver(client, callId);
        await within(CONNECT_MS, `ARI at ${access.url}`, client.start(`doorman-call-${process.pid}`, true));
        return observer;
    }
    close() {
        this.#client.stop();
    }
    #onEvent({ type, channel, variable, value }) {
        if (channel?.protocol_id === this.#callId)
            this.#channelId = channel.id;
        if (channel?.id === undefined || channel.id !== this.#channelId)
            return;
        if (type === 'ChannelVarset' && variable !== undefined) {
            // Underscores before a name are for inheritance and no part of it.
            this.#variables.set(variable.replace(/^_{1,2}/, ''), value ?? '');
        }
        const context = channel.dialplan?.context ?? '';
        if (context !== '' && context !== this.#contexts.at(-1))
            this.#contexts.push(context);
        const landed = resultOf(this.#contexts, (name) => this.#variables.get(name) ?? '');
        const result = landed && { ...landed, trunk: trunkOf(channel.name ?? '') };
        if (result !== undefined || type === 'ChannelDestroyed')
            this.#landed.resolve(result);
    }
}
const OWN_CONTEXTS = [GO_CONTEXT, FALLBACK.context];
/** The flow's context is the first one after Doorman's own. */
function resultOf(contexts, value) {
    const start = contexts.findIndex((context) => OWN_CONTEXTS.includes(context));
    const context = contexts.slice(start).find((name) => !OWN_CONTEXTS.includes(name));
    if (start < 0 || context === undefined)
        return undefined;
    const head = value('CONV_STATE');
    const parts = Array.from({ length: partsIn(head) }, (_, index) => value(`CONV_STATE_${index + 1}`));
    const decoded = decodeState(head, parts);
    return {
        context,
        throughFallback: contexts.includes(FALLBACK.context),
        vip: value('DOORMAN_VIP') === '1',
        flow: value('DOORMAN_FLOW'),
        rule: value('DOORMAN_RULE'),
        revision: value('DOORMAN_REVISION'),
        state: decoded.ok ? decoded.state : {},
    };
}
//# sourceMappingURL=call-observer.js.map