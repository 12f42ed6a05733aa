import { PbxError } from '../../src/asterisk/pbx.js';
import { stasisArguments } from './stasis-arguments.js';
/** A PBX that answers the port `Pbx` by itself. Each request can be made to fail. */
export class FakePbx {
    requests = [];
    /** Whether this Asterisk takes shared variables. */
    sharesVariables = false;
    forgotten = 0;
    /** Whether a StasisEnd follows `continue`. */
    confirmsLeaving = true;
    /** Where the calls were sent, in order: `doorman-go,=^^vip-support,s,1,1`. */
    sentTo = [];
    #channels = new Map();
    #faults = new Map();
    #before = new Map();
    #sets = [];
    #count = 0;
    #listener;
    listen(listener) {
        this.#listener = listener;
    }
    /** A call from +15551234567 to +15557654321 over carrier-a, unless told otherwise. */
    enter(parts = {}) {
        const id = parts.id ?? `1700000000.${++this.#count}`;
        const { passed = {}, ...others } = parts;
        const channel = {
            id,
            name: `PJSIP/carrier-a-${(id.split('.')[1] ?? '').padStart(8, '0')}`,
            callerId: { number: '+15551234567', name: '' },
            passed: { dialled: '+15557654321', named: [['x-vip', '']], ...passed },
            headers: new Map(),
            variables: new Map(),
            ...others,
        };
        this.#channels.set(id, channel);
        this.arrive(channel);
        return channel;
    }
    /** A StasisStart for a channel, `elapsedMs` after the beginning of the test. */
    arrive(channel) {
        const { id, name, callerId } = channel;
        const { text, variables } = stasisArguments(channel.passed);
        for (const [key, value] of variables)
            channel.variables.set(key, value);
        const arrival = {
            ...{ channelId: id, channel: name, sipCallId: `${id}@test.invalid`, callerId },
            ...{ extension: 's', args: channel.args ?? text, at: performance.now(), isUndescribed: false },
        };
        this.#listener?.onArrival(arrival);
    }
    /** A StasisEnd. A channel that hung up is gone for every later request. */
    leave(id, kind, at = performance.now()) {
        if (kind === 'hung_up')
            this.#channels.delete(id);
        this.#listener?.onDeparture(id, { kind, at });
    }
    /** Lets the next requests of a step fail, one fault each; `undefined` and those after the last are answered. */
    fail(step, ...faults) {
        this.#faults.set(step, [...faults]);
    }
    /** Does something once, just before the next request of a step is answered. */
    before(step, happening) {
        this.#before.set(step, happening);
    }
    requestsOf(step) {
        return this.requests.filter((request) => request.step === step);
    }
    readVariable(channelId, name, timeoutMs) {
        return this.#answer('readVariable', timeoutMs, () => this.#channel(channelId).variables.get(name) ?? '');
    }
    readHeader(channelId, name, timeoutMs) {
        return this.#answer('readHeader', timeoutMs, () => this.#channel(channelId).headers.get(name));
    }
    setVariables(channel, variables, timeoutMs) {
        return this.#answer('setVariables', timeoutMs, () => {
            const found = [...this.#channels.values()].find(({ name }) => name === channel);
            if (found === undefined)
                throw new PbxError('gone', 'AMI Setvar: No such channel');
            assign(found, variables);
        });
    }
    shareVariables(variables) {
        if (!this.sharesVariables)
            return undefined;
        this.#sets.push(variables);
        return { name: String(this.#sets.length - 1).padStart(7, '0') };
    }
    forgetSharedVariables() {
        this.forgotten += 1;
    }
    continueInDialplan(channelId, location, timeoutMs) {
        return this.#answer('continueInDialplan', timeoutMs, () => {
            const channel = this.#channel(channelId);
            const { context, extension, priority } = location;
            if (extension.startsWith('*'))
                assign(channel, this.#sets[Number(extension.slice(1, 8))] ?? []);
            this.sentTo.push(`${context},${extension},${priority}`);
            // Asterisk answers first; then the channel leaves.
            if (this.confirmsLeaving)
                setImmediate(() => this.leave(channelId, 'continued'));
        });
    }
    async #answer(step, timeoutMs, answer) {
        this.requests.push({ step, timeoutMs, atMs: performance.now() });
        const happening = this.#before.get(step);
        this.#before.delete(step);
        happening?.();
        // Nothing on a network is answered in the same turn of the event loop.
        await Promise.resolve();
        const fault = this.#faults.get(step)?.shift();
        if (fault === undefined)
            return answer();
        if (fault === 'hang')
            await new Promise((resolve) => setTimeout(resolve, timeoutMs));
        throw new PbxError(fault === 'hang' ? 'unreachable' : fault, `fake ${step}: ${fault}`);
    }
    #channel(id) {
        const channel = this.#channels.get(id);
        if (channel === undefined)
            throw new PbxError('gone', 'Channel not found');
        return channel;
    }
}
function assign({ variables }, set) {
    for (const { name, value } of set)
        variables.set(name.replace(/^_{1,2}/, ''), value);
}
//# sourceMappingURL=fake-pbx.js.map